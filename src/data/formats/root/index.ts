/**
 * @file The ROOT format: TTrees whose branches hold numbers, fixed arrays of them, or lists of them. Written from
 * ROOT's own description of its files, since the one reader on npm brings some hundred megabytes with it, and none writes.
 */
import { DataError, SchemaError } from "../../../util/errors.js";
import { didYouMean } from "../../../util/suggest.js";
import type { ByteSource, Format, OpenOptions, TableSource } from "../format.js";
import { findColumns, needsStreamerInfo } from "./columns.js";
import { type PlacedKey, RootFile } from "./file.js";
import { readStreamerInfos } from "./streamer-info.js";
import { isTreeClass, readTree, readTreeSummary } from "./tree.js";
import { TreeSource } from "./tree-source.js";
import { createRoot } from "./write/sink.js";

/** A tree in a file. */
export interface TreeSummary {
  /** Name with its directories: `directory/name`. */
  readonly name: string;
  readonly title: string;
  /** Number of events. */
  readonly entries: number;
}

/**
 * Reads ROOT files (version 4.04, 2005, and newer): TTrees of numbers, fixed arrays, counted arrays, `std::vector<T>` and
 * `ROOT::VecOps::RVec<T>` of numbers, and members of split objects, split TClonesArrays and split vectors. Columns have
 * the names of their branches. Other branches are listed in `skipped`.
 *
 * `open(source, { tree })` takes the tree of that name (`directory/name`, `name;cycle`); else the only tree, else
 * "Events", else the tree with most entries.
 * Writes one TTree of numbers, fixed arrays and counted arrays, whose units and roles come back when it is read.
 * @throws DataError where the bytes are not a sound ROOT file, or hold no TTree.
 * @throws SchemaError where the named tree is not there.
 */
export const rootFormat: Format = {
  name: "root",
  extensions: [".root"],
  async open(source: ByteSource, options: OpenOptions = {}): Promise<TableSource> {
    const file = await RootFile.open(source, options.inflate);
    const { path, key } = await chooseTree(file, options.tree);
    const where = `${file.name}: tree "${path}"`;
    const { content } = await file.record(key.seek, key.nbytes, where);
    const tree = readTree(key.className, content, key.keyLength, where);
    const info = needsStreamerInfo(tree.branches) ? await file.streamerInfo() : undefined;
    const classes =
      info === undefined
        ? new Map()
        : readStreamerInfos(info.content, info.key.keyLength, `${file.name}: streamer info`);
    const { plans, skipped } = findColumns(tree, classes);
    return new TreeSource(file, path, tree, plans, skipped);
  },
  create: createRoot,
};

/** Lists the trees of a ROOT file, of each name the newest cycle. @throws DataError where it is not a sound ROOT file. */
export async function listTrees(source: ByteSource, options: OpenOptions = {}): Promise<TreeSummary[]> {
  const file = await RootFile.open(source, options.inflate);
  return summarise(file, newest(await file.keys()).filter(isTree));
}

async function summarise(file: RootFile, trees: readonly PlacedKey[]): Promise<TreeSummary[]> {
  const summaries: TreeSummary[] = [];
  for (const { path, key } of trees) {
    const where = `${file.name}: tree "${path}"`;
    const { content } = await file.record(key.seek, key.nbytes, where);
    const { title, entries } = readTreeSummary(key.className, content, where);
    summaries.push({ name: path, title, entries });
  }
  return summaries;
}

function isTree({ key }: PlacedKey): boolean {
  return isTreeClass(key.className);
}

/** Keeps of each path the key with the highest cycle. */
function newest(keys: readonly PlacedKey[]): PlacedKey[] {
  const best = new Map<string, PlacedKey>();
  for (const placed of keys) {
    const known = best.get(placed.path);
    if (known === undefined || placed.key.cycle > known.key.cycle) best.set(placed.path, placed);
  }
  return [...best.values()];
}

async function chooseTree(file: RootFile, wanted: string | undefined): Promise<PlacedKey> {
  const keys = await file.keys();
  if (wanted !== undefined) return findTree(file, keys, wanted);
  const trees = newest(keys).filter(isTree);
  if (trees.length === 0) throw noTree(file, keys);
  if (trees.length === 1) return trees[0];
  const events = trees.find(({ path }) => path === "Events");
  if (events !== undefined) return events;
  const summaries = await summarise(file, trees);
  let largest = 0;
  for (let i = 1; i < trees.length; i++) if (summaries[i].entries > summaries[largest].entries) largest = i;
  return trees[largest];
}

function findTree(file: RootFile, keys: readonly PlacedKey[], wanted: string): PlacedKey {
  const trees = keys.filter(isTree);
  const [, name, cycle] = /^\/*(.*?)(?:;(\d+))?$/.exec(wanted) as RegExpExecArray;
  const found =
    cycle === undefined
      ? newest(trees).find(({ path }) => path === name)
      : trees.find(({ path, key }) => path === name && key.cycle === Number(cycle));
  if (found !== undefined) return found;
  if (trees.length === 0) throw noTree(file, keys);
  const names = cycle === undefined ? newest(trees).map((t) => t.path) : trees.map((t) => `${t.path};${t.key.cycle}`);
  const listed =
    names
      .slice(0, 8)
      .map((n) => `"${n}"`)
      .join(", ") + (names.length > 8 ? `, and ${names.length - 8} more` : "");
  throw new SchemaError(
    `${file.name}: no tree "${wanted}"; expected one of its trees, got ${listed}.${didYouMean(wanted, names)}`,
  );
}

function noTree(file: RootFile, keys: readonly PlacedKey[]): DataError {
  const ntuple = keys.find(({ key }) => key.className.endsWith("RNTuple"));
  if (ntuple !== undefined) {
    return new DataError(
      `${file.name}: RNTuple "${ntuple.path}" is not yet readable; expected a TTree, got an RNTuple. Convert it with ROOT or uproot.`,
    );
  }
  const classes = [...new Set(keys.map(({ key }) => key.className))].slice(0, 6).join(", ");
  return new DataError(`${file.name}: no TTree; expected a TTree, got ${classes || "an empty file"}. Check the file.`);
}
