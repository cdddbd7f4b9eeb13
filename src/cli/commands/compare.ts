import { mkdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { abortAllSinks, ioError, writeFileAtomic } from "../../node/files.js";
import { loadReportAssets } from "../../node/report-assets.js";
import { compare } from "../../pipeline/compare.js";
import { PACKAGE } from "../../pipeline/package.js";
import type { RunSpec } from "../../pipeline/run-spec.js";
import { type Labels, summarise } from "../../pipeline/summary.js";
import { renderReport } from "../../report/index.js";
import { onEarlyEnd } from "../failure.js";
import { readSpecOrBundle, withTables } from "../files.js";
import { type CommonOptions, optionalInteger, type Session, toInteger, withSession } from "../session.js";

interface Options extends CommonOptions {
  readonly output: string;
  readonly spec?: string;
  readonly tree?: string;
  readonly start?: string;
  readonly stop?: string;
  readonly seed: string;
}

export function run(reference: string, candidate: string, options: Options): Promise<void> {
  return withSession(options, async (session) => {
    const spec = options.spec === undefined ? undefined : await readSpecOrBundle(options.spec);
    const { lines, evaluation, report } = await compareFiles(
      {
        reference,
        candidate,
        output: options.output,
        tree: options.tree,
        spec,
        seed: toInteger("--seed", options.seed, 0),
        start: optionalInteger("--start", options.start, 0),
        stop: optionalInteger("--stop", options.stop, 1),
        labels: { reference: basename(reference), candidate: basename(candidate) },
      },
      session,
    );
    session.result(evaluation, [...lines, `report: ${report}`].join("\n"));
  });
}

interface Comparison {
  readonly reference: string;
  readonly candidate: string;
  readonly output: string;
  readonly tree: string | undefined;
  readonly spec: RunSpec | undefined;
  readonly seed: number;
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly labels: Labels;
}

/** Compares two files and writes metrics.json and report.html. */
export async function compareFiles(what: Comparison, session: Session) {
  const { reference, candidate, output, spec, seed, start, stop, labels } = what;
  onEarlyEnd(abortAllSinks);
  const evaluation = await withTables([reference, candidate], what.tree, ([a, b]) =>
    compare(a, b, {
      seed,
      pool: session.pool,
      ...(spec && { spec }),
      ...(start !== undefined && { start }),
      ...(stop !== undefined && { stop }),
      onProgress: (stage, done, total) => session.progress.update(stage, done, total),
    }),
  );
  const { verdict, findings, limits } = summarise(evaluation, labels);
  const html = renderReport(
    evaluation,
    {
      title: spec === undefined ? `${labels.candidate} against ${labels.reference}` : spec.name,
      subtitle: `${labels.candidate} against ${labels.reference}`,
      summary: findings,
      provenance: [
        ["Reference", reference],
        ["Candidate", candidate],
        ["Seed", `${seed}`],
        ["Software", PACKAGE],
        ...(spec ? ([["Run spec", JSON.stringify(spec, null, 2)]] as const) : []),
      ],
      referenceLabel: labels.reference,
      candidateLabel: labels.candidate,
    },
    await loadReportAssets(),
  );
  await mkdir(output, { recursive: true }).catch((error: unknown) => {
    throw ioError(output, "write", error);
  });
  const report = join(output, "report.html");
  await writeFileAtomic(join(output, "metrics.json"), `${JSON.stringify(evaluation, null, 2)}\n`);
  await writeFileAtomic(report, html);
  return { evaluation, lines: [verdict, ...findings, ...limits], report: resolve(report) };
}
