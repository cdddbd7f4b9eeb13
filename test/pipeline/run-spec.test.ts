import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseRunSpec, runSpecJsonSchema } from "../../src/pipeline/run-spec.js";
import { ConfigError } from "../../src/util/errors.js";

const minimal = { name: "toy", data: { files: ["a.parquet"], objects: [{ name: "e", variables: ["pt", "phi"] }] } };
const withObject = (object: object) => ({ ...minimal, data: { ...minimal.data, objects: [object] } });

test("defaults follow the house's names and units", () => {
  const spec = parseRunSpec(minimal, "spec");
  expect(spec).toMatchObject({ method: "factorised", seed: 1, evaluate: {} });
  expect(spec.data.objects[0]).toEqual({
    kind: "slots",
    name: "e",
    conditions: [],
    accepted: "accepted_{object}",
    slots: ["e"],
    variables: [
      { name: "pt", truth: "truth_{object}_pt", reco: "reco_{object}_pt", response: "difference", unit: "GeV" },
      {
        name: "phi",
        truth: "truth_{object}_phi",
        reco: "reco_{object}_phi",
        response: "difference",
        unit: "rad",
        period: 2 * Math.PI,
      },
    ],
  });
  expect(spec.options).toHaveProperty("reconstruction.kind", "trees");
});

test("collections take their columns from prefixes, and fall in pt", () => {
  const collection = { truth: "GenJet", reco: "Jet", link: "Jet_genJetIdx" };
  const spec = parseRunSpec(withObject({ name: "jet", collection, variables: ["mass", "pt"] }), "spec");
  expect(spec.data.objects[0]).toMatchObject({
    kind: "collection",
    order: "pt",
    variables: [{ truth: "GenJet_mass", reco: "Jet_mass" }, {}],
  });
});

describe("mistakes are named with their place", () => {
  test.each([
    [{ ...minimal, method: "flow", options: { epoch: 3 } }, /options: unknown key "epoch"\. Did you mean "epochs"\?/],
    [{ ...minimal, metod: "factorised" }, /the top level: unknown key "metod"\. Did you mean "method"\?/],
    [
      { ...minimal, method: "factorized" },
      /method: unknown; expected one of factorised, flow, got "factorized"\. Did you mean "factorised"\?/,
    ],
    [{ ...minimal, data: { ...minimal.data, file: [] } }, /data: unknown key "file"\. Did you mean "files"\?/],
    [
      withObject({ name: "e", variables: [{ name: "pt", respons: "ratio" }] }),
      /data\.objects\.0\.variables\.0: unknown key "respons"\. Did you mean "response"\?/,
    ],
    [
      withObject({ name: "e", variable: ["pt"] }),
      /data\.objects\.0: unknown key "variable"\. Did you mean "variables"\?/,
    ],
    [withObject({ name: "e", variables: ["pt"], order: "pt" }), /belong to collections/],
    [withObject({ name: "e", variables: [{ name: "phi", response: "ratio" }] }), /"phi" is cyclic/],
    [
      { ...minimal, options: { acceptance: { tree: 5 } } },
      /options\.acceptance: unknown key "tree"\. Did you mean "trees"\?/,
    ],
    [{ ...minimal, options: { acceptance: { trees: 0 } } }, /options\.acceptance\.trees: /],
    [{ name: "x" }, /data: /],
    ["text", /the top level: /],
  ])("%j", (input, message) => {
    expect(() => parseRunSpec(input, "spec.yaml")).toThrow(ConfigError);
    expect(() => parseRunSpec(input, "spec.yaml")).toThrow(message);
  });

  test("an object twice", () => {
    const objects = [minimal.data.objects[0], { name: "f", variables: ["pt"], slots: ["e"] }];
    expect(() => parseRunSpec({ ...minimal, data: { ...minimal.data, objects } }, "s")).toThrow(/"e" appears twice/);
  });
});

test("every example is a valid spec", () => {
  const folder = new URL("../../examples/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) parseRunSpec(parse(readFileSync(new URL(file, folder), "utf8")), file);
});

test("the published JSON Schema is that of the code", async () => {
  const schema = runSpecJsonSchema();
  expect(schema).toHaveProperty("properties.data.properties.objects");
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot("../../docs/run-spec.schema.json");
});
