/**
 * @file Reads TTree objects. Their layouts, and those of branches, are tables by class version, not taken from the
 * file's streamer info: the versions that ROOT has written since 2005 are few, and files without that info stay
 * readable. TTree 5 and TBranch 8 are what Geant4's analysis manager writes to this day.
 * Source: the streamer infos of ROOT 4.04 to 6.36 and of Geant4.
 */
import { DataError } from "../../../util/errors.js";
import { type Branch, isBranch, readMember } from "./branch.js";
import { Cursor } from "./cursor.js";
import { isNote, type Note, readNote } from "./note.js";
import { ObjectReader } from "./objects.js";

export interface Tree {
  readonly name: string;
  readonly title: string;
  readonly entries: number;
  readonly branches: readonly Branch[];
  /** Branches of classes or versions that this reader does not know. */
  readonly unknown: number;
  /** What Peregrine wrote beside the tree. */
  readonly note: Note | undefined;
}

const TREE_CLASSES = new Set(["TTree", "TNtuple", "TNtupleD"]);

const GEANT4_TREE = 5;

/** Whether objects of a class are trees that this reader knows. */
export function isTreeClass(className: string): boolean {
  return TREE_CLASSES.has(className);
}

/** Reads name, title and number of entries of a tree; enough to choose one. */
export function readTreeSummary(
  className: string,
  content: Uint8Array,
  where: string,
): Omit<Tree, "branches" | "unknown" | "note"> {
  return readTreeHead(className, new Cursor(content, where));
}

/**
 * Reads a tree with its branches.
 * @param keyLength Length of the record's key, which references count too.
 * @throws DataError for versions before ROOT 4.04 (2005), and for damaged bytes.
 */
export function readTree(className: string, content: Uint8Array, keyLength: number, where: string): Tree {
  const cursor = new Cursor(content, where);
  const { version, ...head } = readTreeHead(className, cursor);
  cursor.skip(treeTail(version));
  if (version >= 19) {
    // fNClusterRange, then the rest of the numbers, then two arrays of that length behind a byte each.
    const ranges = cursor.i32();
    cursor.skip(48);
    for (let i = 0; i < 2; i++) if (cursor.u8() !== 0) cursor.i64s(ranges);
  }
  if (version >= 20) cursor.skipClass();
  const objects: ObjectReader = new ObjectReader(cursor, keyLength, (name) => readTreeMember(name, objects));
  const items = objects.array();
  const branches = items.filter(isBranch);
  const note = version >= 18 ? readTreeNote(objects) : undefined;
  return { ...head, branches, unknown: items.length - branches.length, note };
}

/** Looks for the note in what follows the branches. Nothing there is needed to read columns, so damage there is passed over. */
function readTreeNote(objects: ObjectReader): Note | undefined {
  const { cursor } = objects;
  try {
    objects.array();
    objects.pointer();
    cursor.skip(8 * cursor.i32());
    cursor.skip(4 * cursor.i32());
    objects.pointer();
    objects.pointer();
    const users = objects.pointer();
    return Array.isArray(users) ? users.find(isNote) : undefined;
  } catch (error) {
    if (error instanceof DataError) return undefined;
    throw error;
  }
}

/** Reads members of trees: branches with all that they hold, and the lists and texts of users. */
function readTreeMember(className: string, objects: ObjectReader): unknown {
  const { cursor } = objects;
  if (className === "TNamed") {
    const { name, title } = cursor.named();
    return readNote(name, title);
  }
  return className === "TList" ? objects.list() : readMember(className, objects);
}

function readTreeHead(className: string, cursor: Cursor) {
  if (className !== "TTree") cursor.header();
  const { version } = cursor.header();
  if (version !== GEANT4_TREE && (version < 16 || version > 20)) {
    throw new DataError(
      `${cursor.where}: TTree of an unknown version; expected 16 to 20 (ROOT 4.04 and newer) or 5 (Geant4), got ${version}. Copy the tree with a current ROOT.`,
    );
  }
  const { name, title } = cursor.named();
  for (let i = 0; i < 3; i++) cursor.skipClass();
  const entries = version === GEANT4_TREE ? cursor.f64() : cursor.i64();
  if (!(Number.isSafeInteger(entries) && entries >= 0)) {
    throw new DataError(
      `${cursor.where}: damaged; expected a number of entries, got ${entries}. Fetch the file again.`,
    );
  }
  return { version, name, title, entries };
}

/** Bytes between fEntries and, from version 19 on, fNClusterRange, before that fBranches. */
function treeTail(version: number): number {
  if (version === GEANT4_TREE) return 3 * 8 + 7 * 4;
  if (version === 16) return 3 * 8 + 8 + 3 * 4 + 5 * 8;
  if (version === 17) return 3 * 8 + 8 + 4 * 4 + 5 * 8;
  if (version === 18) return 4 * 8 + 8 + 4 * 4 + 6 * 8;
  return 4 * 8 + 8 + 4 * 4;
}
