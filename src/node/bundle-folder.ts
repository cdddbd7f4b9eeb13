/** @file Bundles as folders: written under a temporary name, renamed when whole. */
import { rmSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type Bundle, bundleFiles, MANIFEST_FILE, readBundle } from "../pipeline/bundle.js";
import { IoError } from "../util/errors.js";
import { ioError, readBytes } from "./files.js";

const unfinished = new Set<string>();

/** Whether a path is the folder of a bundle. */
export async function bundleExists(path: string): Promise<boolean> {
  return stat(join(path, MANIFEST_FILE)).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Reads a bundle. @throws IoError where it is not there; DataError where it is damaged. */
export async function readBundleFolder(path: string): Promise<Bundle> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() && !(await bundleExists(path))) {
    throw new IoError(
      `${path}: not a bundle; expected a folder with ${MANIFEST_FILE}. Make one with \`peregrine fit\`.`,
    );
  }
  return readBundle(path, (file) => readBytes(found === undefined ? path : join(path, file)));
}

/**
 * Checks, before hours of training, that a bundle can be written to a path.
 * @throws IoError where the place is taken by something else than a bundle, or cannot be written to.
 */
export async function prepareBundleFolder(path: string): Promise<void> {
  await refuseForeign(path);
  const probe = temporaryName(path);
  try {
    await mkdir(probe);
    await rm(probe, { recursive: true });
  } catch (error) {
    throw writeError(path, error);
  }
}

/** Writes a bundle, in place of an older one of that name. @throws IoError as `prepareBundleFolder`. */
export async function writeBundleFolder(path: string, bundle: Bundle): Promise<void> {
  await refuseForeign(path);
  const temporary = temporaryName(path);
  try {
    await mkdir(temporary);
    unfinished.add(temporary);
    for (const [name, bytes] of bundleFiles(bundle)) await writeFile(join(temporary, name), bytes);
    if (await bundleExists(path)) {
      const old = `${temporary}.old`;
      await rename(path, old);
      await rename(temporary, path);
      await rm(old, { recursive: true });
    } else {
      await rename(temporary, path);
    }
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw writeError(path, error);
  } finally {
    unfinished.delete(temporary);
  }
}

/** Removes the folders of unfinished bundles at once, for a process that must end now. */
export function abortAllBundles(): void {
  for (const folder of unfinished) rmSync(folder, { recursive: true, force: true });
  unfinished.clear();
}

function temporaryName(path: string): string {
  const full = resolve(path);
  return join(dirname(full), `.${basename(full)}.${process.pid}.part`);
}

async function refuseForeign(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  const empty = found.isDirectory() && (await readdir(path)).length === 0;
  if (!empty && !(await bundleExists(path))) {
    throw new IoError(`${path}: is there already, and is not a bundle; expected a new name. Choose another one.`);
  }
}

function writeError(path: string, error: unknown): Error {
  if ((error as NodeJS.ErrnoException).code === "ENOENT") {
    return new IoError(`${path}: cannot write: folder "${dirname(resolve(path))}" does not exist. Create it first.`);
  }
  return ioError(path, "write", error);
}
