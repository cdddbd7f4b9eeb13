import { generate } from "../../pipeline/generate.js";
import { writeChunks } from "../files.js";
import { formatCount } from "../progress.js";
import { type CommonOptions, optionalInteger, toInteger, withSession } from "../session.js";

interface Options extends CommonOptions {
  readonly events: string;
  readonly output: string;
  readonly detector?: string;
  readonly seed: string;
  readonly detectorSeed?: string;
}

export function run(process: string, options: Options): Promise<void> {
  return withSession(options, async (session) => {
    const events = toInteger("--events", options.events, 1);
    const seed = toInteger("--seed", options.seed, 0);
    const detectorSeed = optionalInteger("--detector-seed", options.detectorSeed, 0);
    const { detector, output } = options;
    const chunks = generate(
      { process, events, seed, ...(detector && { detector }), ...(detectorSeed !== undefined && { detectorSeed }) },
      session.pool,
    );
    await writeChunks(output, chunks, (done) => session.progress.update("generating", done, events));
    session.result(
      { process, detector: detector ?? null, events, seed, output },
      `wrote ${formatCount(events)} events of ${process}${detector ? ` through ${detector}` : ""} to ${output}`,
    );
  });
}
