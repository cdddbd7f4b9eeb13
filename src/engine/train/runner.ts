/** @file Steps made ready to run: shared out among threads where the graph allows, else as a whole. */
import { fillNormal, fillUniform } from "../../util/fill-random.js";
import { onSharedMemory, type Pool } from "../../util/pool.js";
import { STREAMS } from "../../util/streams.js";
import { Gang } from "../program/gang.js";
import { compile, type Program } from "../program/program.js";
import { BATCH } from "../program/rows.js";
import { partsOf, type RowFeed, type ShardJob } from "../program/shard-layout.js";
import { gather } from "../program/shard-member.js";
import { ShardedProgram, shardJob } from "../program/sharded.js";
import type { Runtime, Value, Values } from "../runtime/runtime.js";
import { MOST_NOISES, type StepGraph } from "./objective-graph.js";
import type { Source } from "./spec.js";

/** Batches so small that it takes longer to bring threads together than to work. */
const FEW_ROWS = 512;
/** Rows times numbers of all vectors below which even one op is not worth sharing. */
const LITTLE_WORK = 5e7;

export interface Runner {
  readonly outputs: readonly string[];
  /**
   * @param index Number that random numbers go by.
   * @param wholes Vectors and numbers; those that the graph does not need are passed over.
   */
  run(index: number, wholes: Values, into: Values): Promise<Values>;
  /** All inputs of a run, to look into what went wrong. */
  feeds(index: number, wholes: Values): Values;
}

export interface RunnerSpec {
  readonly graph: StepGraph;
  readonly rows: number;
  /** Which rows of each source the next run takes; on shared memory, filled before each run. */
  readonly taken: Readonly<Record<string, Int32Array>>;
  /** First of the streams of random numbers that are this runner's own. */
  readonly stream: number;
  /** Sizes of the vectors, by name. */
  readonly wholes: Readonly<Record<string, number>>;
}

/** Copies tables to shared memory, once however many runners read them. */
export function shareSources(sources: Readonly<Record<string, Source>>): Readonly<Record<string, Source>> {
  return Object.fromEntries(
    Object.entries(sources).map(([name, tables]) => [
      name,
      Object.fromEntries(
        Object.entries(tables).map(([table, { data, columns }]) => [table, { data: onSharedMemory(data), columns }]),
      ),
    ]),
  );
}

function rowFeeds({ graph, taken, stream }: RunnerSpec): RowFeed[] {
  return [
    ...graph.tables.map(
      ({ name, source, matrix }): RowFeed => ({
        kind: "table",
        name,
        columns: matrix.columns,
        data: matrix.data,
        rows: taken[source],
      }),
    ),
    ...graph.noises.map(({ name, kind, columns }, k): RowFeed => ({ kind, name, columns, stream: stream + k })),
  ];
}

/** Number of streams that a runner's noises may take. */
export const STREAMS_EACH = MOST_NOISES;
export const FIRST_STREAM = STREAMS.fit + 0x400;

/** Opens runners that share threads. */
export async function openRunners(
  specs: readonly RunnerSpec[],
  seed: bigint,
  runtime: Runtime,
  pool: Pool | undefined,
): Promise<{ readonly runners: readonly Runner[]; close(): Promise<void> }> {
  const threads = pool?.size ?? 1;
  const feeds = specs.map(rowFeeds);
  const jobs: ShardJob[] = [];
  const numbers = specs.map(({ graph, rows, wholes }, k) => {
    if (rows <= FEW_ROWS && !graph.hosts) return undefined;
    const job = shardJob(graph.outputs, { rows, seed, feeds: feeds[k], wholes: needed(graph, wholes), threads });
    return job === undefined ? undefined : jobs.push(job) - 1;
  });
  const gang = jobs.length === 0 ? undefined : await Gang.open(jobs, runtime, pool);
  const open: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const program of open) await program.close();
    await gang?.close();
  };
  try {
    const runners: Runner[] = [];
    for (const [k, spec] of specs.entries()) {
      const number = numbers[k];
      const all = new WholeBatch(feeds[k], spec.rows, seed);
      if (number !== undefined && gang !== undefined) {
        const program = await ShardedProgram.create(jobs[number], number, gang, runtime);
        open.push(program);
        runners.push({
          outputs: program.outputs,
          run: (index, wholes, into) => program.run(index, wholes, into),
          feeds: (index, wholes) => ({ ...wholes, ...all.fill(index) }),
        });
      } else {
        const numbers = Object.values(spec.wholes).reduce((a, b) => a + b, 0);
        const program = await compile(spec.graph.outputs, runtime, {
          threads: spec.rows * numbers < LITTLE_WORK ? 1 : undefined,
          sizes: { [BATCH]: spec.rows },
        });
        open.push(program);
        runners.push(plainRunner(program, all, seed));
      }
    }
    return { runners, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function needed(graph: StepGraph, wholes: Readonly<Record<string, number>>): Record<string, number> {
  return { ...wholes, numbers: graph.numbers.length };
}

function plainRunner(program: Program, all: WholeBatch, seed: bigint): Runner {
  const pick = (values: Values): Values =>
    Object.fromEntries(program.inputs.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
  return {
    outputs: program.outputs,
    run: (index, wholes, into) => program.run(pick({ ...wholes, ...all.fill(index) }), into, { seed, index }),
    feeds: (index, wholes) => ({ ...wholes, ...all.fill(index) }),
  };
}

/** The fed tables of a batch in one piece, the same numbers as when it is worked on in parts. */
class WholeBatch {
  readonly #feeds: readonly RowFeed[];
  readonly #rows: number;
  readonly #seed: bigint;
  #values: Record<string, Value> | undefined;

  constructor(feeds: readonly RowFeed[], rows: number, seed: bigint) {
    this.#feeds = feeds;
    this.#rows = rows;
    this.#seed = seed;
  }

  fill(index: number): Values {
    const parts = partsOf(this.#rows);
    this.#values ??= Object.fromEntries(
      this.#feeds.map(({ name, columns }) => {
        const data = new Float32Array(this.#rows * columns);
        return [name, { dtype: "float32", shape: [this.#rows, columns], data } as Value];
      }),
    );
    for (const feed of this.#feeds) {
      const data = this.#values[feed.name].data as Float32Array;
      parts.forEach((part, number) => {
        const own = data.subarray(part.start * feed.columns, part.end * feed.columns);
        if (feed.kind === "table") gather(own, feed, part);
        else {
          (feed.kind === "normal" ? fillNormal : fillUniform)(
            own,
            this.#seed,
            feed.stream,
            index * parts.length + number,
          );
        }
      });
    }
    return this.#values;
  }
}
