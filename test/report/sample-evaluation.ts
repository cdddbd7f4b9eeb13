// Made-up results of what looks at whole events, added to a real evaluation, so that the report can be tested by itself.
import type {
  ClassifierResult,
  DownstreamResult,
  DrawsResult,
  Evaluation,
  Headline,
  HeadlineKind,
  JointResult,
  MemorisationResult,
  MetricValue,
  ReliabilityResult,
} from "../../src/metrics/index.js";
import { metricValue } from "../../src/metrics/metric.js";
import { Random } from "../../src/util/random.js";

const normal = (x: number, mean = 0, width = 1) =>
  Math.exp(-0.5 * ((x - mean) / width) ** 2) / (width * Math.sqrt(2 * Math.PI));
const range = (n: number) => Array.from({ length: n }, (_, i) => i);
const bins = (low: number, high: number, n: number) => range(n + 1).map((i) => low + ((high - low) * i) / n);
const unit = (values: readonly number[]) => {
  const sum = values.reduce((a, b) => a + b, 0);
  return values.map((x) => x / sum);
};

function value(metric: string, value: number, error: number, noise: number, perfect = 0): MetricValue {
  return metricValue({
    metric,
    value,
    error,
    distance: Math.abs(value - perfect),
    null: noise,
    nullSpread: noise / 2.5,
    nullMethod: "permutation",
  });
}

function roc(auc: number, points = 101) {
  const power = auc / (1 - auc);
  const falsePositive = range(points).map((i) => i / (points - 1));
  return { falsePositive, truePositive: falsePositive.map((x) => 1 - (1 - x) ** power) };
}

function classifier(kind: "trees" | "network", features: readonly string[], auc: number): ClassifierResult {
  const edges = bins(-1, 1, 50);
  const shape = (mean: number) => unit(edges.slice(1).map((x, i) => normal((x + edges[i]) / 2, mean, 0.13 + auc / 10)));
  return {
    kind,
    features,
    events: { train: 300_000, calibrate: 100_000, test: 100_000, folds: kind === "trees" ? 5 : 1 },
    accuracy: { value: 0.5 + (auc - 0.5) * 0.7, error: 0.0011 },
    logLoss: Math.log(2) - (auc - 0.5) ** 2 * 3,
    roc: roc(auc),
    weights: {
      edges,
      reference: shape(0.03),
      candidate: shape(-0.02),
      mean: { value: 1.0007, error: 0.0021 },
      effectiveShare: 0.9412,
      belowHalf: 0.0132,
      aboveTwo: 0.0071,
    },
    importance: features.map((feature, i) => ({
      feature,
      drop: { value: (0.03 * (auc - 0.5)) / 0.03 / (1 + i) ** 1.3, error: 0.0008 },
      low: i === 0 ? 1.7 : i === 2 ? -0.9 : 0.1,
      high: i === 1 ? -2.1 : i === 3 ? 0.6 : 0.05,
    })),
  };
}

function pair(x: string, y: string, scale: number): JointResult["pairs"][number] {
  const n = 20;
  // Bins of unequal widths, as quantiles would make them.
  const edges = bins(-1, 1, n).map((t) => Math.sign(t) * 3 * Math.abs(t) ** 1.4);
  const cells = range(n * n).map((c) => [c % n, Math.floor(c / n)]);
  const middle = (i: number) => (edges[i] + edges[i + 1]) / 2;
  const area = (i: number, j: number) => (edges[i + 1] - edges[i]) * (edges[j + 1] - edges[j]);
  const share = (rho: number) =>
    unit(
      cells.map(([i, j]) => {
        const [u, v] = [middle(i), middle(j)];
        return Math.exp(-(u * u - 2 * rho * u * v + v * v) / (2 * (1 - rho * rho))) * area(i, j);
      }),
    ).map((s) => Math.round(s * 1e5) / 1e5);
  const reference = share(0.6);
  const candidate = share(0.6 - 0.04 * scale);
  return {
    x,
    y,
    xEdges: edges,
    yEdges: edges.map((e) => e * 2),
    reference,
    candidate,
    pulls: reference.map((a, c) => {
      const variance = (a + candidate[c]) / 1e5;
      return variance > 0 ? (candidate[c] - a) / Math.sqrt(variance) : null;
    }),
    chi2: 310 * scale,
    degrees: 212,
    pValue: scale > 1 ? 1e-5 : 0.02,
  };
}

export function sampleJoint(
  columns: JointResult["columns"],
  conditions: readonly string[],
  events: number,
  words: { readonly name: string; readonly title: string; readonly group: string },
): JointResult {
  const n = columns.length;
  const random = new Random(11);
  const matrix = (of: (i: number, j: number) => number) =>
    range(n).map((i) => range(n).map((j) => (i === j ? 1 : of(Math.min(i, j), Math.max(i, j)))));
  const drawn = new Map<number, number>();
  const noise = (i: number, j: number) => {
    const key = i * n + j;
    if (!drawn.has(key)) drawn.set(key, random.normal());
    return drawn.get(key) as number;
  };
  const rho = (i: number, j: number) => Math.cos(1.3 * i + 0.4 * j) * 0.75 ** (j - i);
  const errors = matrix((i, j) => (Math.SQRT2 * (1 - rho(i, j) ** 2)) / Math.sqrt(events));
  const features = [...columns.map(({ name }) => name), ...conditions];
  return {
    ...words,
    unit: "",
    metrics: [
      value("sliced-w1", 0.0121, 0.0008, 0.0041),
      value("sliced-w2-squared", 0.00043, 0.00006, 0.00004),
      value("sliced-ks", 0.0067, 0.0009, 0.0039),
      value("frechet", 0.0021, 0.0003, 0.0008),
      value("kernel", 0.00013, 0.00006, 0.00008),
      value("correlation", 0.052, 0.006, 0.041),
      value("precision", 0.698, 0.003, 0.004, 0.701),
      value("recall", 0.671, 0.003, 0.004, 0.7),
      value("density", 0.989, 0.007, 0.009, 0.992),
      value("coverage", 0.957, 0.002, 0.003, 0.961),
      value("pairs", 1.43, 0.1, 1, 0),
      value("cells", 1.09, 0.06, 1, 0),
      value("auc-trees", 0.5312, 0.0018, 0.0011, 0.5),
      value("auc-network", 0.5274, 0.0018, 0.0011, 0.5),
      value("jsd-trees", 0.0028, 0.0003, 0.00006),
      value("jsd-network", 0.0021, 0.0003, 0.00006),
    ],
    columns,
    conditions,
    events: { reference: events, candidate: Math.round(events * 0.8) },
    correlations: {
      reference: matrix(rho),
      candidate: matrix((i, j) => rho(i, j) + errors[i][j] * noise(i, j) * (i === 0 ? 4 : 1)),
      errors,
    },
    pairs: [pair(columns[0].name, columns[1].name, 3), pair(columns[1].name, columns[n - 1].name, 1)],
    equivalent: [8, 32, 128, 512, 2048, 8192].map((cells, i) => ({
      cells,
      meanSquare: 1 / cells ** 2 / events,
      events: i < 2 ? null : events * (1.9 - 0.25 * i),
      low: events * (i < 2 ? 1.1 - 0.1 * i : 1.5 - 0.22 * i),
      high: i < 3 ? null : events * (2.4 - 0.27 * i),
    })),
    classifiers: [classifier("trees", features, 0.5312), classifier("network", features, 0.5274)],
  };
}

const reliability = (title: string, group: string): ReliabilityResult => {
  const edges = bins(0, 1, 20);
  const entries = range(20).map((b) => (b === 0 ? 3 : Math.round(4000 * normal(b, 15, 4) * 10)));
  const predicted = range(20).map((b) => (b + 0.5) / 20);
  const values = predicted.map((p, b) => Math.min(1, Math.max(0, p + 0.03 * Math.sin(b))));
  const half = entries.map((n, b) => Math.sqrt((predicted[b] * (1 - predicted[b])) / Math.max(1, n)));
  return {
    name: "accepted",
    title,
    unit: "",
    group,
    metrics: [value("reliability", 1.71, 0.5, 1)],
    edges,
    predicted: predicted.map((p, b) => (b === 1 ? null : p)),
    observed: {
      values: values.map((v, b) => (b === 1 ? null : v)),
      low: values.map((v, b) => Math.max(0, v - half[b])),
      high: values.map((v, b) => Math.min(1, v + half[b])),
    },
    entries,
    brier: { value: 0.1521, error: 0.0011 },
    brierExpected: 0.1513,
  };
};

const draws = (columns: readonly string[], title: string, group: string): DrawsResult => ({
  name: "draws",
  title,
  unit: "",
  group,
  metrics: [value("ranks", 2.31, 0.3, 1), value("energy-score", 0.512, 0.004, 0.51)],
  columns,
  draws: 20,
  events: 50_000,
  ranks: columns.map((_, k) =>
    unit(range(21).map((r) => 1 + 0.02 * Math.cos(r + k) + 0.03 * k * ((r - 10) / 10) ** 2)),
  ),
  rankError: Math.sqrt(((1 / 21) * (20 / 21)) / 50_000),
});

const memorisation = (columns: readonly string[], title: string, group: string): MemorisationResult => {
  const edges = bins(0, 1.5, 50);
  const shape = (peak: number) => unit(edges.slice(1).map((x) => x ** 3 * Math.exp(-((x / peak) ** 2) * 2)));
  return {
    name: "copies",
    title,
    unit: "",
    group,
    metrics: [value("copies", 0.503, 0.007, 0.0056, 0.5), value("nn-ratio", 0.991, 0.006, 0.005, 1)],
    columns,
    events: { candidate: 100_000, training: 400_000, holdout: 50_000 },
    duplicates: { candidate: 0.0002, holdout: 0 },
    distances: { edges, candidate: shape(0.42), holdout: shape(0.43) },
  };
};

const downstream = (features: readonly string[], title: string, group: string): DownstreamResult => ({
  name: "tag",
  title,
  unit: "",
  group,
  metrics: [value("downstream", 0.9921, 0.0031, 0.003, 1)],
  label: "signal",
  features,
  events: { train: 100_000, test: 50_000 },
  trained: (
    [
      ["reference", 0.871],
      ["candidate", 0.864],
      ["both", 0.872],
    ] as const
  ).map(([on, auc]) => ({ on, auc: { value: auc, error: 0.0017 }, roc: roc(auc) })),
});

/** Adds one of everything that looks at whole events. @param group Section that they name. */
export function withWholeEvents(evaluation: Evaluation, group: string, title: string): Evaluation {
  const columns = evaluation.variables.map((v) => ({ name: v.name, title: v.title, unit: v.unit }));
  const names = columns.map(({ name }) => name);
  const truths = evaluation.responses.map(({ plan }) => plan.truth);
  const joint = sampleJoint(columns, [...new Set(truths)], evaluation.reference.events, {
    name: "all",
    title: `All ${title}`,
    group,
  });
  const parts = {
    joints: [joint],
    reliabilities: [reliability(`Acceptance of ${title}`, group)],
    draws: [draws(evaluation.variables.map((v) => v.column).slice(0, 5), `Responses of ${title}`, group)],
    memorisations: [memorisation(names, `Nearest training event of ${title}`, group)],
    downstreams: [downstream(names, `Tagging ${title}`, group)],
  };
  const lines = (kind: HeadlineKind, results: readonly (typeof joint | DownstreamResult | DrawsResult)[]): Headline[] =>
    results.flatMap((r) => r.metrics.map((m) => ({ kind, subject: r.name, title: r.title, group: r.group, ...m })));
  const added = [
    ...lines("joint", parts.joints),
    ...lines("reliability", parts.reliabilities as never),
    ...lines("draws", parts.draws),
    ...lines("memorisation", parts.memorisations as never),
    ...lines("downstream", parts.downstreams),
  ];
  return { ...evaluation, ...parts, headlines: [...evaluation.headlines, ...added].sort((a, b) => b.score - a.score) };
}

/** Loss curves with a gap. */
export const training = (name: string) => [
  {
    name,
    xTitle: "Epoch",
    series: [
      { name: "training", steps: range(60), values: range(60).map((i) => 0.4 + 2 * Math.exp(-i / 8)) },
      {
        name: `validation of ${name}`,
        steps: range(60),
        values: range(60).map((i) => (i === 30 ? null : 0.43 + 2 * Math.exp(-i / 8) + 0.01 * Math.sin(3 * i))),
      },
    ],
  },
];
