import { afterAll, expect, test } from "vitest";
import { add, mul, slice } from "../../../src/engine/graph/ops/index.js";
import { linear } from "../../../src/engine/nn/layers.js";
import { Parameters } from "../../../src/engine/nn/parameters.js";
import { adam } from "../../../src/engine/optim/optimiser.js";
import { constantly } from "../../../src/engine/optim/schedule.js";
import type { TrainSpec } from "../../../src/engine/train/spec.js";
import { train } from "../../../src/engine/train/train.js";
import { slicedWasserstein } from "../../../src/engine/transport/index.js";
import { workerPool } from "../../../src/node/worker-pool.js";
import { fillNormal } from "../../../src/util/fill-random.js";
import { testRuntime } from "../evaluate.js";

const pool = workerPool(2);
afterAll(() => pool.close());

const ROWS = 6000;

function normals(index: number): Float32Array {
  const out = new Float32Array(2 * ROWS);
  fillNormal(out, 3n, 1, index);
  return out;
}

/** The target: y0 = 2 + 1.5 u, y1 = u - 0.5 v, of normal u and v. */
const target = normals(2).map((u, i, all) => (i % 2 === 0 ? 2 + 1.5 * u : all[i - 1] - 0.5 * u));

/** A linear map of noise whose sample is to become that of the target, without pairs. */
function spec(steps: number, truncated: boolean): { spec: TrainSpec; network: Parameters } {
  const network = new Parameters("map");
  return {
    network,
    spec: {
      sources: { noise: { rows: { data: normals(1), columns: 2 } }, target: { rows: { data: target, columns: 2 } } },
      batch: 1501,
      steps,
      seed: 5,
      validation: { every: 50, rows: 600 },
      objectives: [
        {
          name: "fit",
          networks: [network],
          optimiser: adam(),
          rate: constantly(0.05),
          loss(context) {
            const y = linear(context.network(network), context.batch("noise", "rows"), 2);
            const z = context.batch("target", "rows");
            // Rows whose first column is above 1: of both, as a threshold would keep them.
            const kept = { keptSource: slice(y, 0, 1), keptTarget: slice(z, 0, 1) };
            return truncated
              ? add(
                  slicedWasserstein(y, z, { slices: 40, ...kept }),
                  mul(slicedWasserstein(y, z, { slices: 20, power: 1 }), 0.1),
                )
              : slicedWasserstein(y, z, { slices: 40, directions: "orthogonal" });
          },
        },
      ],
    },
  };
}

test("without pairs, the sample becomes that of the target", async () => {
  const { spec: training, network } = spec(300, false);
  const { networks, history } = await train(training, { runtime: await testRuntime(), pool });
  const flat = networks.map.flat;
  const [w, b] = [flat.subarray(0, 4), flat.subarray(4)];
  expect(network.entries.map((entry) => entry.name)).toEqual(["map.weight", "map.bias"]);
  const covariance = (i: number, j: number) => w[i] * w[j] + w[2 + i] * w[2 + j];
  expect(b[0]).toBeCloseTo(2, 1);
  expect(Math.abs(b[1])).toBeLessThan(0.1);
  expect(covariance(0, 0)).toBeCloseTo(2.25, 0);
  expect(Math.abs(covariance(0, 0) - 2.25)).toBeLessThan(0.2);
  expect(Math.abs(covariance(0, 1) - 1.5)).toBeLessThan(0.15);
  expect(Math.abs(covariance(1, 1) - 1.25)).toBeLessThan(0.15);
  expect(history.at(-1)?.heldOut?.loss).toBeLessThan(0.05);
});

test("the same bits come from one thread and from two, truncated and not", async () => {
  for (const truncated of [false, true]) {
    const alone = await train(spec(6, truncated).spec, { runtime: await testRuntime() });
    const shared = await train(spec(6, truncated).spec, { runtime: await testRuntime(), pool });
    expect(shared.networks.map.flat).toEqual(alone.networks.map.flat);
    expect(shared.history).toEqual(alone.history);
  }
});
