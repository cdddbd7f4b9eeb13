import { promisify } from "node:util";
import { deflateSync, inflateSync, type ZlibOptions, deflate as zlibDeflate, inflate as zlibInflate } from "node:zlib";

const inflateAsync = promisify(zlibInflate);
const deflateAsync = promisify<Uint8Array, ZlibOptions, Buffer>(zlibDeflate);

/** Below this many bytes, handing a stream to the thread pool costs more than the work itself. */
const SMALL = 16_384;

/**
 * Inflates one zlib stream on Node's thread pool, so that several columns inflate at once on several cores.
 * @param rawLength Bytes after inflating; more are refused.
 */
export async function inflate(bytes: Uint8Array, rawLength: number): Promise<Uint8Array> {
  // One byte more than needed, so that zlib sees the end of the stream in its first and only piece of output.
  const options = { chunkSize: Math.max(64, rawLength + 1), maxOutputLength: Math.max(rawLength, 1) };
  return rawLength < SMALL ? inflateSync(bytes, options) : await inflateAsync(bytes, options);
}

/** Makes one zlib stream at the fastest level on Node's thread pool, so that several columns are compressed at once. */
export async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  // Room for all output in one piece; zlib adds at most 5 bytes for every 16 kB that it cannot shrink.
  const options = { level: 1, chunkSize: bytes.length + 5 * ((bytes.length >> 14) + 1) + 64 };
  return bytes.length < SMALL ? deflateSync(bytes, options) : await deflateAsync(bytes, options);
}
