/** @file What every method must keep, found through the registry: a new method is tested by being named there. */
import { beforeAll, describe, expect, test } from "vitest";
import { concatTables, type EventTable } from "../../src/data/event-table.js";
import { recipes } from "../../src/models/registry.js";
import { clasToy } from "../../src/physics/detectors/clas-toy.js";
import { gun } from "../../src/physics/processes/gun.js";
import { type Bundle, bundleFiles, readBundle } from "../../src/pipeline/bundle.js";
import { fit } from "../../src/pipeline/fit.js";
import { parseRunSpec } from "../../src/pipeline/run-spec.js";
import { simulate } from "../../src/pipeline/simulate.js";
import { inlinePool } from "../../src/util/pool.js";
import { collect, sourceOf } from "../helpers/memory.js";

const truth = gun.generate(1500, { seed: 2 });
let training: EventTable;
beforeAll(async () => {
  training = await clasToy.forObjects(["particle"]).simulate(gun.generate(6000, { seed: 1 }), { seed: 1 });
});

/** Further kinds of a method, besides its defaults; few and short steps, as only the contract counts here. */
const variants: Readonly<Record<string, readonly object[]>> = {
  factorised: [
    { reconstruction: { kind: "neighbours" } },
    { reconstruction: { kind: "quantiles", trees: 2 } },
    { reconstruction: { kind: "flow", hidden: [16], epochs: 2 } },
    { reconstruction: { kind: "gan", hidden: [16], epochs: 2 } },
    { acceptance: { kind: "network", hidden: [16] } },
  ],
};
const cases = recipes.flatMap((recipe) =>
  [{}, ...(variants[recipe.name] ?? [])].map(
    (options) => [`${recipe.name} ${JSON.stringify(options)}`, recipe, options] as const,
  ),
);

describe.each(cases)("%s", (_, recipe, options) => {
  const { name } = recipe;
  const spec = parseRunSpec(
    {
      name: "contract",
      method: name,
      options,
      data: { files: ["memory"], objects: [{ name: "particle", variables: ["p", "theta", { name: "phi" }] }] },
    },
    "contract",
  );
  const learn = (seed: number, stages?: Set<string>) =>
    fit(
      spec,
      { events: [sourceOf(training)] },
      {
        pool: inlinePool(),
        seed,
        onProgress: ({ stage, done, total }) => {
          expect(done).toBeLessThanOrEqual(total);
          stages?.add(stage);
        },
      },
    );
  const replay = async (bundle: Bundle, seed = 3, table = truth) =>
    concatTables(await collect(simulate(bundle, sourceOf(table), { seed }, inlinePool())));
  let bundle: Bundle;
  const stages = new Set<string>();
  beforeAll(async () => {
    bundle = await learn(1, stages);
  });

  test("tells what it is, and where from", () => {
    expect(recipe.description.length).toBeGreaterThan(20);
    expect(recipe.reference).toMatch(/arXiv \d{4}\.\d{4,5}/);
    expect(recipe.options.parse({})).toEqual(recipe.options.parse(recipe.options.parse({})));
  });

  test("reports its progress", () => {
    expect(stages.size).toBeGreaterThan(1);
  });

  test("gives the announced columns, one row an event, finite where accepted, in their domain", async () => {
    const events = await replay(bundle);
    expect(events.length).toBe(truth.length);
    const accepted = events.flat("accepted_particle");
    for (const variable of ["p", "theta", "phi"]) {
      const values = events.numbers(`reco_particle_${variable}`);
      values.forEach((x, i) => {
        expect(Number.isFinite(x)).toBe(accepted[i] === 1);
        if (variable === "phi" && accepted[i]) expect(Math.abs(x)).toBeLessThanOrEqual(Math.fround(Math.PI));
      });
    }
  });

  test("the same seed gives the same bundle and the same events; another seed others", async () => {
    expect(bundleFiles(await learn(1))).toEqual(bundleFiles(bundle));
    const values = (table: EventTable) => table.columns.map((column) => column.values);
    expect(values(await replay(bundle))).toEqual(values(await replay(bundle)));
    expect(values(await replay(bundle, 4))).not.toEqual(values(await replay(bundle)));
  });

  test("comes back from its files as it was", async () => {
    const files = bundleFiles(bundle);
    const back = await readBundle("bundle", async (file) => files.get(file) as Uint8Array);
    expect((await replay(back)).columns.map((c) => c.values)).toEqual(
      (await replay(bundle)).columns.map((c) => c.values),
    );
  });

  test("an event's outcome does not depend on its neighbours", async () => {
    const alone = await collect(simulate(bundle, sourceOf(truth), { seed: 3, start: 700, stop: 701 }, inlinePool()));
    const among = (await replay(bundle)).slice(700, 701);
    for (const { field, values } of alone[0].columns) expect(values).toEqual(among.column(field.name).values);
  });

  test("stops when asked", async () => {
    const controller = new AbortController();
    const context = { pool: inlinePool(), seed: 1, signal: controller.signal, onProgress: () => controller.abort() };
    await expect(fit(spec, { events: [sourceOf(training)] }, context)).rejects.toThrow();
  });
});
