import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { IoError, PeregrineError } from "../util/errors.js";
import { nearestName } from "../util/suggest.js";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file is larger than the file system or a limit allows",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is a file, not a folder",
  EMFILE: "too many files are open",
  EIO: "the disk reported an error",
  ENAMETOOLONG: "the name is too long",
  EPIPE: "the program that reads the output has ended",
};

/** The system's code of an error, such as "ENOENT"; an empty string where it has none. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : "";
}

/** Turns what the file system threw into one clear line; other errors come back as they are. */
export function ioError(path: string, action: "read" | "write", error: unknown): Error {
  const code = codeOf(error);
  if (error instanceof PeregrineError) return error;
  if (code === "") return error instanceof Error ? error : new Error(String(error));
  return new IoError(`${path}: cannot ${action}: ${REASONS[code] ?? code}.`, { cause: error });
}

/** The error for a file that is not there, with the nearest name in its folder as remedy. */
export async function notFound(path: string, cause: unknown): Promise<IoError> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined) {
    return new IoError(`${path}: no such file: folder "${folder}" does not exist or cannot be listed.`, { cause });
  }
  const nearest = nearestName(basename(path), names);
  const hint = nearest === undefined ? "" : ` Did you mean "${join(folder, nearest)}"?`;
  return new IoError(`${path}: no such file.${hint}`, { cause });
}
