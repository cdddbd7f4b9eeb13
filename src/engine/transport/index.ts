/** @file Transport for training. Metrics have their own: what trains must not be what judges. */
export { type DirectionKind, drawDirections } from "./directions.js";
export { argsort, matchTargets, type Projections } from "./match-targets.js";
export { type SlicedWassersteinOptions, slicedWasserstein } from "./sliced-transport.js";
