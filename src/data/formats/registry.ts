import { ConfigError } from "../../util/errors.js";
import { didYouMean } from "../../util/suggest.js";
import { csvFormat, tsvFormat } from "./csv.js";
import type { Format } from "./format.js";
import { parquetFormat } from "./parquet.js";
import { rootFormat } from "./root/index.js";

/** All file formats. */
export const formats: readonly Format[] = [rootFormat, parquetFormat, csvFormat, tsvFormat];

/**
 * Returns the format that a file name's ending tells.
 * @throws ConfigError naming the known endings.
 */
export function formatOf(fileName: string): Format {
  const lower = fileName.toLowerCase();
  const found = formats.find((format) => format.extensions.some((ending) => lower.endsWith(ending)));
  if (found !== undefined) return found;
  const known = formats.flatMap((format) => format.extensions);
  const ending = /\.[^./\\]+$/.exec(lower)?.[0] ?? "";
  throw new ConfigError(
    `${fileName}: unknown file type; expected a name ending in ${known.join(", ")}, got ${ending === "" ? "none" : `"${ending}"`}.${didYouMean(ending, known)}`,
  );
}
