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
  let parts: Uint8Array[] = [];
  const whole = () => {
    parts = [new Uint8Array(Buffer.concat(parts))];
    return parts[0];
  };
  return {
    async write(bytes) {
      parts.push(bytes.slice());
    },
    async patch(at, bytes) {
      whole().set(bytes, at);
    },
    bytes: () => whole().slice(),
  };
}
