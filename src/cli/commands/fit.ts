import { abortAllBundles, prepareBundleFolder, writeBundleFolder } from "../../node/bundle-folder.js";
import type { Bundle } from "../../pipeline/bundle.js";
import { fit } from "../../pipeline/fit.js";
import { onEarlyEnd } from "../failure.js";
import { besideSpec, readRunSpec, withTables } from "../files.js";
import { formatCount, formatSeconds } from "../progress.js";
import { type CommonOptions, optionalInteger, type Session, withSession } from "../session.js";

interface Options extends CommonOptions {
  readonly output: string;
  readonly seed?: string;
}

export function run(specPath: string, options: Options): Promise<void> {
  return withSession(options, async (session) => {
    const bundle = await fitSpec(specPath, options.output, optionalInteger("--seed", options.seed, 0), session);
    session.result(
      { output: options.output, method: bundle.manifest.method, summary: bundle.manifest.summary },
      `${describeFit(bundle)}\nwrote ${options.output}`,
    );
  });
}

/** Fits a spec file and writes the bundle. */
export async function fitSpec(
  specPath: string,
  output: string,
  seed: number | undefined,
  session: Session,
): Promise<Bundle> {
  const read = await readRunSpec(specPath);
  const spec = seed === undefined ? read : { ...read, seed };
  onEarlyEnd(abortAllBundles);
  await prepareBundleFolder(output);
  const paths = (files: readonly string[]) => files.map((file) => besideSpec(specPath, file));
  const start = performance.now();
  const bundle = await withTables(paths(spec.data.files), spec.data.tree, (events) =>
    withTables(paths(spec.data.generated ?? []), spec.data.tree, (generated) =>
      withTables(paths(spec.events?.files ?? []), spec.data.tree, (whole) =>
        fit(
          spec,
          { events, ...(spec.data.generated && { generated }), ...(spec.events?.files && { whole }) },
          {
            pool: session.pool,
            seed: spec.seed,
            onProgress: (progress) => session.showFit(progress),
            onWarning: (message) => session.warn(message),
          },
        ),
      ),
    ),
  );
  await writeBundleFolder(output, bundle);
  session.say(
    `fitted ${formatCount(bundle.manifest.training.events)} events in ${formatSeconds((performance.now() - start) / 1000)}`,
  );
  return bundle;
}

interface ObjectSummary {
  readonly generated: number;
  readonly accepted: number;
  readonly acceptance: number;
  readonly learnedAcceptance: number;
}

type Auc = { readonly value: number; readonly error: number };

interface EventsSummary {
  readonly correlations?: {
    readonly auc: { readonly before: Auc; readonly after: Auc };
    readonly ratio: { readonly cap: number };
    readonly attempts: { readonly mean: number };
  };
  readonly triggers?: Readonly<Record<string, { readonly rate: number; readonly learnedRate: number }>>;
}

function describeFit({ manifest }: Bundle): string {
  const { events, ...objects } = manifest.summary as Record<string, unknown>;
  const lines = Object.entries(objects as Record<string, ObjectSummary>).map(
    ([object, s]) =>
      `${object}: ${formatCount(s.accepted)} of ${formatCount(s.generated)} accepted: ${(100 * s.acceptance).toFixed(2)} %, as learned ${(100 * s.learnedAcceptance).toFixed(2)} %`,
  );
  return [...lines, ...(manifest.spec.events === undefined ? [] : describeEvents(events as EventsSummary))].join("\n");
}

function describeEvents({ correlations, triggers = {} }: EventsSummary): string[] {
  const lines: string[] = [];
  if (correlations !== undefined) {
    const { auc, ratio, attempts } = correlations;
    const text = ({ value, error }: Auc) => `${value.toFixed(4)} ± ${error.toFixed(4)}`;
    lines.push(
      `correlations: a classifier tells simulated events from real ones with AUC ${text(auc.before)} before the correction, ${text(auc.after)} after; ${attempts.mean.toFixed(2)} draws an event, density ratios cut at ${ratio.cap.toFixed(2)}`,
    );
  }
  for (const [column, { rate, learnedRate }] of Object.entries(triggers)) {
    lines.push(
      `trigger ${column}: fired in ${(100 * rate).toFixed(2)} % of held-out events, as learned ${(100 * learnedRate).toFixed(2)} %`,
    );
  }
  return lines;
}
