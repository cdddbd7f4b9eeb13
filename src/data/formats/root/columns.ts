/** @file Which columns a tree offers: how each branch is laid out, and why some branches are left out. */
import type { Field } from "../../schema.js";
import type { SkippedColumn } from "../format.js";
import type { Branch, Leaf } from "./branch.js";
import type { Encoding } from "./decode.js";
import type { Note } from "./note.js";
import { type ClassMembers, classKey, type Member } from "./streamer-info.js";
import type { Tree } from "./tree.js";
import {
  BITS,
  COLLECTION,
  isPackedCode,
  leafEncoding,
  memberEncoding,
  POINTERS,
  POINTERS_END,
  vectorEncoding,
} from "./types.js";

/** Bytes in front of each event of a vector that was not split: byte count, version, number of items. */
export const VECTOR_HEADER = 10;

/** Byte in front of each event of a counted array behind a pointer: whether there is one. */
const POINTER_HEADER = 1;

/** How to read a column. */
export interface ColumnPlan {
  readonly field: Field;
  readonly branch: Branch;
  readonly encoding: Encoding;
  readonly width: number;
  readonly layout: Layout;
}

export type Layout =
  /** Each event takes `stride` bytes, this column's numbers from byte `offset` on. */
  | { readonly kind: "fixed"; readonly stride: number; readonly offset: number }
  /** Each event has a length of its own, behind `header` bytes. `counter` tells it where the basket does not. */
  | { readonly kind: "jagged"; readonly header: number; readonly counter: ColumnPlan | undefined };

interface Found {
  readonly path: string;
  readonly branch: Branch;
  readonly leaf: Leaf | undefined;
  readonly layout: Omit<ColumnPlan, "field" | "branch"> | string;
}

/** Whether any branch needs the file's streamer infos to be understood. */
export function needsStreamerInfo(branches: readonly Branch[]): boolean {
  return branches.some((branch) => needsMember(branch) || needsStreamerInfo(branch.branches));
}

function needsMember({ element }: Branch): boolean {
  return (
    element !== undefined &&
    element.id >= 0 &&
    (isPackedCode(element.streamerType) || element.streamerType === COLLECTION)
  );
}

/**
 * Finds the columns of a tree. A column has the name of its branch; of several leaves, each is `branch.leaf`. Where a
 * name appears twice, the path through the branches stands for it, and then `#2`, `#3` mark what is still the same.
 */
export function findColumns(tree: Tree, classes: ClassMembers): { plans: ColumnPlan[]; skipped: SkippedColumn[] } {
  const found: Found[] = [];
  let { unknown } = tree;
  const walk = (branches: readonly Branch[], prefix: string) => {
    for (const branch of branches) {
      unknown += branch.unknown;
      const path = prefix + branch.name;
      // The count that a split collection keeps for itself also follows from each of its members.
      if (branch.branches.length > 0) walk(branch.branches, `${path}/`);
      else if (branch.entries === 0 && tree.entries > 0) {
        found.push({ path, branch, leaf: undefined, layout: "was never filled" });
      } else found.push(...layOut(branch, path, classes));
    }
  };
  walk(tree.branches, "");

  const names = uniqueNames(found);
  const plans: ColumnPlan[] = [];
  const skipped: SkippedColumn[] = [];
  const byLeaf = new Map<Leaf, ColumnPlan>();
  for (const [i, { branch, leaf, layout }] of found.entries()) {
    if (typeof layout === "string") {
      skipped.push({ name: names[i], reason: layout });
      continue;
    }
    const plan = { field: makeField(names[i], branch, layout), branch, ...layout };
    plans.push(plan);
    if (leaf !== undefined) byLeaf.set(leaf, plan);
  }
  if (unknown > 0) {
    skipped.push({ name: "(unnamed)", reason: `${unknown} branches of a class or version that is not known` });
  }
  const counted = plans.map((plan) => withCounter(plan, byLeaf));
  return { plans: tree.note === undefined ? counted : asWritten(counted, tree.note), skipped };
}

/** Gives columns that Peregrine wrote their descriptions and order back, and leaves out counters that it added. */
function asWritten(plans: readonly ColumnPlan[], { fields, counters }: Note): ColumnPlan[] {
  const byName = new Map(plans.map((plan) => [plan.field.name, plan]));
  const known: ColumnPlan[] = [];
  for (const field of fields) {
    const plan = byName.get(field.name);
    if (plan === undefined) continue;
    byName.delete(field.name);
    known.push(sameShape(plan.field, field) ? { ...plan, field } : plan);
  }
  return [...known, ...[...byName.values()].filter(({ field }) => !counters.includes(field.name))];
}

function sameShape(a: Field, b: Field): boolean {
  return a.dtype === b.dtype && a.jagged === b.jagged && (a.width ?? 1) === (b.width ?? 1);
}

function withCounter(plan: ColumnPlan, byLeaf: ReadonlyMap<Leaf, ColumnPlan>): ColumnPlan {
  const leaf = plan.branch.leaves[0]?.counter;
  const counter = leaf && byLeaf.get(leaf);
  if (plan.layout.kind !== "jagged" || counter?.layout.kind !== "fixed" || counter.width !== 1) return plan;
  return { ...plan, layout: { ...plan.layout, counter } };
}

function makeField(
  name: string,
  branch: Branch,
  { encoding, width, layout }: Omit<ColumnPlan, "field" | "branch">,
): Field {
  const jagged = layout.kind === "jagged";
  // ROOT's default title is the leaf list, such as "pt[n]/F", which is no help to a reader.
  const title = /\s/.test(branch.title) && !/\/[A-Za-z]$/.test(branch.title) ? branch.title : undefined;
  return {
    name,
    dtype: encoding.dtype,
    jagged,
    ...(width === 1 ? {} : { width }),
    ...(title === undefined ? {} : { title }),
  };
}

function uniqueNames(found: readonly Found[]): string[] {
  const plain = found.map(({ branch, leaf }) =>
    branch.leaves.length > 1 && leaf ? `${branch.name}.${leaf.name}` : branch.name,
  );
  const count = tally(plain);
  const longer = found.map(({ path, branch }, i) =>
    (count.get(plain[i]) ?? 0) > 1 ? path.slice(0, path.length - branch.name.length) + plain[i] : plain[i],
  );
  const seen = new Set<string>();
  return longer.map((name) => {
    let unique = name;
    for (let k = 2; seen.has(unique); k++) unique = `${name}#${k}`;
    seen.add(unique);
    return unique;
  });
}

function tally(names: readonly string[]): ReadonlyMap<string, number> {
  const count = new Map<string, number>();
  for (const name of names) count.set(name, (count.get(name) ?? 0) + 1);
  return count;
}

function layOut(branch: Branch, path: string, classes: ClassMembers): Found[] {
  const { leaves } = branch;
  if (branch.fileName !== "")
    return [{ path, branch, leaf: undefined, layout: `stands in another file, ${branch.fileName}` }];
  if (branch.className === "TBranchElement")
    return [{ path, branch, leaf: leaves[0], layout: elementLayout(branch, classes) }];
  if (branch.className !== "TBranch")
    return [{ path, branch, leaf: undefined, layout: `object that was not split (${branch.className})` }];
  if (leaves.length === 0) return [{ path, branch, leaf: undefined, layout: "has no leaves" }];
  if (leaves.length === 1) return [{ path, branch, leaf: leaves[0], layout: leafLayout(leaves[0]) }];
  return leafListLayouts(branch, path);
}

function leafLayout(leaf: Leaf): Found["layout"] {
  const encoding = leafEncoding(leaf);
  if (encoding === undefined) return noNumbers(leaf);
  const width = leaf.length;
  if (!(width >= 1)) return `leaf of ${width} values`;
  if (leaf.counted) return { encoding, width, layout: { kind: "jagged", header: 0, counter: undefined } };
  return { encoding, width, layout: { kind: "fixed", stride: encoding.size * width, offset: 0 } };
}

function leafListLayouts(branch: Branch, path: string): Found[] {
  const { leaves } = branch;
  const encodings = leaves.map(leafEncoding);
  const odd = leaves.findIndex((leaf, i) => encodings[i] === undefined || leaf.counted || !(leaf.length >= 1));
  if (odd >= 0) {
    const reason =
      encodings[odd] === undefined ? noNumbers(leaves[odd]) : "several leaves, one of them of variable length";
    return [{ path, branch, leaf: undefined, layout: reason }];
  }
  const sizes = leaves.map((leaf, i) => leaf.length * (encodings[i] as Encoding).size);
  const stride = sizes.reduce((sum, size) => sum + size, 0);
  let offset = 0;
  return leaves.map((leaf, i) => {
    const layout: Layout = { kind: "fixed", stride, offset };
    offset += sizes[i];
    return { path, branch, leaf, layout: { encoding: encodings[i] as Encoding, width: leaf.length, layout } };
  });
}

function noNumbers(leaf: Leaf): string {
  return leaf.className === "TLeafC" ? "string" : `leaf of class ${leaf.className}, not numbers`;
}

/** Types of branches: members of a split TClonesArray, members of a split STL collection. */
const IN_COLLECTION = new Set([31, 41]);
/** Members and base classes of an object that is split, and top-level branches of one object. */
const IN_OBJECT = new Set([-1, 0, 1, 2]);

function elementLayout(branch: Branch, classes: ClassMembers): Found["layout"] {
  const { element, leaves } = branch;
  if (element === undefined) return "branch of a version that is not known";
  if (leaves.length !== 1) return `object with ${leaves.length} leaves`;
  const inCollection = IN_COLLECTION.has(element.type);
  const code = element.streamerType;
  if (code === BITS) return "TObject bits, some of which carry a process id";
  if (code > 0 && code < POINTERS_END && (inCollection || IN_OBJECT.has(element.type))) {
    return memberLayout(branch, leaves[0], code, inCollection, classes);
  }
  let typeName = "";
  if (element.id < 0) typeName = element.className;
  else if (code === COLLECTION) typeName = findMember(branch, classes)?.typeName ?? "";
  const encoding = vectorEncoding(typeName);
  if (encoding === undefined || leaves[0].length !== 1) {
    return `object that is not split${typeName === "" ? "" : ` (${typeName})`}`;
  }
  if (inCollection) return `list of ${typeName}`;
  return { encoding, width: 1, layout: { kind: "jagged", header: VECTOR_HEADER, counter: undefined } };
}

function memberLayout(
  branch: Branch,
  leaf: Leaf,
  code: number,
  inCollection: boolean,
  classes: ClassMembers,
): Found["layout"] {
  const packed = isPackedCode(code);
  const member = packed ? findMember(branch, classes) : undefined;
  if (packed && member === undefined) return "packed float whose packing the file does not tell";
  const encoding = memberEncoding(code, member?.title ?? "");
  if (encoding === undefined) return `member of type ${code}, not numbers`;
  const width = leaf.length;
  if (!(width >= 1)) return `member of ${width} values`;
  const pointer = code >= POINTERS;
  if (pointer && inCollection) return "lists of lists";
  if (pointer || inCollection || leaf.counted) {
    return { encoding, width, layout: { kind: "jagged", header: pointer ? POINTER_HEADER : 0, counter: undefined } };
  }
  return { encoding, width, layout: { kind: "fixed", stride: encoding.size * width, offset: 0 } };
}

/** Returns the member that a branch holds, only where its name agrees, so that a wrong index is never believed. */
function findMember({ name, element }: Branch, classes: ClassMembers): Member | undefined {
  if (element === undefined) return undefined;
  const members = classes.get(classKey(element.className, element.classVersion));
  const last = name.replace(/\[.*$/, "").split(".").pop();
  const member = members?.[element.id];
  return member?.name === last ? member : members?.find((m) => m.name === last);
}
