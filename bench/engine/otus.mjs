// One OTUS step for Z -> e+ e- (arXiv:2101.08944, stage 1): encoder, decoder, sliced Wasserstein, anchors, Adam.
import { adam, constantly, losses, ops, Parameters, slicedWasserstein } from "../../dist/engine/index.js";
import { noiseNetwork } from "./networks.mjs";

const { add, mul, slice } = ops;
const { cosineAnchor, mse } = losses;

/** Networks and objective over the sources "x" and "z", each with a table "events" of eight columns. */
export function otus(slices) {
  const encoder = new Parameters("encoder");
  const decoder = new Parameters("decoder");
  const electron = (p) => slice(p, 0, 3);
  return {
    name: "otus",
    networks: [encoder, decoder],
    optimiser: adam(),
    rate: constantly(1e-3),
    loss(context) {
      const x = context.batch("x", "events");
      const z = context.batch("z", "events");
      const encoded = noiseNetwork(context.network(encoder), x, context.noise(6));
      const decoded = noiseNetwork(context.network(decoder), encoded, context.noise(6));
      const simulated = noiseNetwork(context.network(decoder), z, context.noise(6));
      const anchors = add(cosineAnchor(electron(x), electron(encoded)), cosineAnchor(electron(z), electron(simulated)));
      return add(add(mse(decoded, x), slicedWasserstein(encoded, z, { slices })), mul(anchors, 50));
    },
  };
}
