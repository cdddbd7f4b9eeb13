/**
 * @file What TTrees have no place for: units, roles, domains of columns, and which counters were made for the file's sake.
 * It stands as JSON in a TNamed of the tree's own list for its users (fUserInfo), which ROOT carries along when it copies
 * a tree.
 */
import type { Field } from "../../schema.js";
import { fieldsFromJson, fieldsToJson } from "../field-json.js";

const NAME = "peregrine";

/** The fields of a written table, and the counters beside them. */
export interface Note {
  readonly kind: "note";
  readonly fields: readonly Field[];
  readonly counters: readonly string[];
}

/** Returns the note that goes with a tree. */
export function noteOf(fields: readonly Field[], counters: readonly string[]): { name: string; text: string } {
  return { name: NAME, text: fieldsToJson(fields, { counters }) };
}

/** Reads a note; undefined where the text, or its name, is of another kind. */
export function readNote(name: string, text: string): Note | undefined {
  if (name !== NAME) return undefined;
  const fields = fieldsFromJson(text);
  if (fields === undefined) return undefined;
  const { counters } = JSON.parse(text) as { counters?: unknown };
  return {
    kind: "note",
    fields,
    counters: Array.isArray(counters) ? counters.filter((c) => typeof c === "string") : [],
  };
}

export function isNote(object: unknown): object is Note {
  return typeof object === "object" && object !== null && "kind" in object && object.kind === "note";
}
