/**
 * @file Borrowed responses: a simulated object takes the response of a similar accepted training object, so tails and
 * correlations are those of the training events.
 * Reference: Darulis et al. (2022), arXiv 2207.11254. Their fully grown trees put outliers into cells of their own and so
 * draw them too often; trees whose cells are filled with other rows than they were learned from do not, nor do neighbours.
 */
import { constant, ops, type Tensor } from "../../../engine/index.js";
import { ByteReader, ByteWriter } from "../../../trees/bytes.js";
import { type DonorSampler, decodeDonorSampler } from "../../../trees/donor-sampler.js";
import type { FitContext } from "../../../trees/fit-context.js";
import { buildKdTree } from "../../../trees/kd-tree.js";
import { donorGraph } from "../../../trees/onnx/random-trees.js";
import { fitRandomTrees, RandomTrees } from "../../../trees/random-trees.js";
import { ConfigError } from "../../../util/errors.js";
import { rowMajor } from "../../networks/index.js";
import { fitNeighbourSpace, type NeighbourSpace, toNeighbourSpace } from "./neighbour-space.js";
import type { ResponseData, ResponseSampler } from "./sampler.js";

export const DONORS_MAGIC = "PDON";
const VERSION = 1;

/** Draws the response of a training object. */
export class DonorResponses implements ResponseSampler {
  readonly kind: "trees" | "neighbours";
  readonly noises = 2;
  readonly donors: DonorSampler;
  /** Response of each training object, one column a variable. */
  readonly responses: readonly Float32Array[];
  /** Map of features before the donors are sought; absent for trees, which take them as they are. */
  readonly space?: NeighbourSpace;
  /** The responses as a constant of graphs. */
  #table: Tensor | undefined;

  constructor(donors: DonorSampler, responses: readonly Float32Array[], space?: NeighbourSpace) {
    this.kind = space === undefined ? "trees" : "neighbours";
    this.donors = donors;
    this.responses = responses;
    if (space !== undefined) this.space = space;
  }

  sample(features: readonly Float32Array[], noise: Float32Array, rows: number): Float32Array[] {
    const words = Uint32Array.from(noise, (u) => u * 4294967296);
    const found = new Uint32Array(rows);
    this.donors.sample(this.space ? toNeighbourSpace(this.space, features) : features, words, found);
    return this.responses.map((column) => {
      const out = new Float32Array(rows);
      for (let r = 0; r < rows; r++) out[r] = column[found[r]];
      return out;
    });
  }

  graph(features: Tensor, noise: Tensor): Tensor {
    if (!(this.donors instanceof RandomTrees)) {
      throw new ConfigError(
        "export: neighbours cannot be written as ONNX, which has no search for them; expected another kind of reconstruction, got neighbours. Fit with `reconstruction: { kind: trees }`.",
      );
    }
    this.#table ??= constant(
      "float32",
      [this.donors.rows, this.responses.length],
      rowMajor(this.responses, this.donors.rows),
    );
    return ops.gatherRows(this.#table, donorGraph(this.donors, features, noise));
  }

  encode(): Uint8Array {
    const writer = new ByteWriter(DONORS_MAGIC, VERSION);
    writer.array(new TextEncoder().encode(JSON.stringify(this.space ?? null)));
    writer.uint32(this.responses.length);
    for (const column of this.responses) writer.array(column);
    writer.array(this.donors.encode());
    return writer.finish();
  }
}

/** @throws DataError where the bytes are truncated or hold no donors. */
export function decodeDonors(bytes: Uint8Array): DonorResponses {
  const reader = new ByteReader(bytes, DONORS_MAGIC, VERSION, "reconstruction");
  const space = JSON.parse(new TextDecoder().decode(reader.uint8Array().slice())) as NeighbourSpace | null;
  const responses = Array.from({ length: reader.uint32() }, () => reader.float32Array());
  const donors = decodeDonorSampler(reader.uint8Array());
  reader.finish();
  return new DonorResponses(donors, responses, space ?? undefined);
}

/** Donors among the nearest training objects. */
export function fitNeighbours(data: ResponseData, options: { readonly neighbours: number }): DonorResponses {
  const space = fitNeighbourSpace(data.spec, data.features);
  const neighbours = Math.min(options.neighbours, data.features[0].length);
  const points = toNeighbourSpace(space, data.features);
  const donors = buildKdTree(points, { neighbours, ...(data.weight && { weight: data.weight }) });
  return new DonorResponses(donors, data.responses, space);
}

/** Donors in the cell of a randomised tree. */
export async function fitTrees(
  { spec, features, responses, weight }: ResponseData,
  options: { readonly trees: number; readonly minLeaf?: number | undefined },
  context: FitContext,
): Promise<DonorResponses> {
  // Responses come in units of their width, but for values without a truth; cells are to heed all alike.
  const targets = responses.map((column, v) =>
    spec.variables[v].response === "value" ? standardised(column) : column,
  );
  const data = { features, targets, ...(weight && { weight }) };
  const minLeaf = options.minLeaf ?? Math.max(5, Math.round(Math.sqrt(features[0].length) / 4));
  return new DonorResponses(await fitRandomTrees(data, { trees: options.trees, minLeaf }, context), responses);
}

function standardised(column: Float32Array): Float32Array {
  let [sum, squares] = [0, 0];
  for (const x of column) sum += x;
  const mean = sum / column.length;
  for (const x of column) squares += (x - mean) ** 2;
  const deviation = Math.sqrt(squares / column.length) || 1;
  return column.map((x) => (x - mean) / deviation);
}
