/**
 * @file How Parquet's schema maps to ours. A leaf that repeats at most once is a column: a number an event, or a list an
 * event; fields of records become `record.field`. What Parquet cannot say (unit, role, domain, period, title, width)
 * stands as JSON in the file's key-value metadata under "peregrine".
 *
 * Reference: Apache Parquet format 2.11, LogicalTypes.md (lists, integers) and README.md (levels).
 */
import type { FileMetaData, ParquetType, SchemaElement, SchemaTree } from "hyparquet";
import { parquetSchema } from "hyparquet";
import { DataError } from "../../util/errors.js";
import type { DType, Field, Schema } from "../schema.js";
import { fieldsFromJson, fieldsToJson } from "./field-json.js";
import type { SkippedColumn } from "./format.js";

/** A column of the file and where its values stand. */
export interface Leaf {
  readonly field: Field;
  /** Index among the column chunks of each row group. */
  readonly index: number;
  /** Schema nodes from the root to the leaf. */
  readonly path: SchemaTree[];
  /** Definition level of a value that is there. */
  readonly maxDefinition: number;
  /** Definition level from which a list has an entry; 0 where the leaf does not repeat. */
  readonly entryDefinition: number;
}

const METADATA_KEY = "peregrine";

/** Parquet's physical type, and its annotation where the physical type does not say all, of each of our types. */
export const PHYSICAL: Readonly<Record<DType, Pick<SchemaElement, "type" | "converted_type">>> = {
  bool: { type: "BOOLEAN" },
  int8: { type: "INT32", converted_type: "INT_8" },
  uint8: { type: "INT32", converted_type: "UINT_8" },
  int16: { type: "INT32", converted_type: "INT_16" },
  uint16: { type: "INT32", converted_type: "UINT_16" },
  int32: { type: "INT32" },
  uint32: { type: "INT32", converted_type: "UINT_32" },
  int64: { type: "INT64" },
  uint64: { type: "INT64", converted_type: "UINT_64" },
  float32: { type: "FLOAT" },
  float64: { type: "DOUBLE" },
};

/** Whether a field is stored as Parquet's LIST: jagged ones, and fixed arrays. */
export function isList(field: Field): boolean {
  return field.jagged || (field.width ?? 1) !== 1;
}

/** Returns the Parquet schema of a table: required leaves, and required lists of required elements. */
export function toParquetSchema(schema: Schema): SchemaElement[] {
  const elements: SchemaElement[] = [{ name: "schema", num_children: schema.fields.length }];
  for (const field of schema.fields) {
    const leaf = { ...PHYSICAL[field.dtype], repetition_type: "REQUIRED" as const };
    if (isList(field)) {
      elements.push(
        { name: field.name, repetition_type: "REQUIRED", converted_type: "LIST", num_children: 1 },
        { name: "list", repetition_type: "REPEATED", num_children: 1 },
        { name: "element", ...leaf },
      );
    } else elements.push({ name: field.name, ...leaf });
  }
  return elements;
}

/** Returns the key-value pair that keeps each whole Field. */
export function toKeyValue(schema: Schema): { key: string; value: string } {
  return { key: METADATA_KEY, value: fieldsToJson(schema.fields) };
}

function savedFields(metadata: FileMetaData, file: string): Map<string, Field> {
  const text = metadata.key_value_metadata?.find((pair) => pair.key === METADATA_KEY)?.value;
  if (text === undefined) return new Map();
  const fields = fieldsFromJson(text);
  if (fields === undefined) {
    throw new DataError(
      `${file}: column descriptions under "${METADATA_KEY}" are damaged; expected JSON with "fields".`,
    );
  }
  return new Map(fields.map((f) => [f.name, f]));
}

/** Our type of a leaf, or why it has none. */
function dtypeOf(element: SchemaElement): DType | { reason: string } {
  const { type, converted_type: converted, logical_type: logical } = element;
  const integer = (bits: number, signed: boolean) => `${signed ? "int" : "uint"}${bits}` as DType;
  if (logical?.type === "INTEGER") return integer(logical.bitWidth, logical.isSigned);
  const annotated = /^(U?)INT_(8|16|32|64)$/.exec(converted ?? "");
  if (annotated !== null) return integer(Number(annotated[2]), annotated[1] === "");
  const meaning = logical?.type ?? converted;
  if (meaning !== undefined)
    return { reason: meaning === "UTF8" || meaning === "STRING" ? "text" : `${meaning} values` };
  const plain: Partial<Record<ParquetType, DType>> = {
    BOOLEAN: "bool",
    INT32: "int32",
    INT64: "int64",
    FLOAT: "float32",
    DOUBLE: "float64",
  };
  return plain[type as ParquetType] ?? { reason: type === "BYTE_ARRAY" ? "text or bytes" : `${type} values` };
}

/** The name of a leaf: its path without the two nodes that only spell out a LIST. */
function nameOf(path: readonly SchemaTree[]): string {
  const parts: string[] = [];
  for (let depth = 1; depth < path.length; depth++) {
    parts.push(path[depth].element.name);
    // Lists of three levels have a node below the repeated one; in older ones of two levels the repeated node is the entry.
    while (path[depth].children.length === 1 && path[depth].children[0].element.repetition_type === "REPEATED") {
      depth += path[depth + 1].children.length === 1 ? 2 : 1;
    }
  }
  return parts.join(".");
}

function leafPaths(path: readonly SchemaTree[]): SchemaTree[][] {
  const node = path[path.length - 1];
  if (node.element.type !== undefined) return [[...path]];
  return node.children.flatMap((child) => leafPaths([...path, child]));
}

/** Finds the columns of a file that fit a table, and says why the others do not. */
export function fromParquetSchema(metadata: FileMetaData, file: string): { leaves: Leaf[]; skipped: SkippedColumn[] } {
  const saved = savedFields(metadata, file);
  const leaves = new Map<string, Leaf>();
  const skipped: SkippedColumn[] = [];
  for (const [index, path] of leafPaths([parquetSchema(metadata)]).entries()) {
    const name = nameOf(path);
    const repeats = path.filter((node) => node.element.repetition_type === "REPEATED").length;
    const map = path.some(
      (node) => node.element.converted_type?.startsWith("MAP") || node.element.logical_type?.type === "MAP",
    );
    const dtype = dtypeOf(path[path.length - 1].element);
    if (typeof dtype === "object")
      skipped.push({ name, reason: `${dtype.reason}: only numbers and booleans are read` });
    else if (map) skipped.push({ name, reason: "part of a map: only numbers and lists of numbers are read" });
    else if (repeats > 1) skipped.push({ name, reason: "a list of lists: only one level of lists is read" });
    else if (leaves.has(name)) skipped.push({ name, reason: "a second column of the same name" });
    else {
      const definitions = path.map(
        (_, i) => path.slice(1, i + 1).filter((n) => n.element.repetition_type !== "REQUIRED").length,
      );
      const repeated = path.findIndex((node) => node.element.repetition_type === "REPEATED");
      const found: Field = { name, dtype, jagged: repeated >= 0 };
      const known = saved.get(name);
      const agrees = known !== undefined && known.dtype === dtype && isList(known) === found.jagged;
      leaves.set(name, {
        field: agrees ? known : found,
        index,
        path,
        maxDefinition: definitions[path.length - 1],
        entryDefinition: repeated >= 0 ? definitions[repeated] : 0,
      });
    }
  }
  return { leaves: [...leaves.values()], skipped };
}
