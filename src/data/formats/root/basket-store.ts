/**
 * @file Brings baskets into memory: reads that lie near each other in the file become one, several baskets are
 * decompressed at once, and only those that a later event needs again are kept.
 */
import { DataError } from "../../../util/errors.js";
import { type Basket, readBasket } from "./basket.js";
import type { Branch } from "./branch.js";
import type { RootFile } from "./file.js";

/** Reading this much for nothing costs less than another request. */
const GAP = 64 * 1024;
const LONGEST_READ = 16 * 1024 * 1024;
const READS_AT_ONCE = 4;

/** Events [from, to) of a basket whose first event is number `first` of the tree. */
export interface Piece {
  readonly basket: Basket;
  readonly first: number;
  readonly from: number;
  readonly to: number;
}

interface Wanted {
  readonly branch: Branch;
  readonly index: number;
  readonly seek: number;
  readonly nbytes: number;
}

/** The baskets of a tree. */
export class BasketStore {
  readonly #file: RootFile;
  readonly #entries: number;
  readonly #bounds = new Map<Branch, Float64Array>();
  readonly #held = new Map<Branch, Map<number, Promise<Basket>>>();

  /** @param entries Number of events of the tree, which each branch must hold. */
  constructor(file: RootFile, entries: number) {
    this.#file = file;
    this.#entries = entries;
  }

  /** Starts to read the baskets that hold the events [start, stop) of the branches. */
  request(branches: Iterable<Branch>, start: number, stop: number): void {
    const wanted: Wanted[] = [];
    for (const branch of new Set(branches)) {
      const held = this.#heldOf(branch);
      const [first, last] = this.#within(branch, start, stop);
      for (let index = first; index < last; index++) {
        if (held.has(index)) continue;
        if (index >= branch.baskets) held.set(index, Promise.resolve(branch.embedded[index - branch.baskets]));
        else wanted.push({ branch, index, seek: branch.basketSeek[index], nbytes: branch.basketBytes[index] });
      }
    }
    const lanes: Promise<void>[] = Array.from({ length: READS_AT_ONCE }, () => Promise.resolve());
    for (const [i, group] of groupReads(wanted).entries()) {
      const start = group[0].seek;
      const stop = group.reduce((end, w) => Math.max(end, w.seek + w.nbytes), start);
      const where = `${this.#file.name}: branch "${group[0].branch.name}" basket ${group[0].index}`;
      const bytes = lanes[i % READS_AT_ONCE].then(() => this.#file.bytes(start, stop - start, where));
      lanes[i % READS_AT_ONCE] = bytes.then(
        () => {},
        () => {},
      );
      for (const { branch, index, seek, nbytes } of group) {
        const basket = bytes.then((all) =>
          readBasket(this.#file, branch, index, all.subarray(seek - start, seek - start + nbytes)),
        );
        // Who awaits the basket gets the error; a reader that stops before must not end the process.
        basket.catch(() => {});
        this.#heldOf(branch).set(index, basket);
      }
    }
  }

  /** Returns the baskets of the events [start, stop) of a branch. */
  async pieces(branch: Branch, start: number, stop: number): Promise<Piece[]> {
    this.request([branch], start, stop);
    const held = this.#heldOf(branch);
    const bounds = this.#boundsOf(branch);
    const [first, last] = this.#within(branch, start, stop);
    const pieces: Promise<Piece>[] = [];
    for (let index = first; index < last; index++) {
      const place = {
        first: bounds[index],
        from: Math.max(start, bounds[index]) - bounds[index],
        to: Math.min(stop, bounds[index + 1]) - bounds[index],
      };
      pieces.push((held.get(index) as Promise<Basket>).then((basket) => ({ basket, ...place })));
    }
    return Promise.all(pieces);
  }

  /** Drops the baskets that end at or before an event. */
  release(event: number): void {
    for (const [branch, held] of this.#held) {
      const bounds = this.#boundsOf(branch);
      for (const index of held.keys()) if (bounds[index + 1] <= event) held.delete(index);
    }
  }

  #heldOf(branch: Branch): Map<number, Promise<Basket>> {
    let held = this.#held.get(branch);
    if (held === undefined) {
      held = new Map();
      this.#held.set(branch, held);
    }
    return held;
  }

  /** Returns the first and the last-but-one basket that overlap the events [start, stop). */
  #within(branch: Branch, start: number, stop: number): [number, number] {
    const bounds = this.#boundsOf(branch);
    let first = 0;
    for (let high = bounds.length - 1; first < high; ) {
      const middle = (first + high) >>> 1;
      if (bounds[middle + 1] <= start) first = middle + 1;
      else high = middle;
    }
    let last = first;
    while (last < bounds.length - 1 && bounds[last] < stop) last++;
    return [first, start < stop ? last : first];
  }

  /** Returns the first event of each basket, and the end of the last. @throws DataError where they do not fit the tree. */
  #boundsOf(branch: Branch): Float64Array {
    const known = this.#bounds.get(branch);
    if (known !== undefined) return known;
    const { baskets, embedded, basketEntry } = branch;
    const bounds = new Float64Array(baskets + embedded.length + 1);
    bounds.set(basketEntry);
    for (const [i, basket] of embedded.entries()) bounds[baskets + i + 1] = bounds[baskets + i] + basket.events;
    const end = bounds[bounds.length - 1];
    const ordered = bounds.every((bound, i) => (i === 0 ? bound === 0 : bound >= bounds[i - 1]));
    if (!ordered || end !== this.#entries) {
      throw new DataError(
        `${this.#file.name}: branch "${branch.name}" does not cover the tree; expected baskets for ${this.#entries} events in order, got ${ordered ? end : "disorder"}. Read other columns, or write the file again.`,
      );
    }
    this.#bounds.set(branch, bounds);
    return bounds;
  }
}

/** Joins reads that lie near each other, in the order of the file. */
function groupReads(wanted: Wanted[]): Wanted[][] {
  wanted.sort((a, b) => a.seek - b.seek);
  const groups: Wanted[][] = [];
  let group: Wanted[] = [];
  let start = 0;
  let stop = 0;
  for (const one of wanted) {
    const end = one.seek + one.nbytes;
    if (group.length === 0 || one.seek > stop + GAP || end - start > LONGEST_READ) {
      group = [];
      groups.push(group);
      start = one.seek;
      stop = end;
    }
    group.push(one);
    stop = Math.max(stop, end);
  }
  return groups;
}
