import { describe, expect, it } from "vitest";
import type { TableSource } from "../../src/data/formats/format.js";
import type { ObjectSpec } from "../../src/data/objects.js";
import { type DType, Schema } from "../../src/data/schema.js";
import { keptColumns } from "../../src/pipeline/kept-columns.js";
import { ConfigError, SchemaError } from "../../src/util/errors.js";

const variable = (name: string, truth: string, reco: string) => ({ name, truth, reco, response: "ratio" as const });

const jets: ObjectSpec = {
  kind: "collection",
  name: "jet",
  variables: [variable("pt", "GenJet_pt", "Jet_pt"), variable("eta", "GenJet_eta", "Jet_eta")],
  conditions: ["GenJet_flavour"],
  link: "Jet_genJetIdx",
  where: [],
  order: "pt",
};

const tracks: ObjectSpec = {
  kind: "slots",
  name: "particle",
  variables: [variable("p", "truth_{object}_p", "reco_{object}_p")],
  conditions: [],
  accepted: "accepted_{object}",
  slots: ["pip", "pim"],
};

function file(columns: Record<string, DType | "list">, skipped: Record<string, string> = {}): TableSource {
  const fields = Object.entries(columns).map(([name, type]) =>
    type === "list" ? { name, dtype: "float32" as const, jagged: true } : { name, dtype: type, jagged: false },
  );
  return {
    name: "truth.root: Events",
    schema: new Schema(fields),
    length: 1,
    skipped: Object.entries(skipped).map(([name, reason]) => ({ name, reason })),
    async *read() {},
  };
}

const nano = file(
  {
    run: "uint32",
    nGenJet: "int32",
    GenJet_pt: "list",
    GenJet_eta: "list",
    GenJet_flavour: "list",
    nJet: "uint32",
    Jet_pt: "list",
    Jet_eta: "list",
    Jet_btag: "list",
    Jet_calibration: "float32",
    JetPuppi_pt: "list",
    Jet_genJetIdx: "list",
    nMuon: "int32",
    Muon_pt: "list",
    weight: "float64",
  },
  { Strings: "string", Objects: "object that was not split" },
);
const needed = ["GenJet_pt", "GenJet_eta", "GenJet_flavour"];

describe("collections", () => {
  it("by default keep what the model needs, and the weight", () => {
    expect(keptColumns([jets], "weight", nano).columns).toEqual([...needed, "weight"]);
    expect(keptColumns([jets], "other", nano)).toEqual({ columns: needed, replaced: [], unreadable: [] });
  });

  it("with * keep all but what tells of the objects simulated anew, and name what cannot be read", () => {
    const { columns, replaced, unreadable } = keptColumns([jets], undefined, nano, ["*"]);
    expect(columns).toEqual([
      ...needed,
      ...["run", "nGenJet", "Jet_calibration", "JetPuppi_pt", "nMuon", "Muon_pt", "weight"],
    ]);
    expect(replaced).toEqual(["nJet", "Jet_pt", "Jet_eta", "Jet_btag", "Jet_genJetIdx"]);
    expect(unreadable.map(({ name }) => name)).toEqual(["Strings", "Objects"]);
  });

  it("keep lists of other objects where asked for by name, but none that is simulated", () => {
    const { columns, replaced } = keptColumns([jets], undefined, nano, ["Jet_*", "Jet_btag", "nJet"]);
    expect(columns).toEqual([...needed, "Jet_calibration", "Jet_btag", "nJet"]);
    expect(replaced).toEqual(["Jet_pt", "Jet_eta", "Jet_genJetIdx"]);
    const clash = () => keptColumns([jets], undefined, nano, ["Jet_pt"]);
    expect(clash).toThrow(ConfigError);
    expect(clash).toThrow(/keep "Jet_pt": the model simulates a column of that name;.*"truth\.Jet_pt"\.$/);
  });

  it("whose true and reconstructed lists share a prefix lose only the simulated ones", () => {
    const both: ObjectSpec = {
      ...jets,
      variables: [variable("pt", "J_truePt", "J_pt")],
      link: "J_link",
      conditions: [],
    };
    const truth = file({ J_truePt: "list", J_pt: "list", J_flavour: "list", nJ: "int32" });
    expect(keptColumns([both], undefined, truth, ["*"])).toMatchObject({
      columns: ["J_truePt", "J_flavour", "nJ"],
      replaced: ["J_pt"],
    });
  });
});

it("slots lose their own columns alone", () => {
  const truth = file({
    ...{ truth_pip_p: "float32", truth_pim_p: "float32", reco_pip_p: "float32", reco_other: "float32" },
    ...{ accepted_pim: "bool", npip: "int32" },
  });
  expect(keptColumns([tracks], undefined, truth, ["*"])).toMatchObject({
    columns: ["truth_pip_p", "truth_pim_p", "reco_other", "npip"],
    replaced: ["reco_pip_p", "accepted_pim"],
  });
});

it("tells what is not there, or cannot be read", () => {
  const keep = (...patterns: string[]) => keptColumns([jets], undefined, nano, patterns);
  expect(() => keep("Muon_p")).toThrow(/no column "Muon_p".*Did you mean "Muon_pt"/);
  expect(() => keep("Tau_*")).toThrow(SchemaError);
  expect(() => keep("Strings")).toThrow(/^truth\.root: Events: column "Strings" cannot be kept: string; /);
  expect(keep("Str*").unreadable).toEqual([{ name: "Strings", reason: "string" }]);
  expect(() => keptColumns([tracks], undefined, nano)).toThrow(/no column "truth_pip_p"/);
});
