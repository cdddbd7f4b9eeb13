/** @file Descriptions of columns as JSON, for formats that have a place for a text but none for units and roles. */
import type { Field } from "../schema.js";

/** Spells out fields, and further members beside them. Infinite domain ends become "inf" and "-inf", as JSON has none. */
export function fieldsToJson(fields: readonly Field[], more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ version: 1, fields, ...more }, (_, v) =>
    v === Number.POSITIVE_INFINITY ? "inf" : v === Number.NEGATIVE_INFINITY ? "-inf" : v,
  );
}

/** Reads the fields back; undefined where the text is not what `fieldsToJson` writes. */
export function fieldsFromJson(text: string): Field[] | undefined {
  let fields: Field[] | undefined;
  try {
    fields = (JSON.parse(text) as { fields?: Field[] }).fields;
  } catch {
    return undefined;
  }
  if (!Array.isArray(fields) || !fields.every((f) => typeof f?.name === "string")) return undefined;
  const number = (v: unknown) => (v === "inf" ? Number.POSITIVE_INFINITY : v === "-inf" ? Number.NEGATIVE_INFINITY : v);
  return fields.map((f) => (Array.isArray(f.domain) ? { ...f, domain: f.domain.map(number) as [number, number] } : f));
}
