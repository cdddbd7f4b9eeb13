/**
 * @file Reads TBranch and TLeaf objects, by tables of their layout in each class version.
 * Source: the streamer infos of ROOT 4.04 to 6.36 and of Geant4.
 */
import { type EmbeddedBasket, readEmbeddedBasket } from "./basket.js";
import type { Cursor } from "./cursor.js";
import type { ObjectReader } from "./objects.js";

export interface Leaf {
  readonly kind: "leaf";
  readonly className: string;
  readonly name: string;
  readonly title: string;
  /** Elements of a fixed array; for a counted one, elements of each list entry. */
  readonly length: number;
  readonly unsigned: boolean;
  /** Whether another leaf holds the number of list entries. */
  readonly counted: boolean;
  /** That leaf, where it was understood. */
  readonly counter: Leaf | undefined;
}

/** What a TBranchElement says about the class member that it holds. */
export interface ElementInfo {
  readonly className: string;
  readonly classVersion: number;
  /** Index of the member in the streamer info of `className`; -1 for a whole object. */
  readonly id: number;
  readonly type: number;
  readonly streamerType: number;
}

export interface Branch {
  readonly kind: "branch";
  readonly className: string;
  readonly name: string;
  readonly title: string;
  readonly entries: number;
  readonly branches: readonly Branch[];
  /** Branches inside this one, of classes or versions that this reader does not know. */
  readonly unknown: number;
  readonly leaves: readonly Leaf[];
  /** Number of baskets in the file. */
  readonly baskets: number;
  readonly basketBytes: Int32Array;
  /** First event of each basket, and the event after the last basket. */
  readonly basketEntry: Float64Array;
  readonly basketSeek: Float64Array;
  /** Baskets that were never flushed and stand inside the tree, after those in the file. */
  readonly embedded: readonly EmbeddedBasket[];
  /** Name of another file that holds the baskets, or empty. */
  readonly fileName: string;
  readonly element: ElementInfo | undefined;
}

const BRANCH_CLASSES = new Set(["TBranch", "TBranchElement", "TBranchObject", "TBranchSTL"]);
const GEANT4_BRANCH = 8;

/** Reads a branch, a leaf, or a basket inside a branch; undefined for other classes, and for versions not known. */
export function readMember(className: string, objects: ObjectReader): Branch | Leaf | EmbeddedBasket | undefined {
  if (BRANCH_CLASSES.has(className)) return readBranch(className, objects);
  if (className.startsWith("TLeaf")) return readLeaf(className, objects);
  if (className === "TBasket") return readEmbeddedBasket(objects.cursor);
  return undefined;
}

function readBranch(className: string, objects: ObjectReader): Branch | undefined {
  const { cursor } = objects;
  const outer = className === "TBranch" ? undefined : cursor.header();
  const { version, end } = cursor.header();
  const old = version === GEANT4_BRANCH;
  if (!old && (version < 10 || version > 13)) return undefined;
  const { name, title } = cursor.named();
  cursor.skipClass();
  cursor.skip(12);
  const writeBasket = cursor.i32();
  cursor.skip(old ? 4 : 8);
  if (version >= 13) cursor.skipClass();
  cursor.skip(4);
  const maxBaskets = cursor.i32();
  cursor.skip(4);
  const entries = old ? cursor.f64() : cursor.i64();
  cursor.skip(version >= 11 ? 24 : 16);
  const items = objects.array();
  const branches = items.filter(isBranch);
  const leaves = objects.array().filter(isLeaf);
  const inTree = objects.array().filter(isBasket);
  const basketBytes = cursor.u8() === 0 ? new Int32Array(0) : cursor.i32s(maxBaskets);
  const basketEntry = readPlaces(cursor, maxBaskets, old);
  const basketSeek = readPlaces(cursor, maxBaskets, old);
  const fileName = cursor.string();
  cursor.finish(end);
  let baskets = 0;
  while (baskets < Math.min(writeBasket, basketSeek.length) && basketSeek[baskets] !== 0) baskets++;
  // ROOT keeps the basket it was filling in memory and in the list even after that basket went to the file.
  const embedded = basketEntry[baskets] === entries ? [] : inTree.filter((basket) => basket.events > 0);
  return {
    kind: "branch",
    className,
    name,
    title,
    entries,
    branches,
    unknown: items.length - branches.length,
    leaves,
    baskets,
    basketBytes,
    basketEntry: withEnd(
      basketEntry,
      baskets,
      embedded.reduce((n, basket) => n - basket.events, entries),
    ),
    basketSeek,
    embedded,
    fileName,
    element: className === "TBranchElement" && outer !== undefined ? readElement(outer.version, objects) : undefined,
  };
}

/** Reads a table of first events or of positions; in old branches it has 4 bytes a number, 8 where its mark is 2. */
function readPlaces(cursor: Cursor, n: number, old: boolean): Float64Array {
  const mark = cursor.u8();
  if (mark === 0) return new Float64Array(0);
  return old && mark !== 2 ? Float64Array.from(cursor.i32s(n)) : cursor.i64s(n);
}

/** A full table of first events has no place left for the event after the last basket. */
function withEnd(basketEntry: Float64Array, baskets: number, end: number): Float64Array {
  const bounds = new Float64Array(baskets + 1);
  bounds.set(basketEntry.subarray(0, baskets + 1));
  if (basketEntry.length === baskets) bounds[baskets] = end;
  return bounds;
}

function readElement(version: number, objects: ObjectReader): ElementInfo | undefined {
  if (version < 8 || version > 10) return undefined;
  const { cursor } = objects;
  const className = cursor.string();
  cursor.skipString();
  cursor.skipString();
  cursor.skip(4);
  const classVersion = version === 10 ? cursor.i16() : cursor.i32();
  const id = cursor.i32();
  const type = cursor.i32();
  const streamerType = cursor.i32();
  cursor.skip(4);
  // Not used, but these pointers may be the first place that names a class.
  objects.pointer();
  objects.pointer();
  return { className, classVersion, id, type, streamerType };
}

function readLeaf(className: string, objects: ObjectReader): Leaf {
  const { cursor } = objects;
  cursor.header();
  const { end } = cursor.header();
  const { name, title } = cursor.named();
  const length = cursor.i32();
  cursor.skip(9);
  const unsigned = cursor.u8() !== 0;
  const counter = objects.pointer();
  cursor.finish(end);
  return {
    kind: "leaf",
    className,
    name,
    title,
    length,
    unsigned,
    counted: counter !== null,
    counter: isLeaf(counter) ? counter : undefined,
  };
}

function isKind(object: unknown, kind: string): boolean {
  return typeof object === "object" && object !== null && "kind" in object && object.kind === kind;
}

export function isBranch(object: unknown): object is Branch {
  return isKind(object, "branch");
}

function isLeaf(object: unknown): object is Leaf {
  return isKind(object, "leaf");
}

function isBasket(object: unknown): object is EmbeddedBasket {
  return isKind(object, "basket");
}
