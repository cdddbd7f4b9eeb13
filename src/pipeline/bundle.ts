/** @file A bundle: a fitted model as a manifest and binary parts. Where they are stored is the caller's affair. */
import { z } from "zod";
import { recipes } from "../models/registry.js";
import { DataError } from "../util/errors.js";
import type { RunSpec } from "./run-spec.js";

export const BUNDLE_VERSION = 1;

const partSchema = z.object({ name: z.string(), bytes: z.int(), sha256: z.string() });

const manifestSchema = z.object({
  format: z.literal("peregrine-bundle"),
  version: z.literal(BUNDLE_VERSION),
  method: z.string(),
  package: z.string(),
  spec: z.unknown(),
  training: z.object({
    events: z.int(),
    digest: z.string(),
    generated: z.object({ events: z.int(), digest: z.string() }).optional(),
    whole: z.object({ events: z.int(), digest: z.string() }).optional(),
  }),
  summary: z.record(z.string(), z.unknown()),
  history: z
    .array(z.object({ stage: z.string(), steps: z.array(z.number()), losses: z.array(z.number()) }))
    .default([]),
  parts: z.array(partSchema),
});

/** What the numbers of a bundle mean: enough to know it in ten years. */
export interface Manifest extends Omit<z.infer<typeof manifestSchema>, "spec"> {
  readonly spec: RunSpec;
}

export interface Bundle {
  readonly manifest: Manifest;
  readonly parts: ReadonlyMap<string, Uint8Array>;
}

export const MANIFEST_FILE = "manifest.json";

/** File name of a part. */
export function partFile(name: string): string {
  return `${name}.bin`;
}

/** Describes parts for the manifest. */
export function describeParts(parts: ReadonlyMap<string, Uint8Array>): Promise<Manifest["parts"]> {
  return Promise.all(
    [...parts].map(async ([name, bytes]) => ({ name, bytes: bytes.byteLength, sha256: await sha256(bytes) })),
  );
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Files of a bundle: what to write where, relative to its folder. */
export function bundleFiles({ manifest, parts }: Bundle): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const [name, bytes] of parts) files.set(partFile(name), bytes);
  files.set(MANIFEST_FILE, new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`));
  return files;
}

/**
 * Reads a bundle back and checks that every part is whole.
 * @param where What to call it in messages. @param read Reads a file of the bundle.
 * @throws DataError where the manifest is not one, or a part differs from what was written.
 */
export async function readBundle(where: string, read: (file: string) => Promise<Uint8Array>): Promise<Bundle> {
  const manifest = parseManifest(where, await read(MANIFEST_FILE));
  const parts = new Map<string, Uint8Array>();
  for (const part of manifest.parts) {
    const bytes = await read(partFile(part.name));
    if (bytes.byteLength !== part.bytes || (await sha256(bytes)) !== part.sha256) {
      throw new DataError(
        `${where}: part "${partFile(part.name)}" is damaged; expected ${part.bytes} bytes with the digest in the manifest, got ${bytes.byteLength} bytes. Fit the model again.`,
      );
    }
    parts.set(part.name, bytes);
  }
  return { manifest, parts };
}

function parseManifest(where: string, bytes: Uint8Array): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new DataError(`${where}: ${MANIFEST_FILE} is not JSON; expected a Peregrine bundle.`, { cause });
  }
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    throw new DataError(`${where}: ${MANIFEST_FILE} is not a bundle's manifest; ${path.join(".")}: ${message}.`);
  }
  const manifest = parsed.data as Manifest;
  if (!recipes.some((recipe) => recipe.name === manifest.method)) {
    throw new DataError(
      `${where}: method "${manifest.method}" is unknown to this version; it was written by ${manifest.package}.`,
    );
  }
  return manifest;
}
