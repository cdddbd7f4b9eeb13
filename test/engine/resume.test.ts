import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  adam,
  averaged,
  batchNorm,
  constantly,
  cosine,
  type LossContext,
  linear,
  mlp,
  type Objective,
  ops,
  Parameters,
  type Runtime,
  type Tensor,
  type TrainSpec,
  train,
} from "../../src/engine/index.js";
import { DataError } from "../../src/util/errors.js";
import { testRuntime } from "./evaluate.js";
import { failure, fit, pairs, specOf, table } from "./fits.js";

let runtime: Runtime;
const folder = mkdtempSync(join(tmpdir(), "peregrine-resume-"));
beforeAll(async () => {
  runtime = await testRuntime();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Trains in a process of its own; kills it when it has said that it is past a step. */
async function child(name: string, threads: number, killAfter = Number.POSITIVE_INFINITY) {
  const script = fileURLToPath(new URL("fixtures/train-child.mjs", import.meta.url));
  const [checkpoint, result] = ["checkpoint", "result"].map((kind) => join(folder, `${name}.${kind}`));
  const started = spawn(process.execPath, [script, checkpoint, result, String(threads)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(started, "close");
  const steps: number[] = [];
  for await (const line of createInterface(started.stdout)) {
    steps.push(Number(line.slice(5)));
    if (steps[steps.length - 1] > killAfter) started.kill("SIGKILL");
  }
  const [code, signal] = await ended;
  return { code, signal, steps, result: existsSync(result) ? readFileSync(result, "utf8") : undefined };
}

test.each([1, 2])("a process that is killed goes on in another to the same bits (threads: %i)", async (threads) => {
  const whole = await child(`whole${threads}`, threads);
  expect(whole).toMatchObject({ code: 0, signal: null });
  expect(whole.steps.length).toBe(300);

  const killed = await child(`killed${threads}`, threads, 33);
  expect(killed).toMatchObject({ code: null, signal: "SIGKILL", result: undefined });
  const twice = await child(`killed${threads}`, threads, 95);
  expect(twice.signal).toBe("SIGKILL");
  expect(twice.steps[0]).toBeGreaterThan(30);
  expect(twice.steps[0] % 10).toBe(1);
  const resumed = await child(`killed${threads}`, threads);
  expect(resumed.code).toBe(0);
  expect(resumed.steps[0]).toBeGreaterThan(90);
  expect(resumed.result).toBe(whole.result);
});

/** A generator with batch statistics and an average, its critic of two steps, and a look at how far the means lie apart. */
function adversaries(): Pick<TrainSpec, "objectives" | "validation"> {
  const [generator, critic] = [new Parameters("generator"), new Parameters("critic")];
  const fake = (context: LossContext): Tensor => {
    const scope = context.network(generator);
    const hidden = batchNorm(scope.in("norm"), linear(scope.in("in"), context.noise(2), 8));
    return linear(scope.in("out"), ops.concat([ops.relu(hidden), context.uniform(1)]), 2);
  };
  const score = (context: LossContext, x: Tensor) => mlp(context.network(critic), x, [8, 1]);
  const judge: Objective = {
    name: "judge",
    networks: [critic],
    optimiser: adam({ beta1: 0.5 }),
    rate: constantly(0.01),
    repeats: 2,
    loss(context) {
      const real = ops.mean(ops.softplus(ops.neg(score(context, context.batch("data", "x")))));
      const made = ops.mean(ops.softplus(score(context, fake(context))));
      return { loss: ops.add(real, made), terms: { real, made } };
    },
  };
  const deceive: Objective = {
    name: "deceive",
    networks: [generator],
    optimiser: averaged(adam({ beta1: 0.5 }), 0.9),
    rate: cosine(0.02, 30),
    loss: (context) => ops.mean(ops.softplus(ops.neg(score(context, fake(context))))),
  };
  const metric = (context: LossContext) => {
    const apart = ops.sub(ops.mean(fake(context), 0), ops.mean(context.batch("data", "x"), 0));
    return { loss: ops.sum(ops.square(apart)), terms: { farthest: ops.max(ops.abs(apart)) } };
  };
  return { objectives: [judge, deceive], validation: { every: 3, patience: 6, metric } };
}

test("training goes on from any step: adversaries, averages, history and patience alike", async () => {
  const data = { x: table(500, 2, 1, (random) => 1 + 0.5 * random.normal()) };
  const { objectives, validation } = adversaries();
  const spec = specOf(objectives, data, { batch: 100, steps: 200, validation });
  const checkpoints: Uint8Array[] = [];
  const checkpoint = { every: 1, save: async (bytes: Uint8Array) => void checkpoints.push(bytes) };
  const whole = await train({ ...spec, checkpoint }, { runtime });
  expect(whole.stopped).toBe("patience");
  expect(checkpoints.length).toBe(whole.steps);
  // Also from the step at which it stopped: nothing is left to do.
  for (const step of [1, 2, 3, 4, whole.bestStep, whole.bestStep + 1, whole.steps - 1, whole.steps]) {
    const resumed = await train({ ...spec, ...adversaries(), resume: checkpoints[step - 1] }, { runtime });
    expect(resumed.history, `from step ${step}`).toEqual(whole.history);
    for (const name of ["generator", "critic"]) {
      expect(resumed.networks[name].flat, `${name} from step ${step}`).toEqual(whole.networks[name].flat);
      expect(resumed.networks[name].state).toEqual(whole.networks[name].state);
    }
    const { steps, bestStep, stopped } = resumed;
    expect({ steps, bestStep, stopped }).toEqual({ steps: whole.steps, bestStep: whole.bestStep, stopped: "patience" });
  }
});

describe("a checkpoint that cannot be used gives one clear line", () => {
  const data = pairs(200, 2, (x) => [x[0]]);
  const make = (width = 4, more: Partial<TrainSpec> = {}) =>
    specOf([fit(new Parameters("net"), [width, 1])], data, { steps: 3, ...more });
  let good: Uint8Array;
  beforeAll(async () => {
    const save = async (bytes: Uint8Array) => {
      good = bytes;
    };
    await train(make(4, { checkpoint: { every: 2, save } }), { runtime });
  });

  async function refused(bytes: Uint8Array, spec = make()): Promise<string> {
    const error = await failure(train({ ...spec, resume: bytes }, { runtime }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/^checkpoint: [^\n]+; expected [^\n]+\. Start anew without it\.$/);
    return error.message;
  }

  test("where it was cut short", async () => {
    for (const length of [0, 3, 4, 12, 16, 200, good.length - 4, good.length - 1]) {
      expect(await refused(good.slice(0, length))).toMatch(/cut short|not a checkpoint|damaged/);
    }
  });

  test("where a bit flipped, the sign of a number among others", async () => {
    for (let k = 0; k < 80; k++) {
      const bytes = good.slice();
      const word = Math.floor((k * (good.length / 4 - 1)) / 79);
      bytes[4 * word + (k % 4)] ^= k % 4 === 3 ? 0x80 : 1 << (k % 8);
      expect(await refused(bytes)).toMatch(/not a checkpoint|format \d+ is not known|damaged/);
    }
  });

  test("where it is something else", async () => {
    expect(await refused(new TextEncoder().encode("{ not: a checkpoint, but text }!"))).toMatch(/not a checkpoint/);
    expect(await refused(new Uint8Array(4096))).toMatch(/not a checkpoint/);
  });

  test("where it belongs to another training", async () => {
    const twoObjectives = make();
    const other = { ...twoObjectives.objectives[0], name: "other" };
    for (const spec of [
      make(5),
      make(4, { seed: 4 }),
      make(4, { batch: 50 }),
      make(4, { validation: {} }),
      { ...twoObjectives, objectives: [...twoObjectives.objectives, other] },
    ]) {
      expect(await refused(good, spec)).toMatch(/belongs to another training/);
    }
    expect((await train({ ...make(), resume: good }, { runtime })).steps).toBe(3);
  });

  test("and bytes at an odd address do", async () => {
    const shifted = new Uint8Array(good.length + 1).subarray(1);
    shifted.set(good);
    expect((await train({ ...make(), resume: shifted }, { runtime })).steps).toBe(3);
  });
});
