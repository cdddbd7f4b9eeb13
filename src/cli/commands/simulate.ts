import { readBundleFolder } from "../../node/bundle-folder.js";
import { simulate } from "../../pipeline/simulate.js";
import { withTables, writeChunks } from "../files.js";
import { formatCount, formatSeconds } from "../progress.js";
import { type CommonOptions, optionalInteger, toInteger, withSession } from "../session.js";

interface Options extends CommonOptions {
  readonly output: string;
  readonly tree?: string;
  readonly seed: string;
  readonly oversample: string;
  readonly acceptance: "draw" | "weight";
  readonly keep?: readonly string[];
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
    const bundle = await readBundleFolder(bundlePath);
    const began = performance.now();
    const events = await withTables([truthPath], options.tree, ([truth]) => {
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
          ...(start !== undefined && { start }),
          ...(stop !== undefined && { stop }),
          ...(chunkSize !== undefined && { chunkSize }),
        },
        session.pool,
      );
      return writeChunks(options.output, chunks, (done) => session.progress.update("simulating", done, total));
    });
    const seconds = (performance.now() - began) / 1000;
    session.result(
      { output: options.output, events, seed, seconds, eventsPerSecond: events / seconds },
      `wrote ${formatCount(events)} events to ${options.output} in ${formatSeconds(seconds)} (${formatCount(events / seconds)} events/s)`,
    );
  });
}
