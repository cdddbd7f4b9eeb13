import type { ByteSink, ByteSource } from "../../src/data/formats/format.js";

/** A file in memory. */
export function memorySource(bytes: Uint8Array, name = "memory"): ByteSource {
  return {
    name,
    byteLength: bytes.byteLength,
    slice: async (start, stop = bytes.byteLength) => bytes.slice(start, stop).buffer as ArrayBuffer,
  };
}

/** Collects what is written, copying at once, as a disk does. */
export function memorySink(): ByteSink & { bytes(): Uint8Array } {
  const parts: Uint8Array[] = [];
  return {
    async write(bytes) {
      parts.push(bytes.slice());
    },
    bytes: () => new Uint8Array(Buffer.concat(parts)),
  };
}
