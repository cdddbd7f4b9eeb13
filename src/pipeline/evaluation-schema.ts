/** @file The shape of `metrics.json`, for readers in other languages: a JSON Schema of the type Evaluation. */
import { z } from "zod";
import { EVALUATION_VERSION, type Evaluation } from "../metrics/evaluation.js";
import { DataError } from "../util/errors.js";

const numbers = z.array(z.number());
const gaps = z.array(z.number().nullable());
const words = z.array(z.string());
const estimate = z.strictObject({ value: z.number(), error: z.number() });

const metricValue = z.strictObject({
  metric: z.string().describe("Name of the metric; `peregrine metrics` lists them"),
  value: z.number(),
  error: z.number().describe("Standard deviation of the value if both samples were drawn afresh"),
  distance: z.number().describe("Distance from perfect agreement"),
  null: z.number().describe("Mean distance that statistical noise alone would give"),
  nullSpread: z.number().describe("Standard deviation of that distance"),
  score: z.number().describe("distance / null, about 1 where nothing but noise is seen"),
  excess: z.number().describe("(distance - null) / nullSpread"),
  nullMethod: z.enum(["formula", "simulation", "split", "permutation"]),
  pValue: z.number().describe("Probability that noise alone gives at least this distance"),
  degrees: z.number().optional().describe("Degrees of freedom of a chi-square per degree of freedom"),
  raw: z.number().optional().describe("The value in the variable's own unit, where `value` is in reference deviations"),
});

const metrics = z.array(metricValue);
const compared = { name: z.string(), title: z.string(), unit: z.string(), group: z.string(), metrics };

const table = z.strictObject({
  events: z.number(),
  sumOfWeights: z.number(),
  effectiveEvents: z.number(),
  weights: z.string().optional().describe("Name of the weight column"),
});

const sample = z.strictObject({
  entries: z.number(),
  sumOfWeights: z.number(),
  effectiveEntries: z.number(),
  mean: z.number(),
  deviation: z.number(),
  minimum: z.number(),
  median: z.number(),
  maximum: z.number(),
});

const bins = z.strictObject({ sums: numbers, errors: numbers });
const histogram = z
  .strictObject({ edges: numbers, reference: bins, candidate: bins })
  .describe("Contents have one entry more at either end: underflow and overflow");
const quantiles = z.array(
  z.strictObject({
    probability: z.number(),
    reference: z.number(),
    candidate: z.number(),
    difference: z.number(),
    error: z.number(),
  }),
);
const map = { xEdges: numbers, yEdges: numbers, reference: numbers, candidate: numbers, pulls: gaps };
const points = z.strictObject({ values: gaps, errors: gaps });
const shares = z.strictObject({ values: gaps, low: gaps, high: gaps });
const share = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });
const count = z.strictObject({ value: z.number(), error: z.number() });
const profile = z.strictObject({ reference: points, candidate: points, pulls: gaps });
const roc = z.strictObject({ falsePositive: numbers, truePositive: numbers });
const matrix = z.array(numbers);

const variable = z.strictObject({
  ...compared,
  column: z.string(),
  when: z.string().optional(),
  reference: sample,
  candidate: sample,
  histogram,
  quantiles,
});

const response = z.strictObject({
  ...compared,
  kind: z.enum(["difference", "ratio"]),
  when: z.string(),
  reference: sample,
  candidate: sample,
  histogram,
  quantiles,
  profile: z.strictObject({
    against: z.string(),
    title: z.string(),
    unit: z.string(),
    edges: numbers,
    median: profile,
    width: profile,
  }),
  transform: z.strictObject({
    shares: numbers,
    error: z.number(),
    coverage: z.array(z.strictObject({ nominal: z.number(), value: z.number(), error: z.number() })),
  }),
  plan: z.strictObject({ ...map, truth: z.string(), reco: z.string(), xTitle: z.string(), yTitle: z.string() }),
});

const acceptance = z.strictObject({
  ...compared,
  accepted: z.string(),
  reference: share,
  candidate: share,
  curves: z.array(
    z.strictObject({
      against: z.string(),
      title: z.string(),
      unit: z.string(),
      edges: numbers,
      reference: shares,
      candidate: shares,
      ratio: shares,
      metrics,
    }),
  ),
});

const category = z.strictObject({
  ...compared,
  reco: z.string(),
  truth: z.string().optional(),
  when: z.string().optional(),
  codes: numbers.describe("Reconstructed codes, one column each"),
  trueCodes: gaps.describe("True codes, one row each; null for all objects"),
  entries: z.strictObject({ reference: numbers, candidate: numbers }),
  reference: matrix,
  candidate: matrix,
  errors: matrix.describe("Standard errors of the differences"),
});

const reliability = z.strictObject({
  ...compared,
  edges: numbers,
  predicted: gaps,
  observed: shares,
  entries: numbers,
  brier: estimate,
  brierExpected: z.number(),
});

const draws = z.strictObject({
  ...compared,
  columns: words,
  draws: z.number(),
  events: z.number(),
  ranks: matrix,
  rankError: z.number(),
});

const classifier = z.strictObject({
  kind: z.enum(["trees", "network"]),
  features: words,
  events: z.strictObject({ train: z.number(), calibrate: z.number(), test: z.number(), folds: z.number() }),
  accuracy: estimate,
  logLoss: z.number(),
  roc,
  weights: z.strictObject({
    edges: numbers,
    reference: numbers,
    candidate: numbers,
    mean: estimate,
    effectiveShare: z.number(),
    belowHalf: z.number(),
    aboveTwo: z.number(),
  }),
  importance: z.array(z.strictObject({ feature: z.string(), drop: estimate, low: z.number(), high: z.number() })),
});

const joint = z.strictObject({
  ...compared,
  columns: z.array(z.strictObject({ name: z.string(), title: z.string(), unit: z.string() })),
  conditions: words,
  when: z.string().optional(),
  events: z.strictObject({ reference: z.number(), candidate: z.number() }),
  correlations: z.strictObject({ reference: matrix, candidate: matrix, errors: matrix }),
  pairs: z.array(
    z.strictObject({
      ...map,
      x: z.string(),
      y: z.string(),
      chi2: z.number(),
      degrees: z.number(),
      pValue: z.number(),
    }),
  ),
  equivalent: z.array(
    z.strictObject({
      cells: z.number(),
      meanSquare: z.number(),
      events: z.number().nullable(),
      low: z.number(),
      high: z.number().nullable(),
    }),
  ),
  classifiers: z.array(classifier),
});

const memorisation = z.strictObject({
  ...compared,
  columns: words,
  events: z.strictObject({ candidate: z.number(), training: z.number(), holdout: z.number() }),
  duplicates: z.strictObject({ candidate: z.number(), holdout: z.number() }),
  distances: z.strictObject({ edges: numbers, candidate: numbers, holdout: numbers }),
});

const downstream = z.strictObject({
  ...compared,
  label: z.string(),
  features: words,
  events: z.strictObject({ train: z.number(), test: z.number() }),
  trained: z.array(z.strictObject({ on: z.enum(["reference", "candidate", "both"]), auc: estimate, roc })),
});

const headline = z.strictObject({
  ...metricValue.shape,
  kind: z.enum([
    "variable",
    "response",
    "acceptance",
    "category",
    "yield",
    "reliability",
    "draws",
    "joint",
    "memorisation",
    "downstream",
  ]),
  subject: z.string().describe("Name of what was compared"),
  title: z.string(),
  group: z.string(),
  against: z.string().optional(),
  againstTitle: z.string().optional(),
});

const evaluationSchema = z.strictObject({
  version: z.literal(EVALUATION_VERSION),
  reference: table,
  candidate: table,
  variables: z.array(variable),
  responses: z.array(response),
  acceptances: z.array(acceptance),
  categories: z.array(category),
  yields: z.array(z.strictObject({ ...compared, all: words, reference: count, candidate: count })),
  reliabilities: z.array(reliability),
  draws: z.array(draws),
  joints: z.array(joint),
  memorisations: z.array(memorisation),
  downstreams: z.array(downstream),
  headlines: z.array(headline).describe("All metrics, worst first"),
  power: z.array(
    z.strictObject({
      quantity: z.enum(["mean", "median", "width", "efficiency", "yield"]),
      detectable: z.number(),
      words: z.string(),
    }),
  ),
  skipped: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
});

/** Holds at compile time: what the schema describes is the type, and the type is what it describes. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
const _same: Same<DeepReadonly<z.infer<typeof evaluationSchema>>, DeepReadonly<Evaluation>> = true;
void _same;

/** JSON Schema of `metrics.json`. */
export function evaluationJsonSchema(): unknown {
  return z.toJSONSchema(evaluationSchema);
}

/**
 * Checks what was read from a `metrics.json`.
 * @param where What to call it in messages. @throws DataError naming the first place that does not fit.
 */
export function parseEvaluation(input: unknown, where: string): Evaluation {
  const parsed = evaluationSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  throw new DataError(
    `${where}: not an evaluation of version ${EVALUATION_VERSION}; ${path.join(".") || "top level"}: ${message}.`,
  );
}
