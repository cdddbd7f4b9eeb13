import { beforeAll, describe, expect, test } from "vitest";
import {
  adam,
  averaged,
  constantly,
  cosine,
  mlp,
  ops,
  Parameters,
  type Runtime,
  sgd,
  type TrainProgress,
  train,
} from "../../src/engine/index.js";
import { InterruptedError } from "../../src/util/errors.js";
import { testRuntime } from "./evaluate.js";
import { failure, fit, meanSquare, pairs, specOf, table } from "./fits.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await testRuntime();
});

describe("a known answer", () => {
  test("a linear map is found to the error that noise allows", async () => {
    const network = new Parameters("net");
    const data = pairs(4000, 3, (x) => [x[0] - 2 * x[1] + 0.5, 0.3 * x[2] + 1], 0.1);
    const spec = specOf([fit(network, [2], { rate: cosine(0.05, 600) })], data, { steps: 600, validation: {} });
    const { networks, history, bestStep } = await train(spec, { runtime });
    // Weights [in, out] row by row, then the bias; each is known to 0.1 / sqrt(3600) = 0.0017.
    const wanted = [1, 0, -2, 0, 0, 0.3, 0.5, 1];
    wanted.forEach((w, k) => {
      expect(Math.abs(networks.net.flat[k] - w), `parameter ${k}`).toBeLessThan(4.5 * 0.0017);
    });
    const last = history[history.length - 1].heldOut?.loss ?? 0;
    // A mean square over 800 numbers is known to 5 %.
    expect(Math.abs(last / 0.01 - 1)).toBeLessThan(0.2);
    expect(bestStep).toBeGreaterThan(100);
  });

  test("a nonlinear map is learnt to the level of the noise", async () => {
    const data = pairs(6000, 2, (x) => [Math.sin(2 * x[0]) * x[1]], 0.1);
    const network = new Parameters("net");
    const objective = fit(network, [], {
      rate: cosine(0.01, 1500),
      loss: (context) =>
        meanSquare(
          mlp(context.network(network), context.batch("data", "x"), [48, 48, 1], { activation: ops.silu }),
          context.batch("data", "y"),
        ),
    });
    const spec = specOf([objective], data, { batch: 200, steps: 1500, validation: { every: 50 } });
    const { history } = await train(spec, { runtime });
    const losses = history.map((entry) => entry.heldOut?.loss ?? Number.NaN);
    expect(losses[0]).toBeGreaterThan(0.1);
    expect(Math.min(...losses)).toBeLessThan(0.0125);
    expect(Math.min(...losses)).toBeGreaterThan(0.008);
  });
});

test("training stops when held-out rows get worse, and gives back the best averages of parameters", async () => {
  const network = new Parameters("net");
  const data = { x: table(60, 4, 1, (r) => r.normal()), y: table(60, 1, 2, (r) => r.normal()) };
  const objective = fit(network, [64, 64, 1], { optimiser: averaged(adam(), 0.9) });
  const validation = { fraction: 0.4, every: 5, patience: 12 };
  const spec = specOf([objective], data, { batch: 16, steps: 2000, validation });
  const { networks, history, steps, bestStep, stopped } = await train(spec, { runtime });
  expect(stopped).toBe("patience");
  expect(steps).toBe(bestStep + 12 * 5);
  const looks = history.map((entry) => entry.heldOut?.loss ?? Number.NaN);
  const best = Math.min(...looks);
  expect(history[looks.indexOf(best)]).toMatchObject({ step: bestStep, best: true });
  expect(looks[looks.length - 1]).toBeGreaterThan(1.2 * best);
  expect(history[history.length - 1].training.fit).toBeLessThan(0.5 * best);

  // A training that stands still looks at the same rows: it must see what was seen then.
  const still = { ...objective, optimiser: sgd(), rate: constantly(0) };
  const start = { net: { flat: networks.net.flat } };
  const again = await train({ ...spec, objectives: [still], start, steps: 5 }, { runtime });
  expect(again.history[0].heldOut?.loss).toBe(best);
});

test("a look must beat the best by the least gain that is asked for", async () => {
  const data = pairs(400, 2, (x) => [x[0]]);
  const slow = fit(new Parameters("net"), [1], { optimiser: sgd(), rate: constantly(1e-4) });
  const validation = { every: 1, patience: 3, minimumGain: 0.5 };
  const { steps, bestStep, stopped } = await train(specOf([slow], data, { steps: 50, validation }), { runtime });
  expect({ steps, bestStep, stopped }).toEqual({ steps: 4, bestStep: 1, stopped: "patience" });
});

test("every step is told, with the losses, and every look with what it saw", async () => {
  const data = pairs(300, 2, (x) => [x[0]]);
  const events: TrainProgress[] = [];
  const spec = specOf([fit(new Parameters("net"), [1])], data, {
    batch: 90,
    steps: 10,
    validation: { every: 4 },
    onProgress: (event) => events.push(event),
  });
  const { history } = await train(spec, { runtime });
  expect(events.map((event) => event.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(events.map((event) => event.epoch)).toEqual([0, 0, 1, 1, 1, 2, 2, 2, 3, 3]);
  expect(events.every((event) => event.steps === 10 && Number.isFinite(event.losses.fit))).toBe(true);
  expect(events.flatMap((event) => event.entry ?? [])).toEqual(history);
  expect(history.map((entry) => entry.step)).toEqual([4, 8, 10]);
  // An entry holds the mean since the one before.
  const mean = (events[8].losses.fit + events[9].losses.fit) / 2;
  expect(history[2].training.fit).toBeCloseTo(mean, 12);
});

test("a signal stops training between two steps, and leaves a checkpoint that leads to the same end", async () => {
  const data = pairs(300, 2, (x) => [x[0]]);
  const spec = specOf([fit(new Parameters("net"), [8, 1])], data, { steps: 30, validation: { every: 4 } });
  const controller = new AbortController();
  const kept: Uint8Array[] = [];
  const error = await failure(
    train(
      {
        ...spec,
        signal: controller.signal,
        checkpoint: { every: 1000, save: async (bytes) => void kept.push(bytes) },
        onProgress: ({ step }) => {
          if (step === 17) controller.abort();
        },
      },
      { runtime },
    ),
  );
  expect(error).toBeInstanceOf(InterruptedError);
  expect(error.message).toBe("train: stopped after step 17 of 30");
  expect(kept.length).toBe(1);
  const [whole, resumed] = [await train(spec, { runtime }), await train({ ...spec, resume: kept[0] }, { runtime })];
  expect(resumed.networks.net.flat).toEqual(whole.networks.net.flat);
  expect(resumed.history).toEqual(whole.history);
});

test("a timer can stop a training: steps leave the event loop its turns", async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 20);
  const data = pairs(300, 2, (x) => [x[0]]);
  const spec = specOf([fit(new Parameters("net"), [8, 1])], data, { steps: 100_000, signal: controller.signal });
  expect(await failure(train(spec, { runtime }))).toBeInstanceOf(InterruptedError);
});
