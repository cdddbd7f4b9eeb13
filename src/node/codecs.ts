import { promisify } from "node:util";
import { inflateSync, inflate as zlibInflate } from "node:zlib";

const inflateAsync = promisify(zlibInflate);

/** Below this many bytes, handing a stream to the thread pool costs more than inflating it. */
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
