/** @file The demos: what `peregrine demo` generates, fits and compares. */
import { ConfigError } from "../util/errors.js";
import { didYouMean } from "../util/suggest.js";

export interface Demo {
  readonly process: string;
  readonly title: string;
  readonly detector: string;
  /** Process of the training events. */
  readonly training: string;
  readonly trainingEvents: number;
  readonly events: number;
  /** Run spec, as it is written beside the data; the training file is training.parquet. */
  readonly spec: string;
}

export const demos: readonly Demo[] = [
  {
    process: "photoproduction",
    title: "γ p → π⁺ π⁻ p at 10 GeV",
    detector: "clas-toy",
    training: "gun",
    trainingEvents: 1_000_000,
    events: 500_000,
    spec: `# One particle model, learned from single tracks, applied to each of the three particles of the reaction.
name: "γ p → π⁺ π⁻ p, 10 GeV, toy detector"
method: factorised
seed: 1
data:
  files: [training.parquet]
  objects:
    - name: particle
      slots: [pip, pim, p]
      variables: [p, theta, phi]
evaluate:
  derive: photoproduction
`,
  },
];

/** Finds a demo. @throws ConfigError naming the nearest. */
export function findDemo(name: string): Demo {
  const found = demos.find((demo) => demo.process === name);
  if (found !== undefined) return found;
  const names = demos.map((demo) => demo.process);
  throw new ConfigError(`demo: unknown; expected one of ${names.join(", ")}, got "${name}".${didYouMean(name, names)}`);
}
