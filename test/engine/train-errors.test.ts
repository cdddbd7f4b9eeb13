import { describe, expect, test } from "vitest";
import {
  adam,
  adamw,
  averaged,
  clipped,
  constantly,
  cosine,
  inverseEpoch,
  linear,
  mlp,
  type Objective,
  ops,
  Parameters,
  sgd,
  type TrainSpec,
  train,
  warmUp,
} from "../../src/engine/index.js";
import { ConfigError, DataError, NumericsError } from "../../src/util/errors.js";
import { testRuntime } from "./evaluate.js";
import { failure, fit, meanSquare, pairs, specOf, table } from "./fits.js";

const data = pairs(200, 2, (x) => [x[0] - x[1]]);
const newFit = (more: Partial<Objective> = {}) => fit(new Parameters("net"), [4, 1], more);

async function failed(spec: TrainSpec): Promise<Error> {
  return failure(train(spec, { runtime: await testRuntime() }));
}

describe("one clear line for", () => {
  const two = new Parameters("other");
  const cases: readonly [what: string, more: Partial<TrainSpec>, kind: typeof ConfigError, words: RegExp][] = [
    ["a batch of no rows", { batch: 0 }, ConfigError, /batch out of range; expected a positive integer, got 0\./],
    ["half a step", { steps: 1.5 }, ConfigError, /steps out of range; expected a positive integer, got 1\.5\./],
    ["a negative seed", { seed: -1 }, ConfigError, /^seed: .* got -1\./],
    ["nothing to minimise", { objectives: [] }, ConfigError, /no objectives; expected at least one, got none/],
    ["no data", { sources: {} }, ConfigError, /no data; expected at least one source, got none/],
    ["a source without tables", { sources: { data: {} } }, DataError, /source "data" is empty/],
    ["holding out everything", { validation: { fraction: 1 } }, ConfigError, /held-out rows .* \(0, 1\), got 1\./],
    ["no patience", { validation: { patience: 0 } }, ConfigError, /patience out of range; .* got 0\./],
    ["looks of no rows", { validation: { rows: 0 } }, ConfigError, /rows of a look out of range; .* got 0\./],
    ["looks at no steps", { validation: { every: 0.5 } }, ConfigError, /steps between looks .* got 0\.5\./],
    [
      "checkpoints at no steps",
      { checkpoint: { every: 0, async save() {} } },
      ConfigError,
      /steps between checkpoints out of range; .* got 0\./,
    ],
    ["no repeats", { objectives: [newFit({ repeats: 0 })] }, ConfigError, /repeats of objective "fit" .* got 0\./],
    ["two objectives of one name", { objectives: [newFit(), newFit()] }, ConfigError, /two .* named "fit"/],
    [
      "a data set of one row",
      { sources: { data: pairs(1, 2, () => [0]) } },
      DataError,
      /source "data" is too small; expected at least 2 rows, got 1\./,
    ],
    [
      "tables of unequal rows",
      { sources: { data: { ...data, y: table(199, 1, 1, () => 0) } } },
      DataError,
      /tables of source "data" do not go together; expected .* got 200 in "x", 199 in "y"\./,
    ],
    [
      "a table with a piece of a row",
      { sources: { data: { ...data, x: { data: new Float32Array(401), columns: 2 } } } },
      DataError,
      /"data" do not go together; .* got 200\.5 in "x", 200 in "y"\./,
    ],
    [
      "an unknown table",
      {
        objectives: [newFit({ loss: (c) => ops.mean(linear(c.network(two), c.batch("data", "z"), 1)) })],
      },
      ConfigError,
      /no such table; expected one of data\.x, data\.y, got "data\.z"/,
    ],
    [
      "a network that the loss does not use",
      { objectives: [newFit({ networks: [new Parameters("idle")] })] },
      ConfigError,
      /objective "fit" is to move network "idle" but does not use it/,
    ],
    [
      "a loss of many numbers",
      { objectives: [newFit({ loss: (c) => linear(c.network(two), c.batch("data", "x"), 1) })] },
      ConfigError,
      /"loss" of objective "fit" is no scalar; expected shape \[\], got \[batch, 1\]\./,
    ],
    [
      "a held-out metric of many numbers",
      { validation: { metric: (c) => c.batch("data", "x") } },
      ConfigError,
      /"loss" of the held-out metric is no scalar; expected shape \[\], got data\.x \[batch, 2\]\./,
    ],
    [
      "a start that does not fit",
      { start: { net: { flat: new Float32Array(3) } } },
      DataError,
      /start of network "net" does not fit; expected 17 parameters and 0 states, got 3 and 0\./,
    ],
    [
      "a start of another network",
      { start: { nte: { flat: new Float32Array(17) } } },
      ConfigError,
      /start of an unknown network; expected one of net, got "nte"\./,
    ],
    [
      "two networks of one name",
      { objectives: [newFit(), { ...newFit(), name: "other" }] },
      ConfigError,
      /two networks are named "net"; expected a name for each\./,
    ],
    [
      "a term that takes the name of the loss",
      {
        objectives: [
          newFit({
            loss(context) {
              const loss = ops.mean(linear(context.network(two), context.batch("data", "x"), 1));
              return { loss, terms: { loss } };
            },
          }),
        ],
      },
      ConfigError,
      /a term of objective "fit" is named "loss"; expected another name/,
    ],
  ];

  test.each(cases)("%s", async (_, more, kind, words) => {
    const error = await failed(specOf([newFit()], data, more));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toMatch(words);
    expect(error.message).toMatch(/^(train|seed): [^\n]+; expected [^\n]+\.$/);
  });

  test("options of optimisers and schedules that are out of range", () => {
    const calls: readonly [() => unknown, string][] = [
      [() => sgd({ momentum: 1 }), "sgd: momentum out of range; expected [0, 1), got 1."],
      [() => adam({ beta1: -0.1 }), "adam: beta1 out of range; expected [0, 1), got -0.1."],
      [() => adamw({ beta2: Number.NaN }), "adam: beta2 out of range; expected [0, 1), got NaN."],
      [() => averaged(sgd(), 1), "averaged: decay out of range; expected [0, 1), got 1."],
      [() => clipped(sgd(), 0), "clipped: limit out of range; expected a number above 0, got 0."],
      [() => cosine(1, 0), "cosine: number of steps out of range; expected a number above 0, got 0."],
      [() => inverseEpoch(1, 0, 5), "inverseEpoch: scale out of range; expected a number above 0, got 0."],
      [() => warmUp(0, constantly(1)), "warmUp: number of steps out of range; expected a number above 0, got 0."],
    ];
    for (const [call, message] of calls) expect(call).toThrow(new ConfigError(message));
  });
});

describe("a number that goes bad is named, with the step", () => {
  // Below -1 from the seventh step on: the logarithm of a negative number in each row.
  const odds = (objective: Objective): Objective => ({
    ...objective,
    loss(context) {
      const network = objective.networks[0];
      const y = ops.sigmoid(mlp(context.network(network), context.batch("data", "x"), [4, 1]));
      const margin = context.number("margin", (step) => (step < 6 ? 1 : -2));
      const logarithm = ops.log(ops.add(y, margin)).named("logarithm of the odds");
      return ops.add(ops.mean(logarithm), meanSquare(y, context.batch("data", "y")));
    },
  });

  test("in the loss", async () => {
    const error = await failed(specOf([odds(newFit())], data));
    expect(error).toBeInstanceOf(NumericsError);
    expect(error.message).toMatch(
      /^train: step 7: "logarithm of the odds" became NaN; expected finite numbers in objective "fit" of 20 steps\. [^\n]+$/,
    );
  });

  test("in the gradient alone", async () => {
    const rooted = newFit({
      loss(context) {
        const w = context.network(two).get("w", [1], () => new Float32Array(1));
        return ops.mean(ops.mul(context.batch("data", "x"), ops.sqrt(w)));
      },
    });
    const two = new Parameters("net");
    const error = await failed(specOf([{ ...rooted, networks: [two] }], data));
    expect(error).toBeInstanceOf(NumericsError);
    expect(error.message).toMatch(/^train: step 1: "div[^"]*" became infinite; /);
  });

  test("in the data", async () => {
    const x = { ...data.x, data: data.x.data.map((v, i) => (i === 57 ? Number.NaN : v)) };
    const error = await failed(specOf([newFit()], { ...data, x }, { batch: 200 }));
    expect(error).toBeInstanceOf(NumericsError);
    expect(error.message).toMatch(/^train: step 1: "data\.x" became NaN; /);
  });

  test("in the rate of learning", async () => {
    const wild = newFit({ optimiser: sgd(), rate: (step) => (step < 4 ? 0.01 : 1e30) });
    const error = await failed(specOf([wild], data));
    expect(error.message).toMatch(/^train: step 6: "[^"]+" became (infinite|NaN); /);
  });

  test("in the held-out loss", async () => {
    const validation: TrainSpec["validation"] = {
      every: 2,
      metric: (context) => ops.log(context.number("falling", (step) => 5 - step)),
    };
    const error = await failed(specOf([newFit()], data, { validation }));
    expect(error).toBeInstanceOf(NumericsError);
    expect(error.message).toMatch(/^train: step 6: the held-out loss became NaN; .* those of step 4\.$/);
  });
});
