import { expect, test } from "vitest";
import { EventTable, flatColumn, jaggedColumn } from "../../src/data/event-table.js";
import type { CollectionObject, SlotObject } from "../../src/data/objects.js";
import { neededColumns, toPaired } from "../../src/data/pairing.js";
import { publish } from "../../src/data/publish.js";
import { DataError, SchemaError } from "../../src/util/errors.js";

const jet: CollectionObject = {
  kind: "collection",
  name: "jet",
  variables: [
    { name: "pt", truth: "GenJet_pt", reco: "Jet_pt", response: "ratio", unit: "GeV" },
    { name: "eta", truth: "GenJet_eta", reco: "Jet_eta", response: "difference" },
  ],
  conditions: ["GenJet_flavour", "rho"],
  link: "Jet_genJetIdx",
  where: [{ column: "GenJet_pt", min: 10 }],
  order: "pt",
};

/** Three events: three, no and two true jets; four, one and two reconstructed ones. */
const events = new EventTable([
  jaggedColumn("GenJet_pt", Int32Array.of(0, 3, 3, 5), Float32Array.of(50, 5, 30, 20, 40)),
  jaggedColumn("GenJet_eta", Int32Array.of(0, 3, 3, 5), Float32Array.of(0.1, 0.2, 0.3, 0.4, 0.5)),
  jaggedColumn("GenJet_flavour", Int32Array.of(0, 3, 3, 5), Int32Array.of(5, 1, 21, 4, -5)),
  flatColumn("rho", Float32Array.of(7, 8, 9)),
  jaggedColumn("Jet_pt", Int32Array.of(0, 4, 5, 7), Float32Array.of(52, 28, 25, 15, 33, 44, 18)),
  jaggedColumn("Jet_eta", Int32Array.of(0, 4, 5, 7), Float32Array.of(0.11, 0.31, 0.32, 0.9, 1, 0.51, 0.41)),
  // Event 0: jet 0 from true 0, jets 1 and 2 both from true 2, jet 3 from the soft true jet 1; event 1: a fake.
  jaggedColumn("Jet_genJetIdx", Int32Array.of(0, 4, 5, 7), Int32Array.of(0, 2, 2, 1, -1, 1, 0)),
  flatColumn("w", Float32Array.of(1, 2, 3), { role: "weight" }),
]);

const list = (table: EventTable, name: string) => {
  const { offsets, values } = table.column(name);
  return Array.from({ length: table.length }, (_, i) =>
    Array.from(values.subarray((offsets as Int32Array)[i], (offsets as Int32Array)[i + 1]), Number),
  );
};

test("reconstructed jets are moved to the true jets that they name", () => {
  const { table, entries, links } = toPaired(events, [jet], "fit", true);
  expect(list(table, "truth_jet_pt")).toEqual([[50, 30], [], [20, 40]]);
  expect(list(table, "accepted_jet")).toEqual([[1, 1], [], [1, 1]]);
  // Of two that name one true jet, the first counts.
  expect(list(table, "reco_jet_pt")).toEqual([[52, 28], [], [18, 44]]);
  expect(list(table, "condition_jet_GenJet_flavour")).toEqual([[5, 21], [], [4, -5]]);
  expect(list(table, "condition_jet_rho")).toEqual([[7, 7], [], [9, 9]]);
  expect([...(entries.get("jet") as Int32Array)]).toEqual([0, 2, 0, 1]);
  expect(links.get("jet")).toEqual({ total: 6, stray: 0 });
  expect(table.withRole("weight")?.field.name).toBe("w");
});

test("slices pair as the whole does", () => {
  const { table } = toPaired(events.slice(1, 3), [jet], "fit", true);
  expect(list(table, "truth_jet_pt")).toEqual([[], [20, 40]]);
  expect(list(table, "reco_jet_pt")).toEqual([[], [18, 44]]);
});

test("links beyond the stored jets count as none; if most do, the column is wrong", () => {
  const offsets = Int32Array.of(0, 4, 5, 7);
  const withLinks = (...links: number[]) =>
    events.with([jaggedColumn("Jet_genJetIdx", offsets, Int32Array.from(links))]);
  const { table, links } = toPaired(withLinks(0, 3, -1, -1, -1, 1, 0), [jet], "fit", true);
  expect(links.get("jet")).toEqual({ total: 4, stray: 1 });
  expect(list(table, "accepted_jet")).toEqual([[1, 0], [], [1, 1]]);
  expect(() => toPaired(withLinks(9, 9, 9, 9, 9, 0, 0), [jet], "fit", true)).toThrow(DataError);
});

test("columns of another collection are refused", () => {
  const mixed = { ...jet, variables: [jet.variables[0], { ...jet.variables[1], truth: "Jet_eta" }] };
  expect(() => toPaired(events, [mixed], "fit", true)).toThrow(
    /"Jet_eta" and "GenJet_pt" belong to different collections/,
  );
  expect(() => toPaired(events, [{ ...jet, link: "rho" }], "fit", true)).toThrow(SchemaError);
});

test("simulated jets come back as lists in falling pt, linked to the file's own indices", () => {
  const paired = toPaired(events, [jet], "simulate", false);
  const offsets = paired.table.column("truth_jet_pt").offsets as Int32Array;
  const simulated = paired.table.with([
    jaggedColumn("accepted_jet", offsets, Uint8Array.of(1, 1, 0, 1), { dtype: "bool" }),
    jaggedColumn("reco_jet_pt", offsets, Float32Array.of(20, 35, Number.NaN, 41)),
    jaggedColumn("reco_jet_eta", offsets, Float32Array.of(0.12, 0.33, Number.NaN, 0.52)),
  ]);
  const table = new EventTable(publish(simulated, paired, [jet]));
  expect(table.schema.names).toEqual(["Jet_pt", "Jet_eta", "Jet_genJetIdx"]);
  expect(list(table, "Jet_pt")).toEqual([[35, 20], [], [41]]);
  expect(list(table, "Jet_genJetIdx")).toEqual([[2, 0], [], [1]]);
});

test("one model serves several slots through a column template", () => {
  const track: SlotObject = {
    kind: "slots",
    name: "particle",
    variables: [{ name: "p", truth: "gen_{object}_p", reco: "rec_{object}_p", response: "difference" }],
    conditions: [],
    accepted: "ok_{object}",
    slots: ["pip", "pim"],
  };
  expect(neededColumns([track], "fit", true)).toEqual(["gen_particle_p", "rec_particle_p", "ok_particle"]);
  expect(neededColumns([track], "simulate", false)).toEqual(["gen_pip_p", "gen_pim_p"]);
  const raw = new EventTable([
    flatColumn("gen_pip_p", Float32Array.of(1, 2)),
    flatColumn("gen_pim_p", Float32Array.of(3, 4)),
    flatColumn("rec_pip_p", Float32Array.of(1.1, Number.NaN)),
    flatColumn("rec_pim_p", Float32Array.of(3.1, 4.1)),
    flatColumn("ok_pip", Int32Array.of(1, 0)),
    flatColumn("ok_pim", Int32Array.of(7, 1)),
  ]);
  const { table } = toPaired(raw, [track], "simulate", true);
  expect([...table.numbers("accepted_pip")]).toEqual([1, 0]);
  expect([...table.numbers("accepted_pim")]).toEqual([1, 1]);
  expect([...table.numbers("truth_pim_p")]).toEqual([3, 4]);
});
