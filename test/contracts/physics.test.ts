/** @file What every toy process and detector must keep, found through the registries. */
import { describe, expect, test } from "vitest";
import { concatTables, type EventTable } from "../../src/data/event-table.js";
import { detectors, processes } from "../../src/physics/registry.js";

const expectSame = (a: EventTable, b: EventTable) => {
  expect(b.schema.names).toEqual(a.schema.names);
  for (const { field, values } of a.columns) expect(b.column(field.name).values, field.name).toEqual(values);
};

describe.each(processes.map((process) => [process.name, process] as const))("process %s", (_, process) => {
  const events = process.generate(300, { seed: 5 });

  test("gives the announced columns with finite values and units", () => {
    expect(events.schema.fields).toEqual(process.schema.fields);
    for (const { field, values } of events.columns) {
      expect(field.unit, field.name).toBeDefined();
      expect(field.role).toBe("truth");
      for (const x of values) expect(Number.isFinite(Number(x))).toBe(true);
    }
    for (const object of process.objects) expect(events.has(`truth_${object}_phi`)).toBe(true);
  });

  test("gives the same events in any chunks, others for another seed", () => {
    const parts = [0, 100, 101].map((firstEvent, k) => process.generate([100, 1, 199][k], { seed: 5, firstEvent }));
    expectSame(events, concatTables(parts));
    expect(process.generate(300, { seed: 6 }).columns[0].values).not.toEqual(events.columns[0].values);
  });

  test("derives quantities that are finite wherever the event is", () => {
    for (const { values } of process.derive(events).columns) {
      for (const x of values) expect(Number.isFinite(Number(x))).toBe(true);
    }
  });

  describe.each(detectors.map((detector) => [detector.name, detector] as const))("in detector %s", (__, detector) => {
    const simulator = detector.forObjects(process.objects);

    test("keeps the truth and adds the announced columns", async () => {
      const out = await simulator.simulate(events, { seed: 1 });
      expect(out.schema.names).toEqual([...events.schema.names, ...simulator.outputs.names]);
      expectSame(events, out.select(events.schema.names));
    });

    test("answers the same in any chunks", async () => {
      const whole = await simulator.simulate(events, { seed: 1 });
      const parts = [events.slice(0, 77), events.slice(77)].map((part, k) =>
        simulator.simulate(part, { seed: 1, firstEvent: 77 * k }),
      );
      expectSame(whole, concatTables(await Promise.all(parts)));
    });
  });
});
