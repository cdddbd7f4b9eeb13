// A small comparison with everything that a report can show, shared by the report's tests.
import { EventTable, flatColumn } from "../../src/data/event-table.js";
import type { EvaluationSpec } from "../../src/metrics/index.js";
import type { ReportContext } from "../../src/report/index.js";
import { Random } from "../../src/util/random.js";
import { training } from "./sample-evaluation.js";

/** Words that would end scripts, start images and break quotes if they were not escaped. */
export const NASTY = `</script><script>alert("1")</script><!--<img src=x onerror='alert(2)'>&amp;`;

/** Events with signed weights: truth, a smeared value where accepted, counts, a constant, and a mask that lets nothing through. */
export function simulate(seed: number, n: number, width: number): EventTable {
  const random = new Random(seed);
  const truth = Float64Array.from({ length: n }, () => 1 + random.exponential());
  const accepted = Uint8Array.from(truth, () => (random.uniform() < 0.7 ? 1 : 0));
  const reco = truth.map((p, i) => (accepted[i] === 1 ? p + width * random.normal() : Number.NaN));
  const hits = Int32Array.from({ length: n }, () => random.poisson(4));
  const weights = Float64Array.from({ length: n }, () => (random.uniform() < 0.1 ? -0.5 : 1));
  const kind = Int32Array.from({ length: n }, () => (random.uniform() < 0.6 ? 211 : 2212));
  const taken = kind.map((code) => (random.uniform() < 0.5 * width ? 321 : code));
  return new EventTable([
    flatColumn("kind", kind),
    flatColumn("taken", taken),
    flatColumn("truth_p", truth, { unit: "GeV" }),
    flatColumn("reco_p", reco, { unit: "GeV" }),
    flatColumn("accepted", accepted, { dtype: "bool" }),
    flatColumn("nothing", new Uint8Array(n), { dtype: "bool" }),
    flatColumn("hits", hits),
    flatColumn("constant", new Float64Array(n).fill(3)),
    flatColumn("w", weights, { role: "weight" }),
  ]);
}

export const spec: EvaluationSpec = {
  variables: [
    { name: "p", column: "reco_p", when: "accepted", title: "p(π⁺)", group: "pip", range: [0, 10] },
    { name: "hits", column: "hits", title: NASTY, unit: "<u>", group: NASTY },
    { name: "constant", column: "constant" },
    { name: "π⁺", column: "truth_p", group: "π⁺" },
    { name: "π⁻", column: "truth_p", group: "π⁻" },
    { name: "lost", column: "reco_p", when: "nothing" },
  ],
  responses: [
    {
      name: "dp",
      truth: "truth_p",
      reco: "reco_p",
      when: "accepted",
      kind: "difference",
      against: "truth_p",
      title: "Δp",
      group: "pip",
    },
  ],
  acceptances: [{ name: "pip", accepted: "accepted", against: ["truth_p", "hits"], title: "π⁺", group: "pip" }],
  categories: [
    { name: "pid", reco: "taken", truth: "kind", when: "accepted", title: `pid ${NASTY}`, group: "pip" },
    { name: NASTY, reco: "taken" },
  ],
  yields: [{ name: "all", all: ["accepted"], title: `all ${NASTY}` }],
};

export const context: ReportContext = {
  title: `Report ${NASTY}`,
  subtitle: NASTY,
  summary: [NASTY, "second line"],
  provenance: [
    ["Command", `peregrine compare ${NASTY}`],
    ["Run spec", JSON.stringify({ name: NASTY, columns: ["p"] }, null, 2)],
  ],
  training: training(NASTY),
  referenceLabel: "Geant4",
  candidateLabel: "Peregrine",
};
