import { beforeAll, describe, expect, test } from "vitest";
import {
  adam,
  averaged,
  constantly,
  gradients,
  type LossContext,
  linear,
  mlp,
  type Objective,
  type Optimiser,
  ones,
  ops,
  Parameters,
  type Runtime,
  sgd,
  train,
} from "../../src/engine/index.js";
import { testRuntime } from "./evaluate.js";
import { fit, meanSquare, pairs, specOf, table } from "./fits.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await testRuntime();
});

describe("several objectives", () => {
  test("a generator and its critic settle on the data, the critic stepped twice as often", async () => {
    const [generator, critic] = [new Parameters("generator"), new Parameters("critic")];
    const fake = (context: LossContext) => linear(context.network(generator), context.noise(1), 1);
    const score = (context: LossContext, x: ReturnType<typeof fake>) =>
      mlp(context.network(critic), x, [16, 16, 1], { activation: ops.silu });
    const objectives: Objective[] = [
      {
        name: "critic",
        networks: [critic],
        optimiser: adam({ beta1: 0 }),
        rate: constantly(0.01),
        repeats: 2,
        loss(context) {
          const real = context.batch("data", "x");
          const judged = score(context, real);
          // Mescheder, Geiger, Nowozin (2018), arXiv:1801.04406: without this penalty the two chase each other for ever.
          const [slope] = gradients(ops.sum(judged), [real]);
          const penalty = ops.mean(ops.square(slope));
          const loss = ops.add(
            ops.mean(ops.softplus(ops.neg(judged))),
            ops.mean(ops.softplus(score(context, fake(context)))),
          );
          return { loss: ops.add(loss, ops.mul(penalty, 0.05)), terms: { penalty } };
        },
      },
      {
        name: "generator",
        networks: [generator],
        optimiser: averaged(adam({ beta1: 0 }), 0.99),
        rate: constantly(0.01),
        loss: (context) => ops.mean(ops.softplus(ops.neg(score(context, fake(context))))),
      },
    ];
    const data = { x: table(5000, 1, 8, (r) => 3 + 0.5 * r.normal()) };
    const spec = specOf(objectives, data, { batch: 128, steps: 1000 });
    const { networks, history } = await train(spec, { runtime });
    const [width, mean] = networks.generator.flat;
    expect(Math.abs(mean - 3)).toBeLessThan(0.1);
    expect(Math.abs(Math.abs(width) - 0.5)).toBeLessThan(0.1);
    // No better than chance: log 2, twice.
    const { training } = history[history.length - 1];
    expect(Math.abs(training.critic - 0.05 * training["critic.penalty"] - 2 * Math.LN2)).toBeLessThan(0.1);
  });

  test("each is stepped as often as it asks, and may do without rows", async () => {
    /** Takes off the number of the update. */
    const counting: Optimiser = {
      name: "counting",
      slots: [],
      update: (parameters, _gradient, _slots, numbers) => ({
        parameters: ops.sub(
          parameters,
          numbers.scalar("t", (t) => t),
        ),
        slots: [],
      }),
    };
    const counter = (name: string, repeats: number): Objective => {
      const network = new Parameters(name);
      const loss = (context: LossContext) => ops.sum(context.network(network).get("count", [1], ones));
      return { name, networks: [network], optimiser: counting, rate: constantly(1), repeats, loss };
    };
    const data = pairs(10, 1, () => [0]);
    const { networks } = await train(specOf([counter("a", 3), counter("b", 1)], data, { steps: 4 }), { runtime });
    expect([networks.a.flat[0], networks.b.flat[0]]).toEqual([1 - (12 * 13) / 2, 1 - (4 * 5) / 2]);
  });
});

describe("networks that objectives share", () => {
  const data = pairs(300, 2, (x) => [x[0]]);
  const head = (network: Parameters, name: string) => (context: LossContext) =>
    meanSquare(linear(context.network(network).in(name), context.batch("data", "x"), 1), context.batch("data", "y"));

  test("may be asked for different parameters by each, and by the metric", async () => {
    const network = new Parameters("net");
    const objectives = ["a", "b"].map(
      (name): Objective => ({
        ...fit(network, []),
        name,
        optimiser: sgd(),
        loss: head(network, name),
      }),
    );
    const spec = specOf(objectives, data, { validation: { metric: head(network, "c") } });
    const { networks, history } = await train(spec, { runtime });
    expect(network.entries.map((entry) => entry.name)).toEqual(
      ["a", "b", "c"].flatMap((name) => [`net.${name}.weight`, `net.${name}.bias`]),
    );
    expect(networks.net.flat.length).toBe(9);
    // No objective moves what the metric alone asks for.
    expect(new Set(history.map((entry) => entry.heldOut?.loss)).size).toBe(1);
    expect(history[history.length - 1].training.b).toBeLessThan(history[0].training.b);
  });

  test("may be left unmoved, and then end as they start", async () => {
    const [moved, still] = [new Parameters("moved"), new Parameters("still")];
    const loss = (context: LossContext) => {
      const x = ops.tanh(linear(context.network(still), context.batch("data", "x"), 3));
      return meanSquare(linear(context.network(moved), x, 1), context.batch("data", "y"));
    };
    const flat = Float32Array.from({ length: 9 }, (_, k) => Math.sin(k + 1));
    const spec = specOf([{ ...fit(moved, []), loss }], data, { start: { still: { flat } }, validation: {} });
    const { networks, history } = await train(spec, { runtime });
    expect(networks.still.flat).toEqual(flat);
    expect(history[history.length - 1].training.fit).toBeLessThan(history[0].training.fit);
  });
});
