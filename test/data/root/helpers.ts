import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { concatTables, type EventTable } from "../../../src/data/event-table.js";
import type { ByteSource, OpenOptions, ReadOptions } from "../../../src/data/formats/format.js";
import { rootFormat } from "../../../src/data/formats/root/index.js";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

/** Folder with real files, or undefined where it is absent. */
export const dataFolder = [process.env.PEREGRINE_DATA ?? join(repository, "..", "shared", "data")].find(existsSync);

/** Says why a group of tests is skipped. */
export const needsData = dataFolder === undefined ? " (skipped: no ../shared/data; set PEREGRINE_DATA)" : "";

export function validationData(name: string): unknown {
  return JSON.parse(readFileSync(join(repository, "validation", "data", name), "utf8"));
}

export function realFile(name: string): ByteSource {
  return memorySource(new Uint8Array(readFileSync(join(dataFolder ?? "", name))), name);
}

export function memorySource(bytes: Uint8Array, name = "test.root"): ByteSource {
  return {
    name,
    byteLength: bytes.length,
    slice: async (start, stop = bytes.length) => bytes.slice(start, stop).buffer as ArrayBuffer,
  };
}

export async function readAll(source: ByteSource, read: ReadOptions = {}, open: OpenOptions = {}): Promise<EventTable> {
  const chunks: EventTable[] = [];
  for await (const chunk of (await rootFormat.open(source, open)).read(read)) chunks.push(chunk);
  return concatTables(chunks);
}
