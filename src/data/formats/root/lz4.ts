/**
 * @file Decodes one raw LZ4 block. Own code because the one in hyparquet-compressors neither checks its bounds nor
 * verifies that the block fills its output, so damaged bytes would pass for data.
 * Format: Collet, "LZ4 Block Format Description", in the LZ4 repository.
 */

/** Decodes `input` into `output`. @throws Error where the block is damaged or has another length. */
export function decodeLz4(input: Uint8Array, output: Uint8Array): void {
  const stop = input.length;
  const limit = output.length;
  let i = 0;
  let o = 0;
  while (i < stop) {
    const token = input[i++];
    let literals = token >>> 4;
    if (literals === 15) {
      let more: number;
      do {
        more = input[i++];
        literals += more;
      } while (more === 255);
    }
    if (!(i + literals <= stop && o + literals <= limit)) throw new Error("literals out of bounds");
    if (literals > 32) {
      output.set(input.subarray(i, i + literals), o);
      i += literals;
      o += literals;
    } else for (const end = i + literals; i < end; ) output[o++] = input[i++];
    if (i === stop) break;

    const distance = input[i] | (input[i + 1] << 8);
    i += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let more: number;
      do {
        more = input[i++];
        length += more;
      } while (more === 255);
    }
    if (!(distance > 0 && distance <= o && o + length <= limit)) throw new Error("match out of bounds");
    if (distance >= length && length > 32) {
      output.copyWithin(o, o - distance, o - distance + length);
      o += length;
    } else for (const end = o + length; o < end; o++) output[o] = output[o - distance];
  }
  if (o !== limit) throw new Error(`${o} bytes instead of ${limit}`);
}
