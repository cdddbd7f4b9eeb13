/**
 * @file The class descriptions of a file. Only two things are asked of them: the C++ type of a member that is no plain
 * number, and the packing of a Float16_t or Double32_t, which stands in the member's comment.
 * Source: ROOT, core/meta/src/TStreamerElement.cxx.
 */
import { Cursor } from "./cursor.js";
import { ObjectReader } from "./objects.js";

/** A data member of a class. */
export interface Member {
  readonly name: string;
  readonly title: string;
  readonly typeName: string;
}

/** The members of the classes of a file, by class name and version. */
export type ClassMembers = ReadonlyMap<string, readonly Member[]>;

/** Returns the key of a class in `ClassMembers`. */
export function classKey(className: string, version: number): string {
  return `${className};${version}`;
}

interface ClassInfo {
  readonly key: string;
  readonly members: readonly Member[];
}

/** Reads the list of streamer infos. */
export function readStreamerInfos(content: Uint8Array, keyLength: number, where: string): ClassMembers {
  const cursor = new Cursor(content, where);
  const objects: ObjectReader = new ObjectReader(cursor, keyLength, (className) => readItem(className, objects));
  cursor.header();
  cursor.skipTObject();
  cursor.skipString();
  const n = cursor.i32();
  const classes = new Map<string, readonly Member[]>();
  for (let i = 0; i < n; i++) {
    const info = objects.pointer();
    if (isClassInfo(info)) classes.set(info.key, info.members);
    cursor.skipString();
  }
  return classes;
}

function isMember(item: unknown): item is Member {
  return typeof item === "object" && item !== null && "typeName" in item;
}

function isClassInfo(item: unknown): item is ClassInfo {
  return typeof item === "object" && item !== null && "members" in item;
}

function readItem(className: string, objects: ObjectReader): ClassInfo | Member | readonly unknown[] | undefined {
  const { cursor } = objects;
  if (className === "TObjArray") return objects.array();
  if (className === "TStreamerInfo") {
    cursor.header();
    const { name } = cursor.named();
    cursor.skip(4);
    const version = cursor.i32();
    const members = objects.pointer();
    return { key: classKey(name, version), members: Array.isArray(members) ? members.filter(isMember) : [] };
  }
  if (!className.startsWith("TStreamer")) return undefined;
  cursor.header();
  if (className === "TStreamerSTLstring") cursor.header();
  const { version } = cursor.header();
  const { name, title } = cursor.named();
  cursor.skip(16);
  if (version === 1) cursor.skip(cursor.i32() * 4);
  else cursor.skip(20);
  return { name, title, typeName: cursor.string() };
}
