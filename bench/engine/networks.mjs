// The three networks of the engine's bench, as their PyTorch twins in ../engine-peers.py.
import { constant, linear, mlp, ops, residualBlock } from "../../dist/engine/index.js";

const { add, concat, div, mul, softplus, split, sqrt, sub, sum } = ops;

const row = (...values) => constant("float32", [1, values.length], values);
const IN_MEAN = row(0, 0, 0, 48, 0, 0, 0, 48);
const IN_STD = row(30, 30, 30, 20, 30, 30, 30, 20);
const OUT_MEAN = row(0, 0, 0, 0, 0, 0);
const OUT_STD = row(30, 30, 30, 30, 30, 30);

/** OTUS: noise conditional on the input, then an output network of momenta; energies of massless particles. */
export function noiseNetwork(scope, x, noise) {
  const standard = mul(sub(x, IN_MEAN), div(constant("float32", [], [1]), IN_STD));
  const [mu, s] = split(mlp(scope.in("noise"), standard, [128, 12]), [6, 6]);
  const eps = add(mu, mul(softplus(s), noise));
  const momenta = add(mul(mlp(scope.in("out"), concat([standard, eps]), [128, 6]), OUT_STD), OUT_MEAN);
  const parts = split(momenta, [3, 3]);
  return concat(parts.flatMap((p) => [p, sqrt(add(sum(mul(p, p), 1, true), 1e-12))]));
}

export const NETWORKS = {
  mlp: { inputs: 16, outputs: 16, noise: 0, build: (scope, x) => mlp(scope, x, [256, 256, 256, 16]) },
  noise: { inputs: 8, outputs: 8, noise: 6, build: noiseNetwork },
  residual: {
    inputs: 42,
    outputs: 18,
    noise: 0,
    build: (scope, x) => linear(scope.in("out"), residualBlock(scope.in("block"), linear(scope.in("in"), x, 64)), 18),
  },
};
