/** @file Files that appear under their name only when they are whole, so that a run that is killed leaves no half file. */
import { unlinkSync } from "node:fs";
import { type FileHandle, open, realpath, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ByteSink } from "../data/formats/format.js";
import { IoError } from "../util/errors.js";
import { codeOf, ioError } from "./io-errors.js";

/** A file being written: `commit` gives it its name, `abort` removes it; both may be called twice. */
export interface AtomicFile extends ByteSink {
  commit(): Promise<void>;
  abort(): Promise<void>;
}

/** Temporary files that are neither committed nor aborted. */
const unfinished = new Set<string>();
let count = 0;

/** Removes the temporary files of all unfinished sinks at once, for a process that must end now. */
export function abortAllSinks(): void {
  for (const temporary of unfinished) {
    try {
      unlinkSync(temporary);
    } catch {
      // The process is ending: what cannot be removed stays, under its temporary name.
    }
  }
  unfinished.clear();
}

async function openForWriting(path: string, place: string, flags: "w" | "wx"): Promise<FileHandle> {
  try {
    return await open(place, flags);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw ioError(path, "write", error);
    throw new IoError(`${path}: cannot write: folder "${dirname(path)}" does not exist. Create it first.`, {
      cause: error,
    });
  }
}

/**
 * Starts a file under a temporary name in the same folder. Links are followed; devices and pipes, which cannot be
 * replaced, are written to directly.
 * @throws IoError where the place is a folder or cannot be written to.
 */
export async function createAtomicFile(path: string): Promise<AtomicFile> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new IoError(`${path}: cannot write: it is a folder; expected a file name.`);
  const direct = found !== undefined && !found.isFile();
  const target = found === undefined ? path : await realpath(path);
  const place = direct ? target : join(dirname(target), `.${basename(target)}.${process.pid}-${count++}.part`);
  const handle = await openForWriting(path, place, direct ? "w" : "wx");
  if (!direct) unfinished.add(place);
  let ended = false;

  async function abort(): Promise<void> {
    if (ended) return;
    ended = true;
    await handle.close().catch(() => {});
    if (unfinished.delete(place)) await unlink(place).catch(() => {});
  }

  /** Runs a step of writing; whatever fails removes what was written. */
  async function orAbort(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      await abort();
      throw ioError(path, "write", error);
    }
  }

  let length = 0;

  async function writeAt(bytes: Uint8Array, place: number | undefined): Promise<void> {
    for (let at = 0; at < bytes.byteLength; ) {
      at += (await handle.write(bytes, at, undefined, place === undefined ? undefined : place + at)).bytesWritten;
    }
  }

  return {
    write: (bytes) =>
      orAbort(async () => {
        // Pipes and devices know no positions, and take bytes in order only.
        await writeAt(bytes, direct ? undefined : length);
        length += bytes.byteLength;
      }),
    ...(!direct && { patch: (at: number, bytes: Uint8Array) => orAbort(() => writeAt(bytes, at)) }),
    async commit() {
      if (ended) return;
      await orAbort(async () => {
        await handle.close();
        if (!direct) await rename(place, target);
      });
      ended = true;
      unfinished.delete(place);
    },
    abort,
  };
}

/** Writes a whole file: readers see the old content or the new, never a part. @throws IoError as `createAtomicFile`. */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const file = await createAtomicFile(path);
  await file.write(typeof content === "string" ? new TextEncoder().encode(content) : content);
  await file.commit();
}
