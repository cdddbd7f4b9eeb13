/**
 * @file A fingerprint of a table: equal for equal columns and values, whatever the file format, chunk size or threads.
 *
 * Version 1. Events are cut into blocks of 65,536. The digest of a block is the SHA-256 of the digests of its columns, in
 * order; that of a column is the SHA-256 of its values' bytes (little-endian), for lists of the digest of the offsets
 * (int32, from 0 in each block) followed by that of the values. The whole is the SHA-256 of the JSON
 * `{"version":1,"fields":[[name,dtype,jagged,width],...],"events":N}` followed by all block digests. Units, roles and
 * titles do not enter, as not every format keeps them.
 *
 * Reference: FIPS 180-4 for SHA-256, which the platform's WebCrypto computes.
 */
import { type Column, type EventTable, trimmed } from "./event-table.js";
import { rechunk } from "./rechunk.js";
import type { Schema } from "./schema.js";

/** Part of the definition: it must not follow the default chunk size, should that ever change. */
const BLOCK = 65_536;

async function sha256(bytes: ArrayBufferView): Promise<Uint8Array> {
  // WebCrypto refuses shared memory.
  const view = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
  const own = bytes.buffer instanceof ArrayBuffer ? view : view.slice();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", own as Uint8Array<ArrayBuffer>));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

async function columnDigest(column: Column): Promise<Uint8Array> {
  if (column.offsets === undefined) return sha256(column.values);
  const { offsets, values } = trimmed(column);
  return sha256(join([await sha256(offsets), await sha256(values)]));
}

/**
 * Returns the digest of a stream of chunks of one schema, as 64 hexadecimal digits.
 * @param schema Columns to expect; needed so that an empty stream has a digest too.
 */
export async function digestStream(
  chunks: AsyncIterable<EventTable> | Iterable<EventTable>,
  schema: Schema,
): Promise<string> {
  const blocks: Uint8Array[] = [];
  let events = 0;
  for await (const block of rechunk(chunks, BLOCK)) {
    blocks.push(await sha256(join(await Promise.all(block.columns.map(columnDigest)))));
    events += block.length;
  }
  const fields = schema.fields.map((f) => [f.name, f.dtype, f.jagged, f.width ?? 1]);
  const head = new TextEncoder().encode(JSON.stringify({ version: 1, fields, events }));
  const whole = await sha256(join([head, ...blocks]));
  return Array.from(whole, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Returns the digest of a table in memory; equal to that of the same events in a stream. */
export function digestTable(table: EventTable): Promise<string> {
  return digestStream([table], table.schema);
}
