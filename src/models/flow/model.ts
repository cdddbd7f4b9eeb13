/** @file What the flow method learns of whole events, as bytes and as graphs. */
import { constant, exportModel, input, ops, type Tensor } from "../../engine/index.js";
import { type FlowShape, flowSample } from "../networks/autoregressive-flow.js";
import { type ColumnMap, fromNormalGraph } from "../networks/column-map.js";
import { decodeNetwork, encodeNetwork, fixedScope, type NetworkNumbers } from "../networks/generator.js";
import { normalsFrom, uniformsFor } from "../networks/noise.js";
import { type ConditionMap, conditionGraph } from "../networks/preprocess.js";
import { drawFlags } from "./flags.js";

const { concat, rowProduct } = ops;

/** How a model is made, besides its trained numbers. */
export interface EventDesign {
  /** Places of each collection. */
  readonly longest: Readonly<Record<string, number>>;
  /** What stands for a missing object in each condition. */
  readonly fills: readonly number[];
  readonly conditions: readonly ConditionMap[];
  /** The same for the flags, with what sharper edges need. */
  readonly flagConditions: readonly ConditionMap[];
  /** Place of each reconstructed variable. */
  readonly targetPlaces: readonly number[];
  readonly targets: readonly ColumnMap[];
  readonly places: number;
  /** Hidden layers of the flags' networks. */
  readonly hidden: readonly number[];
  readonly flow: FlowShape;
}

export interface EventModel {
  readonly design: EventDesign;
  readonly flags: NetworkNumbers;
  readonly reconstruction: NetworkNumbers;
}

/** Names of the networks, and of the parts of a bundle. */
export const NETWORKS = { flags: "flags", reconstruction: "reconstruction" } as const;

export function encodeModel({ design, flags, reconstruction }: EventModel): Map<string, Uint8Array> {
  return new Map([
    [NETWORKS.flags, encodeNetwork({}, flags)],
    [NETWORKS.reconstruction, encodeNetwork(design, reconstruction)],
  ]);
}

/** @throws DataError where bytes are truncated or no network. */
export function decodeModel(flags: Uint8Array, reconstruction: Uint8Array): EventModel {
  const { made, numbers } = decodeNetwork(reconstruction);
  return { design: made as EventDesign, flags: decodeNetwork(flags).numbers, reconstruction: numbers };
}

/** For each variable the flag of its object: [n, variables] of [n, places]. */
export function presenceOf(flags: Tensor, targetPlaces: readonly number[]): Tensor {
  const places = flags.shape[1] as number;
  const spread = Array.from({ length: places * targetPlaces.length }, (_, k) =>
    targetPlaces[k % targetPlaces.length] === Math.floor(k / targetPlaces.length) ? 1 : 0,
  );
  return rowProduct(flags, constant("float32", [places, targetPlaces.length], spread));
}

/** Tables of the models of an event, by name, with their columns. */
export function tablesOf({ conditions, places, targets }: EventDesign) {
  return {
    conditions: { name: "conditions", columns: conditions.length },
    present: { name: "present", columns: places },
    flags: { name: "flags", columns: places },
    flagNoise: { name: "noise", columns: places },
    noise: { name: "noise", columns: uniformsFor(targets.length) },
    probability: { name: "probability", columns: places },
    responses: { name: "responses", columns: targets.length },
  } as const;
}

const declared = ({ name, columns }: { readonly name: string; readonly columns: number }) =>
  input(name, "float32", ["n", columns]);

/** ONNX file that draws flags: inputs `conditions`, `present`, `noise`; outputs `flags`, `probability`. */
export function flagsModel({ design, flags: numbers }: EventModel): Uint8Array {
  const tables = tablesOf(design);
  const [raw, present, noise] = [declared(tables.conditions), declared(tables.present), declared(tables.flagNoise)];
  const x = conditionGraph(design.flagConditions, raw);
  const { flags, probability } = drawFlags(fixedScope(NETWORKS.flags, numbers), x, noise, present, design.hidden);
  return exportModel({ flags, probability }, { inputs: [raw, present, noise] });
}

/** ONNX file that draws responses given flags: inputs `conditions`, `flags`, `noise`; output `responses`. */
export function responsesModel({ design, reconstruction }: EventModel): Uint8Array {
  const tables = tablesOf(design);
  const [raw, flags, noise] = [declared(tables.conditions), declared(tables.flags), declared(tables.noise)];
  const x = concat([conditionGraph(design.conditions, raw), flags]);
  const z = flowSample(
    fixedScope(NETWORKS.reconstruction, reconstruction),
    x,
    normalsFrom(noise, design.targets.length),
    design.flow,
    presenceOf(flags, design.targetPlaces),
  );
  return exportModel({ responses: fromNormalGraph(z, design.targets) }, { inputs: [raw, flags, noise] });
}
