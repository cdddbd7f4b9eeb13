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
      fit(
        spec,
        { events, ...(spec.data.generated && { generated }) },
        {
          pool: session.pool,
          seed: spec.seed,
          onProgress: (progress) => session.showFit(progress),
          onWarning: (message) => session.warn(message),
        },
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

function describeFit({ manifest }: Bundle): string {
  return Object.entries(manifest.summary as Record<string, ObjectSummary>)
    .map(
      ([object, s]) =>
        `${object}: ${formatCount(s.accepted)} of ${formatCount(s.generated)} accepted: ${(100 * s.acceptance).toFixed(2)} %, as learned ${(100 * s.learnedAcceptance).toFixed(2)} %`,
    )
    .join("\n");
}
