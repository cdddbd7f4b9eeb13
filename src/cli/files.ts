/** @file What several commands do with paths. */
import { dirname, isAbsolute, join } from "node:path";
import { parse } from "yaml";
import type { EventTable } from "../data/event-table.js";
import { bundleExists, readBundleFolder } from "../node/bundle-folder.js";
import { abortAllSinks, createTable, openTable, readBytes } from "../node/files.js";
import type { Manifest } from "../pipeline/bundle.js";
import { type ComparisonSpec, comparisonOf, parseComparisonSpec } from "../pipeline/comparison-spec.js";
import { parseRunSpec, type RunSpec } from "../pipeline/run-spec.js";
import { ConfigError, DataError } from "../util/errors.js";
import { onEarlyEnd } from "./failure.js";

/** Reads a run spec from YAML or JSON. @throws ConfigError for bad syntax or content, with line and column. */
export async function readRunSpec(path: string): Promise<RunSpec> {
  return parseRunSpec(await readYaml(path), path);
}

async function readYaml(path: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readBytes(path));
  try {
    return parse(text, { prettyErrors: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0].replace(/:$/, "") : String(error);
    throw new ConfigError(`${path}: not valid YAML: ${reason}`);
  }
}

/** What a comparison takes from a spec file or from a bundle, which also tells how its fit went. */
export async function readForComparison(
  path: string,
): Promise<{ readonly spec: ComparisonSpec; readonly manifest?: Manifest }> {
  if (!(await bundleExists(path))) return { spec: parseComparisonSpec(await readYaml(path), path) };
  const { manifest } = await readBundleFolder(path);
  return { spec: comparisonOf(manifest.spec), manifest };
}

/** Paths in a spec are relative to the spec. */
export function besideSpec(specPath: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(specPath), path);
}

/** Writes chunks to a table file that appears only when it is whole; returns the number of events. */
export async function writeChunks(
  path: string,
  chunks: AsyncIterable<EventTable>,
  onProgress: (done: number) => void,
  options: Parameters<typeof createTable>[2] = {},
): Promise<number> {
  onEarlyEnd(abortAllSinks);
  let sink: Awaited<ReturnType<typeof createTable>> | undefined;
  let events = 0;
  try {
    for await (const chunk of chunks) {
      sink ??= await createTable(path, chunk.schema, options);
      await sink.write(chunk);
      events += chunk.length;
      onProgress(events);
    }
    if (sink === undefined)
      throw new DataError(`${path}: not written: there are no events to write; expected at least one.`);
    await sink.close();
  } catch (error) {
    await sink?.abort();
    throw error;
  }
  return events;
}

export type OpenTable = Awaited<ReturnType<typeof openTable>>;

/** Opens tables, runs work on them, and closes them whatever happens. */
export async function withTables<T>(
  paths: readonly string[],
  tree: string | undefined,
  work: (tables: OpenTable[]) => Promise<T>,
): Promise<T> {
  const tables: OpenTable[] = [];
  try {
    for (const path of paths) tables.push(await openTable(path, tree === undefined ? {} : { tree }));
    return await work(tables);
  } finally {
    for (const table of tables) await table.close();
  }
}
