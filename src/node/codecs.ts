import { promisify } from "node:util";
import { inflate as zlibInflate } from "node:zlib";

const inflateAsync = promisify(zlibInflate);

/**
 * Inflates one zlib stream on Node's thread pool, so that several columns inflate at once on several cores.
 * @param rawLength Bytes after inflating; more are refused.
 */
export async function inflate(bytes: Uint8Array, rawLength: number): Promise<Uint8Array> {
  return await inflateAsync(bytes, { maxOutputLength: Math.max(rawLength, 1) });
}
