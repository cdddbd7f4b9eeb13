import { join } from "node:path";
import { writeFileAtomic } from "../../node/files.js";
import { makeFolder } from "../../node/folders.js";
import { comparisonOf } from "../../pipeline/comparison-spec.js";
import { findDemo } from "../../pipeline/demos.js";
import { generate } from "../../pipeline/generate.js";
import { simulate } from "../../pipeline/simulate.js";
import { withTables, writeChunks } from "../files.js";
import { formatCount, formatSeconds } from "../progress.js";
import { type CommonOptions, type Session, toInteger, withSession } from "../session.js";
import { compareFiles } from "./compare.js";
import { fitSpec } from "./fit.js";

interface Options extends CommonOptions {
  readonly output: string;
  readonly seed: string;
}

/** Walks the whole road on toy events, saying before each step the command that does the same. */
export function run(process: string | undefined, options: Options): Promise<void> {
  return withSession(options, async (session) => {
    const demo = findDemo(process ?? "photoproduction");
    const seed = toInteger("--seed", options.seed, 0);
    const began = performance.now();
    await makeFolder(options.output);
    const path = (name: string) => join(options.output, name);
    const make = async (name: string, what: string, events: number, detector: string | undefined, from: number) => {
      session.say(
        `$ peregrine generate ${what} -n ${events}${detector ? ` --detector ${detector}` : ""} --seed ${from} -o ${path(name)}`,
      );
      const chunks = generate({ process: what, events, seed: from, ...(detector && { detector }) }, session.pool);
      await writeChunks(path(name), chunks, (done) => session.progress.update(`generating ${what}`, done, events));
    };

    session.say(`Peregrine demo: ${demo.title}. Learn the detector from single particles, then replay the reaction.\n`);
    await make("training.parquet", demo.training, demo.trainingEvents, demo.detector, seed);
    await make("truth.parquet", demo.process, demo.events, undefined, seed + 1);
    await make("reference.parquet", demo.process, demo.events, demo.detector, seed + 2);
    await writeFileAtomic(path("spec.yaml"), demo.spec.replace("seed: 1", `seed: ${seed}`));

    session.say(`$ peregrine fit ${path("spec.yaml")} -o ${path("detector.peregrine")}`);
    const bundle = await fitSpec(path("spec.yaml"), path("detector.peregrine"), undefined, session);

    session.say(
      `$ peregrine simulate ${path("detector.peregrine")} ${path("truth.parquet")} -o ${path("fast.parquet")}`,
    );
    const rate = await simulateTruth(path("truth.parquet"), path("fast.parquet"), bundle, seed, session);

    session.say(
      `$ peregrine compare ${path("reference.parquet")} ${path("fast.parquet")} --spec ${path("detector.peregrine")} -o ${path("report")}`,
    );
    const { lines, report, evaluation } = await compareFiles(
      {
        reference: path("reference.parquet"),
        candidate: path("fast.parquet"),
        output: path("report"),
        spec: comparisonOf(bundle.manifest.spec),
        manifest: bundle.manifest,
        seed,
        labels: { reference: "Toy detector", candidate: "Peregrine" },
      },
      session,
    );
    const seconds = (performance.now() - began) / 1000;
    session.result(
      { report, seconds, eventsPerSecond: rate, headlines: evaluation.headlines },
      [
        "",
        ...lines,
        `simulated ${formatCount(rate)} events/s (${formatCount(rate * bundle.manifest.spec.data.objects.reduce((n, o) => n + (o.kind === "slots" ? o.slots.length : 1), 0))} particles/s); everything took ${formatSeconds(seconds)}`,
        `report: ${report}`,
      ].join("\n"),
    );
  });
}

async function simulateTruth(
  truthPath: string,
  output: string,
  bundle: Parameters<typeof simulate>[0],
  seed: number,
  session: Session,
): Promise<number> {
  const began = performance.now();
  const events = await withTables([truthPath], undefined, ([truth]) =>
    writeChunks(output, simulate(bundle, truth, { seed }, session.pool), (done) =>
      session.progress.update("simulating", done, truth.length),
    ),
  );
  return events / ((performance.now() - began) / 1000);
}
