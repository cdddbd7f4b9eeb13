// What a comparison of 100,000 against 100,000 events of ten variables must see, and what it must not.
import { afterAll, expect, it } from "vitest";
import { EventTable, flatColumn } from "../../src/data/event-table.js";
import { evaluate } from "../../src/metrics/index.js";
import { workerPool } from "../../src/node/worker-pool.js";
import { differences } from "../../src/report/words.js";
import { Random } from "../../src/util/random.js";

const EVENTS = 100_000;
const NAMES = Array.from({ length: 10 }, (_, k) => `x${k}`);
const pool = workerPool(2);
afterAll(() => pool.close());

interface Change {
  /** Of x0, in standard deviations. */
  readonly shift?: number;
  /** Correlation of x0 and x1. */
  readonly rho?: number;
  /** Upper end of x3. */
  readonly end?: number;
}

function sample(seed: number, { shift = 0, rho = 0.3, end = Number.POSITIVE_INFINITY }: Change = {}): EventTable {
  const random = new Random(seed);
  const columns = NAMES.map(() => new Float64Array(EVENTS));
  for (let i = 0; i < EVENTS; i++) {
    const x = NAMES.map(() => random.normal());
    while (x[3] > end) x[3] = random.normal();
    x[1] = rho * x[0] + Math.sqrt(1 - rho * rho) * x[1];
    x[0] += shift;
    for (const [k, value] of x.entries()) columns[k][i] = value;
  }
  return new EventTable(columns.map((values, k) => flatColumn(NAMES[k], values)));
}

it.each<[string, Change, readonly string[]]>([
  ["nothing in a fresh half", {}, []],
  ["a shift of 0.02 standard deviations in one variable", { shift: 0.02 }, ["x0"]],
  ["a correlation of 0.35 in place of 0.30", { rho: 0.35 }, ["events"]],
  // Beyond 2.5758 lie 0.5 % of a normal distribution.
  ["a lost tail of 0.5 %", { end: 2.5758 }, ["x3"]],
])(
  "sees %s",
  async (_, change, subjects) => {
    const evaluation = await evaluate(
      sample(101),
      sample(201, change),
      {
        variables: NAMES.map((column) => ({ name: column, column })),
        joints: [{ name: "events", columns: NAMES, classifier: false }],
      },
      { seed: 1, pool },
    );
    const seen = new Set(differences(evaluation).map(({ subject }) => subject));
    for (const subject of subjects) expect(seen).toContain(subject);
    if (subjects.length === 0) expect([...seen]).toEqual([]);
  },
  120_000,
);
