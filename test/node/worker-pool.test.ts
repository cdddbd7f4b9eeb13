import { afterAll, describe, expect, test } from "vitest";
import { workerPool } from "../../src/node/worker-pool.js";
import { generateChunk } from "../../src/pipeline/generate.js";
import { ConfigError, PeregrineError } from "../../src/util/errors.js";
import { Barrier, inlinePool, type Pool } from "../../src/util/pool.js";

const job = (firstEvent: number) => ({
  process: "gun",
  detector: undefined,
  events: 50,
  firstEvent,
  seed: 1n,
  detectorSeed: 1n,
});

describe.each([
  ["threads", () => workerPool(2)],
  ["the calling thread", () => inlinePool()],
])("a pool of %s", (_, make: () => Pool) => {
  const pool = make();
  afterAll(() => pool.close());

  test("gives each task its own result, however many wait", async () => {
    const starts = Array.from({ length: 12 }, (__, k) => 50 * k);
    const tables = await Promise.all(starts.map((start) => pool.run(generateChunk, job(start))));
    const direct = await generateChunk.run(job(150), { report: () => {} });
    expect(tables[3].columns[0].values).toEqual(direct.columns[0].values);
    expect(new Set(tables.map((table) => table.columns[0].values[0])).size).toBe(12);
  });

  test("hands on a failure with its words and exit code, and goes on working", async () => {
    const failure = await pool.run(generateChunk, { ...job(0), process: "gnu" }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PeregrineError);
    expect((failure as PeregrineError).message).toMatch(/process: unknown; .*Did you mean "gun"/);
    expect((failure as PeregrineError).exitCode).toBe(2);
    expect((await pool.run(generateChunk, job(0))).length).toBe(50);
  });
});

test("a pool's size is checked", () => {
  expect(() => workerPool(0)).toThrow(ConfigError);
  expect(() => workerPool(1.5)).toThrow(/threads: out of range/);
});

test("a closed pool takes no more work", async () => {
  const pool = workerPool(1);
  await pool.run(generateChunk, job(0));
  await pool.close();
  await expect(pool.run(generateChunk, job(0))).rejects.toThrow(/closed/);
});

test("a barrier of one never waits, and an aborted one tells its partner", () => {
  new Barrier(1, Barrier.allocate()).wait();
  const buffer = Barrier.allocate();
  new Barrier(2, buffer).abort();
  const words = new Int32Array(buffer);
  expect(words[2]).toBe(1);
});
