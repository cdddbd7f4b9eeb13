/**
 * @file One thread's working memory, of fixed size. V8 compiles the address and length of a constant array into the code,
 * but looks up those of a variable one on every turn of a loop: constant arrays make the whole kernel a quarter faster.
 * That holds for constants of the using module only, imported ones are looked up: hence `const { ... } = scratch` there.
 */

/** Most rows of a slice that are sorted in this memory; a packed word holds a row number in 15 bits. */
export const CAPACITY = 32768;

/** Distance between slots; not a power of two, so that equal rows of two slots fall into different cache sets. */
export const SLOT = CAPACITY + 1040;

/** The compiled sorts' own memory: `WORK` in assembly/sort.ts, in whole pages of 4 KiB. */
export const WORK_BYTES = 176 * 4096;

/** Where `values`, `sorted`, and `order` stand in the memory; gaps between them take what is written before a slot. */
export const VALUES_AT = WORK_BYTES;
export const SORTED_AT = VALUES_AT + 4 * 3 * SLOT + 64;
export const ORDER_AT = SORTED_AT + 4 * 3 * SLOT + 64;
const BYTES = ORDER_AT + 4 * CAPACITY;

/** What this memory stands on, where compiled code may be given it. */
export const memory = webAssemblyMemory();
const buffer = memory?.buffer ?? new ArrayBuffer(BYTES);

/** Slots of the source's projections, the target's, and the matched targets. */
export const SOURCE = 0;
export const TARGET = SLOT;
export const MATCHED = 2 * SLOT;

/** Projections and matched targets of the slice in hand. */
export const values = new Float32Array(buffer, VALUES_AT, 3 * SLOT);
export const valueBits = new Int32Array(buffer, VALUES_AT, 3 * SLOT);

/** Slots in `sorted` of the source, the target, and the target's means over the source's intervals. */
export const SORTED_SOURCE = 0;
export const SORTED_TARGET = SLOT;
export const INTERVALS = 2 * SLOT;

/** Sorted values of the slice in hand. */
export const sorted = new Float32Array(buffer, SORTED_AT, 3 * SLOT);
export const sortedBits = new Int32Array(buffer, SORTED_AT, 3 * SLOT);

/** The low 15 bits hold the row that has each rank; what stands above them is of no meaning to readers. */
export const order = new Int32Array(buffer, ORDER_AT, CAPACITY);
export const ROW_BITS = 15;
export const ROW_MASK = CAPACITY - 1;

function webAssemblyMemory(): WebAssembly.Memory | undefined {
  const pages = Math.ceil(BYTES / 65536);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    // There is no WebAssembly, or no room for the address space that it sets aside.
    return undefined;
  }
}
