import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  batchNorm,
  type LossContext,
  linear,
  type Objective,
  ops,
  Parameters,
  type Runtime,
  sgd,
  type Tensor,
  type TrainSpec,
  train,
} from "../../src/engine/index.js";
import { planShards } from "../../src/engine/program/shard-plan.js";
import type { GangInput } from "../../src/engine/program/shard-task.js";
import { trainingGraph } from "../../src/engine/train/objective-graph.js";
import { workerPool } from "../../src/node/worker-pool.js";
import { Barrier, type Pool } from "../../src/util/pool.js";
import { testRuntime } from "./evaluate.js";
import { failure, fit, meanSquare, pairs, specOf } from "./fits.js";
import { openStepping } from "./stepping.js";

let runtime: Runtime;
const pools = [2, 3].map((size) => workerPool(size));
beforeAll(async () => {
  runtime = await testRuntime();
});
afterAll(async () => {
  for (const pool of pools) await pool.close();
});

const data = pairs(3000, 3, (x) => [Math.sin(x[0]) + x[1] * x[2], x[0]], 0.1);

/** Layers with batch statistics, and both kinds of noise between them. */
function noisy(network: Parameters): Objective {
  return fit(network, [], {
    loss(context) {
      const scope = context.network(network);
      const x = context.batch("data", "x");
      const first = ops.relu(batchNorm(scope.in("norm0"), linear(scope.in("in"), x, 12)));
      const joined = ops.concat([first, context.noise(2), context.uniform(1)]);
      const second = ops.tanh(batchNorm(scope.in("norm1"), linear(scope.in("middle"), joined, 7)));
      return meanSquare(linear(scope.in("out"), second, 2), context.batch("data", "y"));
    },
  });
}

const plain = (network: Parameters) => fit(network, [20, 20, 2]);

describe("the same bits come out of one, two and three threads", () => {
  test.each([
    ["a perceptron", 997, plain],
    ["a perceptron", 2501, plain],
    ["batch statistics and noise", 997, noisy],
    ["batch statistics and noise", 2501, noisy],
  ])("%s, %i rows a batch", async (_, batch, make) => {
    // Fewer parts are held out than there are threads: some threads sit those looks out.
    const validation = { fraction: 0.05, every: 4, rows: 100 };
    const spec = specOf([make(new Parameters("net"))], data, { batch, steps: 10, validation });
    const alone = await train(spec, { runtime });
    expect(alone.history.length).toBe(3);
    for (const pool of pools) {
      const result = await train(spec, { runtime, pool });
      expect(result.networks.net.flat).toEqual(alone.networks.net.flat);
      expect(result.networks.net.state).toEqual(alone.networks.net.state);
      expect(result.history).toEqual(alone.history);
    }
  });
});

test.each([2, 63, 127, 128, 997, 2049])("a batch of %i rows in parts is the batch as a whole", async (rows) => {
  const outputs = [];
  for (const whole of [true, false]) {
    const network = new Parameters("net");
    const start = () => {
      const flat = Float32Array.from({ length: network.size }, (_, k) => Math.sin(k * k + 1) / 2);
      const state = Float32Array.from({ length: network.stateSize }, (_, k) => 1 + Math.cos(k) / 4);
      return { net: { flat, state } };
    };
    const objective = { ...noisy(network), optimiser: sgd() };
    const stepping = await openStepping(objective, { data }, runtime, { rows, start, whole });
    outputs.push(await stepping.step({ data: Int32Array.from({ length: rows }, (_, i) => (7 * i) % 3000) }));
    await stepping.close();
  }
  const [whole, parts] = outputs;
  expect(Object.keys(parts).sort()).toEqual(["loss", "next.net", "next.net.state", "square.net"]);
  for (const name of Object.keys(whole)) {
    const [wanted, got] = [whole, parts].map((values) => Array.from(values[name].data as Float32Array));
    const scale = Math.max(...wanted.map(Math.abs));
    got.forEach((v, k) => {
      expect(Math.abs(v - wanted[k]) / scale, `${name}, number ${k}`).toBeLessThan(2e-6);
    });
  }
});

/** A network of one output a row, and a loss made of it. */
const lossOf = (network: Parameters, make: (y: Tensor) => Tensor, columns = 1): Objective =>
  fit(network, [], {
    loss: (context: LossContext) => make(linear(context.network(network), context.batch("data", "x"), columns)),
  });

describe("a graph that looks across rows", () => {
  const { gemm, max, mean, mul, reshape, softmax, sort, square, sub, sum, transpose } = ops;
  test.each<[string, (y: Tensor) => Tensor]>([
    ["sorts them", (y) => mean(square(sort(transpose(y)).values))],
    ["weighs them by a softmax", (y) => sum(mul(softmax(transpose(y)), transpose(y)))],
    ["weighs a plain vector of them", (y) => sum(mul(softmax(reshape(y, ["batch"])), reshape(y, ["batch"])))],
    ["takes the largest", (y) => sum(max(y, 0))],
    ["multiplies each with each", (y) => mean(square(sub(gemm(y, y, undefined, { transposeB: true }), 1)))],
  ])("%s, is run as a whole, and trains all the same", async (_, make) => {
    const network = new Parameters("net");
    const objective = lossOf(network, make);
    expect(planShards(trainingGraph(objective, { data }).outputs, 130)).toBeUndefined();
    const spec = specOf([objective], data, { batch: 130, steps: 20, validation: { every: 10 } });
    const [alone, together] = [await train(spec, { runtime }), await train(spec, { runtime, pool: pools[0] })];
    expect(together.networks.net.flat).toEqual(alone.networks.net.flat);
    expect(alone.history[1].training.fit).toBeLessThan(alone.history[0].training.fit);
  });

  test("within each row alone is worked on in parts", async () => {
    const objective = lossOf(new Parameters("net"), (y) => mean(square(sort(softmax(y)).values)), 4);
    expect(planShards(trainingGraph(objective, { data }).outputs, 130)).toBeDefined();
    const { history } = await train(specOf([objective], data, { batch: 130, steps: 20 }), { runtime, pool: pools[0] });
    expect(history[0].training.fit).toBeLessThan(0.2);
  });

  test("sorts each row between batch statistics", async () => {
    const network = new Parameters("net");
    const objective = fit(network, [], {
      loss(context) {
        const scope = context.network(network);
        const sorted = sort(linear(scope.in("in"), context.batch("data", "x"), 4)).values;
        return mean(square(sub(batchNorm(scope.in("norm"), sorted), 1)));
      },
    });
    const spec = specOf([objective], data, { batch: 130, steps: 20 });
    const [alone, together] = [await train(spec, { runtime }), await train(spec, { runtime, pool: pools[0] })];
    expect(together.networks.net.flat).toEqual(alone.networks.net.flat);
  });
});

describe("a failure ends the training, and leaves the pool to the next", () => {
  const objective = () => fit(new Parameters("net"), [5, 2]);
  const spec = (more: Partial<TrainSpec> = {}) => specOf([objective()], data, { batch: 2501, steps: 4, ...more });

  /** A pool that hands some of the helpers something else. */
  const spoiled = (pool: Pool, spoil: (input: GangInput) => GangInput): Pool => ({
    ...pool,
    run: (task, input, onReport) => pool.run(task, spoil(input as GangInput) as typeof input, onReport),
  });

  const withoutRoom = (input: GangInput): GangInput => ({
    ...input,
    jobs: input.jobs.map((job) => ({
      ...job,
      partials: Object.fromEntries(Object.keys(job.partials).map((name) => [name, new Float32Array(0)])),
    })),
  });

  const withoutModel = (input: GangInput): GangInput => ({
    ...input,
    jobs: input.jobs.map((job) => ({
      ...job,
      plan: { ...job.plan, stages: job.plan.stages.map((stage) => ({ ...stage, bytes: new Uint8Array(5) })) },
    })),
  });

  const one = (spoil: (input: GangInput) => GangInput) => (input: GangInput) =>
    input.index === 2 ? spoil(input) : input;

  afterAll(async () => {
    const alone = await train(spec(), { runtime });
    for (const pool of pools) {
      const { networks } = await train(spec(), { runtime, pool });
      expect(networks.net.flat).toEqual(alone.networks.net.flat);
    }
  });

  test.each([
    ["of all helpers at work", 0, withoutRoom, /out of bounds/],
    ["of one helper of two at work", 1, one(withoutRoom), /out of bounds/],
    ["of all helpers that load their models", 0, withoutModel, /^onnx: the model cannot be loaded; /],
    ["of one helper of two that loads its models", 1, one(withoutModel), /^onnx: the model cannot be loaded; /],
  ])("%s", async (_, pool, spoil, words) => {
    const error = await failure(train(spec(), { runtime, pool: spoiled(pools[pool], spoil) }));
    expect(error.message).toMatch(words);
  });

  /** A runtime of which one session fails. */
  const failing = (when: { readonly loading: number } | { readonly rows: number }): Runtime => {
    let loads = 0;
    return {
      ...runtime,
      async load(model, options) {
        if ("loading" in when && ++loads === when.loading) throw new Error("no memory");
        const session = await runtime.load(model, options);
        return {
          ...session,
          async run(feeds, into) {
            if ("rows" in when && feeds["data.x"]?.shape[0] === when.rows) throw new Error("no luck");
            return session.run(feeds, into);
          },
        };
      },
    };
  };

  test.each([1, 2])("of this thread as it loads model %i", async (loading) => {
    const error = await failure(train(spec(), { runtime: failing({ loading }), pool: pools[1] }));
    expect(error.message).toBe("no memory");
  });

  test("of this thread at work with others", async () => {
    const error = await failure(train(spec(), { runtime: failing({ rows: 625 }), pool: pools[1] }));
    expect(error.message).toBe("no luck");
  });

  test("of this thread at work alone, as the others wait", { timeout: 3000 }, async () => {
    const pool = workerPool(2);
    const looks = spec({ validation: { fraction: 0.02, every: 1 } });
    const error = await failure(train(looks, { runtime: failing({ rows: 60 }), pool }));
    expect(error.message).toBe("no luck");
    await pool.close();
  });
});

test("a barrier that was aborted before a task came does not hold it", () => {
  const buffer = Barrier.allocate();
  new Barrier(2, buffer).abort();
  expect(() => new Barrier(2, buffer).wait()).toThrow(/a task of this gang failed/);
});
