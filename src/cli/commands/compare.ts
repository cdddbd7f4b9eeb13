import { basename, join, resolve } from "node:path";
import { abortAllSinks, writeFileAtomic } from "../../node/files.js";
import { makeFolder } from "../../node/folders.js";
import { loadReportAssets } from "../../node/report-assets.js";
import type { Manifest } from "../../pipeline/bundle.js";
import { compare } from "../../pipeline/compare.js";
import type { ComparisonSpec } from "../../pipeline/comparison-spec.js";
import { overLimits, parseLimit } from "../../pipeline/limits.js";
import { PACKAGE } from "../../pipeline/package.js";
import { type Labels, summarise } from "../../pipeline/summary.js";
import { renderReport } from "../../report/index.js";
import { onEarlyEnd } from "../failure.js";
import { readForComparison, withTables } from "../files.js";
import { type CommonOptions, optionalInteger, type Session, toInteger, withSession } from "../session.js";

interface Options extends CommonOptions {
  readonly output: string;
  readonly spec?: string;
  readonly tree?: string;
  readonly truth?: readonly string[];
  readonly training?: string;
  readonly failAbove?: readonly string[];
  readonly skip?: readonly ("together" | "classifier")[];
  readonly start?: string;
  readonly stop?: string;
  readonly seed: string;
}

/** Exit code where a value goes beyond a limit of --fail-above. */
const OVER_LIMIT = 1;

export function run(reference: string, candidate: string, options: Options): Promise<void> {
  return withSession(options, async (session) => {
    const limits = (options.failAbove ?? []).map(parseLimit);
    const { spec, manifest } = options.spec === undefined ? {} : await readForComparison(options.spec);
    const { lines, evaluation, report } = await compareFiles(
      {
        reference,
        candidate,
        output: options.output,
        tree: options.tree ?? spec?.tree,
        truth: options.truth ?? [],
        training: options.training,
        skip: options.skip ?? [],
        spec,
        manifest,
        seed: toInteger("--seed", options.seed, 0),
        start: optionalInteger("--start", options.start, 0),
        stop: optionalInteger("--stop", options.stop, 1),
        labels: { reference: basename(reference), candidate: basename(candidate) },
      },
      session,
    );
    const over = overLimits(evaluation, limits);
    session.result(
      limits.length === 0 ? evaluation : { ...evaluation, overLimits: over },
      [...lines, `report: ${report}`].join("\n"),
    );
    for (const line of over) session.complain(line.words);
    if (over.length > 0) process.exitCode = OVER_LIMIT;
  });
}

interface Comparison {
  readonly reference: string;
  readonly candidate: string;
  readonly output: string;
  readonly tree?: string | undefined;
  /** None, one for both samples, or one each. */
  readonly truth?: readonly string[];
  readonly training?: string | undefined;
  readonly skip?: readonly ("together" | "classifier")[];
  readonly spec?: ComparisonSpec | undefined;
  readonly manifest?: Manifest | undefined;
  readonly seed: number;
  readonly start?: number | undefined;
  readonly stop?: number | undefined;
  readonly labels: Labels;
}

/** Compares two files and writes metrics.json and report.html. */
export async function compareFiles(what: Comparison, session: Session) {
  onEarlyEnd(abortAllSinks);
  // First of all: nobody wants to hear after minutes of work that it cannot be written.
  const undo = await makeFolder(what.output);
  onEarlyEnd(undo);
  try {
    return await compareInto(what, session);
  } catch (error) {
    undo();
    throw error;
  }
}

async function compareInto(what: Comparison, session: Session) {
  const { reference, candidate, output, spec, seed, start, stop, labels, truth = [], training, skip } = what;
  const paths = [reference, candidate, ...truth, ...(training === undefined ? [] : [training])];
  const evaluation = await withTables(paths, what.tree, (tables) => {
    const [a, b, ...rest] = tables;
    return compare(a, b, {
      seed,
      pool: session.pool,
      ...(spec && { spec }),
      ...(truth.length > 0 && { truth: { reference: rest[0], candidate: rest[truth.length - 1] } }),
      ...(training !== undefined && { training: rest[truth.length] }),
      ...(skip && { skip }),
      ...(start !== undefined && { start }),
      ...(stop !== undefined && { stop }),
      onProgress: (stage, done, total) => session.progress.update(stage, done, total),
    });
  });
  const { verdict, findings, limits } = summarise(evaluation, labels);
  const html = renderReport(
    evaluation,
    {
      title: spec === undefined ? `${labels.candidate} against ${labels.reference}` : spec.name,
      subtitle: `${labels.candidate} against ${labels.reference}`,
      summary: findings,
      provenance: provenanceOf(what),
      training: trainingOf(what.manifest),
      referenceLabel: labels.reference,
      candidateLabel: labels.candidate,
    },
    await loadReportAssets(),
  );
  const report = join(output, "report.html");
  await writeFileAtomic(join(output, "metrics.json"), `${JSON.stringify(evaluation, null, 2)}\n`);
  await writeFileAtomic(report, html);
  return { evaluation, lines: [verdict, ...findings, ...limits], report: resolve(report) };
}

/** The curves of a bundle's fit, stage by stage. */
function trainingOf(manifest: Manifest | undefined) {
  return (manifest?.history ?? []).map(({ stage, steps, losses }) => ({
    name: stage,
    xTitle: "Trees or steps",
    series: [{ name: "held-out loss", steps, values: losses }],
  }));
}

function provenanceOf({ reference, candidate, truth = [], training, seed, spec, manifest }: Comparison) {
  const lines: (readonly [string, string])[] = [
    ["Reference", reference],
    ["Candidate", candidate],
  ];
  if (truth.length > 0) lines.push(["Truth", truth.join(", ")]);
  if (training !== undefined) lines.push(["Training events", training]);
  lines.push(["Seed", `${seed}`], ["Software", PACKAGE]);
  if (manifest !== undefined) {
    lines.push(
      ["Model", `${manifest.method}, by ${manifest.package}`],
      ["Trained on", `${manifest.training.events.toLocaleString("en-US")} events, digest ${manifest.training.digest}`],
    );
  }
  const shown = manifest?.spec ?? spec;
  if (shown !== undefined) lines.push(["Run spec", JSON.stringify(shown, null, 2)]);
  return lines;
}
