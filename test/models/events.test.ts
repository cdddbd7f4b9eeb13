/** @file What is learned of whole events and of categories: mistakes in the spec and in data, and lists of objects. */
import { describe, expect, test } from "vitest";
import { concatTables, EventTable, flatColumn, jaggedColumn } from "../../src/data/event-table.js";
import { aucOf } from "../../src/models/events/auc.js";
import { clasToyPairs } from "../../src/physics/detectors/clas-toy-pairs.js";
import { photoproduction } from "../../src/physics/processes/photoproduction.js";
import { fit } from "../../src/pipeline/fit.js";
import { parseRunSpec } from "../../src/pipeline/run-spec.js";
import { simulate } from "../../src/pipeline/simulate.js";
import { ConfigError } from "../../src/util/errors.js";
import { inlinePool } from "../../src/util/pool.js";
import { Random } from "../../src/util/random.js";
import { collect, sourceOf } from "../helpers/memory.js";

const track = { name: "pip", variables: ["p", "theta", "phi"] };
const small = { acceptance: { trees: 5, maxDepth: 3 }, reconstruction: { kind: "trees", trees: 2 } };
const specWith = (events: object, objects: readonly object[] = [track], data: object = {}) =>
  parseRunSpec({ name: "x", data: { files: ["a"], objects, ...data }, options: small, events }, "spec");

describe("mistakes are named before anything is learned", () => {
  test.each([
    [{}, [track], {}, /events: nothing to learn; expected `correlations` or `triggers`, got neither/],
    [
      { correlations: { variables: ["accepted_pip"] } },
      [{ ...track, name: "particle", slots: ["pip", "pim"] }],
      {},
      /events\.files: missing; the training files hold "particle" by itself, .*learned of pip, pim/,
    ],
    [
      { triggers: ["t"] },
      [track],
      { generated: ["b"] },
      /events\.files: missing; `data\.files` holds accepted objects/,
    ],
    [{ triggers: ["t", "t"] }, [track], {}, /events\.triggers "t": named twice/],
    [{ triggers: ["accepted_pip"] }, [track], {}, /"accepted_pip": is a column of an object/],
    [{ triggers: [{ column: "t", variables: ["1 +"] }] }, [track], {}, /events\.triggers "t" "1 \+": syntax/],
    [{ correlations: { variable: ["1"] } }, [track], {}, /events\.correlations: .*unknown key "variable"/],
    [{ triggers: ["t"] }, [{ ...track, name: "events" }], {}, /the name "events" is taken/],
  ])("%j", (events, objects, data, message) => {
    expect(() => specWith(events, objects, data)).toThrow(ConfigError);
    expect(() => specWith(events, objects, data)).toThrow(message);
  });

  test.each([
    [{ ...track, categories: [{ name: "p" }] }, /"p" appears twice; expected distinct variables and categories/],
    [
      { ...track, variables: ["p", { name: "score", response: "value", truth: "x" }] },
      /"score" has a true value; expected response "difference" or "ratio", got "value"/,
    ],
    [{ ...track, variables: [{ name: "score", response: "value" }] }, /no variable with a true value/],
  ])("%j", (object, message) => {
    expect(() => parseRunSpec({ name: "x", data: { files: ["a"], objects: [object] } }, "spec")).toThrow(message);
  });

  test("unknown names in expressions, columns that are not there, too few events", async () => {
    const events = await clasToyPairs
      .forObjects(["pip"])
      .simulate(
        photoproduction.generate(300, { seed: 1 }).select(["truth_pip_p", "truth_pip_theta", "truth_pip_phi"]),
        { seed: 1 },
      );
    const learn = (section: object, table = events) => {
      const stages = new Set<string>();
      const onProgress = ({ stage }: { stage: string }) => stages.add(stage);
      const context = { pool: inlinePool(), seed: 1, onProgress };
      return fit(specWith(section), { events: [sourceOf(table)] }, context).finally(() => {
        expect([...stages].filter((stage) => stage.includes("acceptance"))).toEqual(
          table.length < 200 ? ["pip: acceptance"] : [],
        );
      });
    };
    await expect(learn({ correlations: { variables: ["deltaR(pip, pin)"] } })).rejects.toThrow(
      /events\.correlations "deltaR\(pip, pin\)": unknown name .*"pin"\. Did you mean "pip"/,
    );
    await expect(learn({ correlations: { variables: ["pip"] } })).rejects.toThrow(/expected one number an event/);
    await expect(learn({ triggers: ["trigger_trak"] })).rejects.toThrow(/no column "trigger_trak".*"trigger_track"/);
    await expect(learn({ triggers: ["trigger_track"] }, events.slice(0, 100))).rejects.toThrow(
      /events: too few whole events; expected at least 200, got 100|too few whole events to learn from/,
    );
  });
});

test("an area under the curve counts ties half, and heeds weights", () => {
  const scores = Float32Array.of(0, 1, 1, 2, 5);
  expect(aucOf(scores, Float32Array.of(0, 1, 0, 1, 0), Float32Array.of(1, 0, 1, 0, 0)).value).toBe(
    (0.5 + 1 + 1 + 1) / 4,
  );
  expect(aucOf(scores, Float32Array.of(0, 3, 0, 1, 0), Float32Array.of(1, 0, 1, 0, 0)).value).toBe((3 * 1.5 + 2) / 8);
});

describe("lists of objects", () => {
  const N = 3000;
  /** Jets of which the detector finds at most one, with a tag, a score without a truth, and a trigger on their number. */
  const jets = (seed: number) => {
    const random = new Random(seed, 5);
    const lists = { pt: [] as number[], flavour: [] as number[] };
    const found = { pt: [] as number[], tag: [] as number[], score: [] as number[], link: [] as number[] };
    const offsets = [0];
    const recoOffsets = [0];
    const trigger = new Uint8Array(N);
    for (let e = 0; e < N; e++) {
      const n = 1 + random.integer(2);
      const kept = random.integer(n);
      for (let k = 0; k < n; k++) {
        const flavour = random.uniform() < 0.3 ? 5 : 1;
        const pt = 20 + 30 * random.uniform();
        lists.pt.push(pt);
        lists.flavour.push(flavour);
        if (k !== kept || random.uniform() < 0.2) continue;
        found.pt.push(pt * (1 + 0.1 * random.normal()));
        found.tag.push(random.uniform() < (flavour === 5 ? 0.7 : 0.1) ? 5 : 0);
        found.score.push(random.uniform() < 0.2 ? -1 : random.uniform());
        found.link.push(k);
      }
      offsets.push(lists.pt.length);
      recoOffsets.push(found.pt.length);
      trigger[e] = recoOffsets[e + 1] > recoOffsets[e] && random.uniform() < 0.9 ? 1 : 0;
    }
    const list = (name: string, at: readonly number[], values: readonly number[]) =>
      jaggedColumn(name, Int32Array.from(at), Float32Array.from(values));
    return new EventTable([
      list("Gen_pt", offsets, lists.pt),
      jaggedColumn("Gen_flavour", Int32Array.from(offsets), Int32Array.from(lists.flavour)),
      list("Jet_pt", recoOffsets, found.pt),
      list("Jet_score", recoOffsets, found.score),
      jaggedColumn("Jet_tag", Int32Array.from(recoOffsets), Int32Array.from(found.tag)),
      jaggedColumn("Jet_gen", Int32Array.from(recoOffsets), Int32Array.from(found.link)),
      flatColumn("HLT_jet", trigger, { dtype: "bool" }),
    ]);
  };
  const jet = {
    name: "jet",
    collection: { truth: "Gen", reco: "Jet", link: "Jet_gen" },
    variables: [
      { name: "pt", response: "ratio" },
      { name: "score", response: "value" },
    ],
    categories: [{ name: "tag", truth: "Gen_flavour", values: [0, 5] }],
  };
  const events = { correlations: { variables: ["sum(accepted_jet)", "count(truth_jet_pt)"] }, triggers: ["HLT_jet"] };

  test("one jet an event at most, tagged and triggered as in training; no weights", async () => {
    const training = jets(1);
    const bundle = await fit(
      specWith(events, [jet]),
      { events: [sourceOf(training)] },
      { pool: inlinePool(), seed: 1 },
    );
    const truth = jets(2).select(["Gen_pt", "Gen_flavour"]);
    const replay = async (options: object) =>
      concatTables(await collect(simulate(bundle, sourceOf(truth), { seed: 3, ...options }, inlinePool())));
    const out = await replay({});
    const { offsets, values, field } = out.column("Jet_tag");
    expect(field.dtype).toBe("int32");
    const sizes = Array.from({ length: N }, (_, e) => (offsets as Int32Array)[e + 1] - (offsets as Int32Array)[e]);
    // By themselves, a fifth of the events with two jets would have both found.
    expect(sizes.filter((n) => n > 1).length).toBeLessThan(0.02 * N);
    expect(sizes.filter((n) => n === 1).length / N).toBeGreaterThan(0.75);
    expect([...new Set(values as Int32Array)].sort()).toEqual([0, 5]);
    const [links, flavours] = [out.column("Jet_gen").values, truth.column("Gen_flavour")];
    const shares = [1, 5].map((flavour) => {
      const rows: number[] = [];
      for (let e = 0; e < N; e++) {
        for (let k = (offsets as Int32Array)[e]; k < (offsets as Int32Array)[e + 1]; k++) {
          if (flavours.values[(flavours.offsets as Int32Array)[e] + Number(links[k])] === flavour) rows.push(k);
        }
      }
      return rows.filter((k) => values[k] === 5).length / rows.length;
    });
    expect(Math.abs(shares[0] - 0.1)).toBeLessThan(0.04);
    expect(Math.abs(shares[1] - 0.7)).toBeLessThan(0.08);
    const score = out.column("Jet_score").values as Float32Array;
    expect(Math.abs(score.filter((x) => x === -1).length / score.length - 0.2)).toBeLessThan(0.04);
    const fired = out.numbers("HLT_jet");
    expect(sizes.filter((n, e) => n === 0 && fired[e]).length).toBeLessThan(0.01 * N);
    expect(Math.abs(fired.reduce((a, b) => a + b, 0) / sizes.filter((n) => n > 0).length - 0.9)).toBeLessThan(0.03);
    await expect(replay({ acceptance: "weight" })).rejects.toThrow(
      /correlations of this model cannot be kept as weights/,
    );
  });

  test("categories that are no codes, or that were not announced", async () => {
    const learn = (table: EventTable) =>
      fit(specWith({ triggers: ["HLT_jet"] }, [jet]), { events: [sourceOf(table)] }, { pool: inlinePool(), seed: 1 });
    const table = jets(1).slice(0, 500);
    const { offsets, values } = table.column("Jet_tag");
    const with1 = (change: (x: number) => number) =>
      table.with([jaggedColumn("Jet_tag", offsets as Int32Array, Float32Array.from(values as Int32Array, change))]);
    await expect(learn(with1((x) => x + 0.5))).rejects.toThrow(/jet: category "tag": column "Jet_tag" holds no codes/);
    await expect(learn(with1((x) => x + 1))).rejects.toThrow(/unknown code; expected one of 0, 5, got [16]/);
  });
});
