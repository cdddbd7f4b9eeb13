/** @file Checkpoints: everything that a killed training needs to go on to the same end, as bytes. */
import { DataError } from "../../util/errors.js";
import type { HistoryEntry, Source } from "./spec.js";

/** What is kept besides vectors. */
export interface CheckpointHeader {
  /** What training this belongs to: seed, batch, rows, layouts. */
  readonly fingerprint: string;
  readonly step: number;
  readonly history: readonly HistoryEntry[];
  readonly best: { readonly metric: number; readonly step: number; readonly looksSince: number } | undefined;
  /** Sums since the last entry of the history. */
  readonly sums: Readonly<Record<string, number>>;
  readonly sumSteps: number;
}

const MAGIC = 0x4b434750;
const FORMAT = 1;

/** Writes header and vectors; the last word is a checksum over all before it. */
export function encodeCheckpoint(
  header: CheckpointHeader,
  vectors: Readonly<Record<string, Float32Array>>,
): Uint8Array {
  const names = Object.keys(vectors);
  const layout = names.map((name) => [name, vectors[name].length]);
  const text = new TextEncoder().encode(JSON.stringify({ ...header, layout }));
  const padded = Math.ceil(text.length / 4) * 4;
  const numbers = names.reduce((n, name) => n + vectors[name].length, 0);
  const buffer = new ArrayBuffer(12 + padded + 4 * numbers + 4);
  const bytes = new Uint8Array(buffer);
  const words = new Uint32Array(buffer);
  words[0] = MAGIC;
  words[1] = FORMAT;
  words[2] = text.length;
  bytes.set(text, 12);
  let at = 12 + padded;
  for (const name of names) {
    new Float32Array(buffer, at, vectors[name].length).set(vectors[name]);
    at += 4 * vectors[name].length;
  }
  words[words.length - 1] = checksum(words, words.length - 1);
  return bytes;
}

/** @throws DataError where the bytes are no checkpoint, or damaged. */
export function decodeCheckpoint(bytes: Uint8Array): {
  readonly header: CheckpointHeader;
  readonly vectors: Readonly<Record<string, Float32Array>>;
} {
  const bad = (what: string) =>
    new DataError(
      `checkpoint: ${what}; expected one written by this training, got ${bytes.length} bytes. Start anew without it.`,
    );
  if (bytes.length < 16 || bytes.length % 4 !== 0) throw bad("cut short");
  const buffer = bytes.slice().buffer;
  const words = new Uint32Array(buffer);
  if (words[0] !== MAGIC) throw bad("not a checkpoint");
  if (words[1] !== FORMAT) throw bad(`format ${words[1]} is not known`);
  if (words[words.length - 1] !== checksum(words, words.length - 1)) throw bad("damaged");
  const { layout, ...header } = JSON.parse(new TextDecoder().decode(bytes.subarray(12, 12 + words[2])));
  const vectors: Record<string, Float32Array> = {};
  let at = 12 + Math.ceil(words[2] / 4) * 4;
  for (const [name, length] of layout as [string, number][]) {
    vectors[name] = new Float32Array(buffer, at, length).slice();
    at += 4 * length;
  }
  return { header, vectors };
}

/** Tells one set of tables from another. */
export function digest(sources: Readonly<Record<string, Source>>): number {
  let sum = 0;
  for (const tables of Object.values(sources)) {
    for (const { data } of Object.values(tables)) {
      const words = new Uint32Array(data.buffer, data.byteOffset, data.length);
      sum = checksum(words, words.length) ^ Math.imul(sum, 31);
    }
  }
  return sum >>> 0;
}

/** Mixes all bits of each word into the sum, so that any one that flips changes it (the finaliser of MurmurHash3). */
function checksum(words: Uint32Array, length: number): number {
  let sum = length;
  for (let i = 0; i < length; i++) {
    sum = Math.imul(sum ^ words[i], 0x85ebca6b);
    sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
    sum ^= sum >>> 16;
  }
  return sum >>> 0;
}
