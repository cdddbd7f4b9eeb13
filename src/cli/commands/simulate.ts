import type { CreateOptions } from "../../data/formats/format.js";
import { formatOf } from "../../data/formats/registry.js";
import { readBundleFolder } from "../../node/bundle-folder.js";
import { type KeptColumns, keptColumns } from "../../pipeline/kept-columns.js";
import { simulate } from "../../pipeline/simulate.js";
import { ConfigError } from "../../util/errors.js";
import { type OpenTable, withTables, writeChunks } from "../files.js";
import { formatCount, formatSeconds } from "../progress.js";
import { type CommonOptions, optionalInteger, type Session, toInteger, withSession } from "../session.js";

/** What the truth file's columns go by in a friend tree. */
const TRUTH = "truth";
/** Columns that a message names, before "and so many more". */
const SHOWN = 10;

interface Options extends CommonOptions {
  readonly output: string;
  readonly tree?: string;
  readonly seed: string;
  readonly oversample: string;
  readonly acceptance: "draw" | "weight";
  readonly keep?: readonly string[];
  readonly friend?: boolean;
  readonly start?: string;
  readonly stop?: string;
  readonly chunkSize?: string;
}

export function run(bundlePath: string, truthPath: string, options: Options): Promise<void> {
  return withSession(options, async (session) => {
    const seed = toInteger("--seed", options.seed, 0);
    const oversample = toInteger("--oversample", options.oversample, 1);
    const start = optionalInteger("--start", options.start, 0);
    const stop = optionalInteger("--stop", options.stop, 1);
    const chunkSize = optionalInteger("--chunk-size", options.chunkSize, 1);
    if (options.friend) checkFriend(options, oversample);
    const bundle = await readBundleFolder(bundlePath);
    const began = performance.now();
    const events = await withTables([truthPath], options.tree, ([truth]) => {
      const { data, events: whole } = bundle.manifest.spec;
      const flags = whole?.triggers.map(({ column }) => column);
      tellLeftOut(session, truth.name, keptColumns(data.objects, data.weight, truth, options.keep, flags));
      const create = treeOptions(options, truth);
      const total =
        truth.length === undefined
          ? undefined
          : (Math.min(stop ?? truth.length, truth.length) - (start ?? 0)) * oversample;
      const chunks = simulate(
        bundle,
        truth,
        {
          seed,
          oversample,
          acceptance: options.acceptance,
          ...(options.keep && { keep: options.keep }),
          ...(options.friend && { simulatedOnly: true }),
          ...(start !== undefined && { start }),
          ...(stop !== undefined && { stop }),
          ...(chunkSize !== undefined && { chunkSize }),
        },
        session.pool,
      );
      return writeChunks(options.output, chunks, (done) => session.progress.update("simulating", done, total), create);
    });
    const seconds = (performance.now() - began) / 1000;
    session.result(
      { output: options.output, events, seed, seconds, eventsPerSecond: events / seconds },
      `wrote ${formatCount(events)} events to ${options.output} in ${formatSeconds(seconds)} (${formatCount(events / seconds)} events/s)`,
    );
  });
}

/** A friend has one entry for each of the truth tree's, in their order. */
function checkFriend(options: Options, oversample: number): void {
  const wrong = (option: string) => {
    throw new ConfigError(
      `${option}: does not go with --friend; expected one entry for each of the truth tree's, without copies of them. Leave one of the two out.`,
    );
  };
  if (options.keep !== undefined) wrong("--keep");
  if (oversample !== 1) wrong("--oversample");
  if (options.start !== undefined) wrong("--start");
  if (options.stop !== undefined) wrong("--stop");
  if (!isRoot(options.output)) {
    throw new ConfigError(
      `${options.output}: --friend is for ROOT trees; expected a name ending in .root. Without it, the output holds the truth as well.`,
    );
  }
}

function isRoot(path: string): boolean {
  return path !== "-" && formatOf(path).name === "root";
}

/** Names the tree as that of the truth file, and where asked for makes the latter its friend. */
function treeOptions(options: Options, { file, tree }: OpenTable): CreateOptions {
  if (options.friend && tree === undefined) {
    throw new ConfigError(`${file}: has no tree to be friends with; expected a .root file with --friend.`);
  }
  if (tree === undefined) return {};
  const name = tree.split("/").pop() as string;
  return { tree: name, ...(options.friend && { friend: { tree, file, alias: TRUTH } }) };
}

function tellLeftOut(session: Session, name: string, { replaced, unreadable }: KeptColumns): void {
  if (unreadable.length > 0) {
    const list = unreadable.map((column) => `${column.name} (${column.reason})`);
    session.warn(`${name}: ${count(unreadable.length, "branch", "branches")} cannot be copied: ${some(list)}`);
  }
  if (replaced.length > 0) {
    const columns = count(replaced.length, "column", "columns");
    session.say(`${name}: ${columns} not kept, since they tell of objects that are simulated anew: ${some(replaced)}`);
  }
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

function some(list: readonly string[]): string {
  const shown = list.slice(0, SHOWN).join(", ");
  return list.length > SHOWN ? `${shown} and ${list.length - SHOWN} more` : shown;
}
