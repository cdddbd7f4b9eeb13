/** @file The gradient of the sliced Wasserstein distance, by threads that share the slices. */
import { NumericsError } from "../../util/errors.js";
import { sharedArray } from "../../util/pool.js";
import { add, gemm } from "../graph/ops/index.js";
import { input } from "../graph/tensor.js";
import { emitModel } from "../onnx/emit.js";
import type { HostKernel, KernelMember, SharedCall } from "../program/host-kernels.js";
import type { Runtime, Session, Value } from "../runtime/runtime.js";
import { type DirectionKind, drawDirections } from "./directions.js";
import { slopesOf } from "./slopes.js";

/** Threads take slices in this many blocks, whatever their number, so that sums over slices come out alike. */
export const BLOCKS = 32;
/** Slices projected together: their numbers should stay in the cache until they are sorted. */
const TOGETHER = 16;

/** What the threads share: gradient [dims, rows] and cost of each block. */
interface Scratch {
  readonly gradients: Float32Array;
  readonly costs: Float64Array;
  /** Word: next block to take. */
  readonly next: Int32Array;
}

/** A sample as one thread sees it: the rows that take part, and where they came from. */
interface Sample {
  /** [dims, size]: products are twice as fast from columns as from rows. */
  readonly columns: Value;
  readonly rows: Int32Array | undefined;
  readonly size: number;
}

/**
 * Inputs: source [m, d], target [n, d]; where attributes say so, also which source and which target rows take part,
 * [m, 1] and [n, 1], above 0.5. Outputs: the gradient by the source [m, d], and the mean of W_p^p over the slices.
 */
class TransportMember implements KernelMember {
  readonly #project: Session;
  readonly #gather: Session;
  readonly #memory = new Map<string, Float32Array>();

  constructor(project: Session, gather: Session) {
    this.#project = project;
    this.#gather = gather;
  }

  async run(call: SharedCall): Promise<void> {
    const { slices, power, keptSource, keptTarget, kind } = call.attributes;
    const dims = call.columns[0];
    const rows = call.rows[0].length / dims;
    const { gradients, costs, next } = call.scratch as Scratch;
    const source = this.#sample("source", call.inputs[0], dims, keptSource ? call.inputs[2] : undefined);
    const target = this.#sample(
      "target",
      call.inputs[1],
      dims,
      keptTarget ? call.inputs[keptSource ? 3 : 2] : undefined,
    );
    const total = slices as number;
    const perBlock = total / BLOCKS;
    for (let block = Atomics.add(next, 0, 1); block < BLOCKS; block = Atomics.add(next, 0, 1)) {
      const start = Math.floor(block * perBlock);
      const count = Math.floor((block + 1) * perBlock) - start;
      costs[block] = 0;
      const sums = gradients.subarray(block * dims * rows, (block * dims + dims) * rows);
      if (count === 0) {
        sums.fill(0);
        continue;
      }
      const index = call.step * BLOCKS + block;
      const directions = drawDirections(count, dims, kind as DirectionKind, call.seed, call.index, index);
      let sum: Value | undefined;
      for (let first = 0; first < count; first += TOGETHER) {
        const some = Math.min(TOGETHER, count - first);
        const part: Value = {
          dtype: "float32",
          shape: [some, dims],
          data: directions.slice(first * dims, (first + some) * dims),
        };
        const a = await this.#projections("a", part, source);
        const b = await this.#projections("b", part, target);
        const slopes = this.#value("slopes", [some, source.size]);
        for (let l = 0; l < some; l++) {
          const from = a.subarray(l * source.size, (l + 1) * source.size);
          const to = b.subarray(l * target.size, (l + 1) * target.size);
          costs[block] +=
            slopesOf(from, to, power as 1 | 2, slopes.data as Float32Array, l * source.size) / source.size;
        }
        sum = await this.#add(part, slopes, sum);
      }
      this.#spread(sums, (sum as Value).data as Float32Array, source, rows, dims);
    }
    call.wait();
    this.#finish(call, rows, dims, power as number, total, source.size);
  }

  /** This thread's own copy of a table, without the rows that do not take part: ONNX Runtime takes no shared memory. */
  #sample(name: string, table: Float32Array, dims: number, kept: Float32Array | undefined): Sample {
    const all = table.length / dims;
    const rows = kept && Int32Array.from({ length: all }, (_, i) => i).filter((i) => kept[i] > 0.5);
    const size = rows?.length ?? all;
    if (size === 0) {
      throw new NumericsError(
        `sliced Wasserstein: no row of the ${name} takes part; expected at least one of ${all}, got 0. Loosen the selection, or start nearer to the data.`,
      );
    }
    const columns = this.#value(`${name} columns`, [dims, size]);
    const data = columns.data as Float32Array;
    for (let k = 0; k < dims; k++) {
      const at = k * size;
      if (rows === undefined) for (let i = 0; i < size; i++) data[at + i] = table[i * dims + k];
      else for (let i = 0; i < size; i++) data[at + i] = table[rows[i] * dims + k];
    }
    return { columns, rows, size };
  }

  async #projections(name: string, directions: Value, { columns, size }: Sample): Promise<Float32Array> {
    const into = this.#value(name, [directions.shape[0], size]);
    await this.#project.run({ directions, columns }, { projections: into });
    return into.data as Float32Array;
  }

  /** Adds the slopes of some slices, times their directions, to the gradient so far. */
  async #add(directions: Value, slopes: Value, sum: Value | undefined): Promise<Value> {
    const shape = [directions.shape[1], slopes.shape[1]];
    const before = sum ?? this.#value("sum 0", shape);
    if (sum === undefined) (before.data as Float32Array).fill(0);
    const into = this.#value(before.data.buffer === this.#memory.get("sum 0")?.buffer ? "sum 1" : "sum 0", shape);
    await this.#gather.run({ directions, slopes, before }, { sum: into });
    return into;
  }

  /** Puts the columns of the rows that took part where they came from. */
  #spread(into: Float32Array, sum: Float32Array, { rows, size }: Sample, all: number, dims: number): void {
    if (rows === undefined) {
      into.set(sum);
      return;
    }
    into.fill(0);
    for (let k = 0; k < dims; k++) for (let i = 0; i < size; i++) into[k * all + rows[i]] = sum[k * size + i];
  }

  /** Adds the blocks, each thread a share of the rows. */
  #finish(call: SharedCall, rows: number, dims: number, power: number, slices: number, size: number): void {
    const { gradients, costs, next } = call.scratch as Scratch;
    const gradient = call.rows[0];
    const share = Math.ceil(rows / call.threads);
    const start = call.thread * share;
    const end = Math.min(rows, start + share);
    const factor = power / (slices * size);
    for (let k = 0; k < dims; k++) {
      for (let i = start; i < end; i++) {
        let sum = 0;
        for (let block = 0; block < BLOCKS; block++) sum += gradients[(block * dims + k) * rows + i];
        gradient[i * dims + k] = factor * sum;
      }
    }
    if (call.thread === 0) {
      Atomics.store(next, 0, 0);
      call.wholes[0][0] = costs.subarray(0, BLOCKS).reduce((a, b) => a + b, 0) / slices;
    }
  }

  /** Memory that is kept from step to step, as a value of this shape: new memory costs more than the work done in it. */
  #value(name: string, shape: readonly number[]): Value {
    const size = shape.reduce((a, b) => a * b, 1);
    let memory = this.#memory.get(name);
    if (memory === undefined || memory.length < size) {
      memory = new Float32Array(size);
      this.#memory.set(name, memory);
    }
    return { dtype: "float32", shape, data: memory.length === size ? memory : memory.subarray(0, size) };
  }

  async close(): Promise<void> {
    await this.#project.close();
    await this.#gather.close();
  }
}

async function openMember(runtime: Runtime): Promise<KernelMember> {
  const directions = input("directions", "float32", ["slices", "dims"]);
  const columns = input("columns", "float32", ["dims", "rows"]);
  const slopes = input("slopes", "float32", ["slices", "rows"]);
  const before = input("before", "float32", ["dims", "rows"]);
  const project = emitModel({ projections: gemm(directions, columns) });
  const gather = emitModel({ sum: add(gemm(directions, slopes, undefined, { transposeA: true }), before) });
  const options = { threads: 1 };
  return new TransportMember(await runtime.load(project.bytes, options), await runtime.load(gather.bytes, options));
}

export const slicedTransportKernel: HostKernel = {
  name: "slicedTransport",
  prepare: ([rows], [dims]): Scratch => ({
    gradients: sharedArray(Float32Array, BLOCKS * dims * rows),
    costs: sharedArray(Float64Array, BLOCKS),
    next: sharedArray(Int32Array, 1),
  }),
  open: openMember,
};
