import { rmdirSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf, ioError } from "./io-errors.js";

/**
 * Makes a folder with all its parents, where it is not there yet.
 * @returns Removes again, where they are empty, the folders that were made.
 * @throws IoError where that cannot be done.
 */
export async function makeFolder(path: string): Promise<() => void> {
  const made: string[] = [];
  // Not `recursive`: where a folder may hold no others (as in /proc), Node then asks for ever.
  const make = async (folder: string, orParent: boolean): Promise<void> => {
    try {
      await mkdir(folder);
      made.push(folder);
    } catch (error) {
      if (codeOf(error) === "EEXIST") return;
      const parent = dirname(folder);
      if (codeOf(error) !== "ENOENT" || !orParent || parent === folder) throw ioError(path, "write", error);
      const before = made.length;
      await make(parent, true);
      if (made.length === before) throw ioError(path, "write", error);
      await make(folder, false);
    }
  };
  await make(path, true);
  return () => {
    for (const folder of made.reverse()) {
      try {
        rmdirSync(folder);
      } catch {
        // It holds something by now, and stays.
      }
    }
  };
}
