import { EventTable, flatColumn, jaggedColumn, type TypedArray } from "../../../src/index.js";
import { type ExpressionOptions, evaluateExpression, parseExpression } from "../../../src/physics/expression/index.js";

const LISTS = Int32Array.of(0, 2, 2, 3);
const NAN = Number.NaN;

const flat = (name: string, ...values: number[]) => flatColumn(name, Float64Array.from(values));
const jets = (name: string, ...values: number[]) => jaggedColumn(name, LISTS, Float64Array.from(values));
const muons = (name: string, values: TypedArray) => jaggedColumn(name, Int32Array.of(0, 1, 3, 3), values);

/**
 * Three events: tracks in spherical, vectors in Cartesian and transverse form, 2, 0 and 1 jets of which the first is lost
 * in reconstruction, and columns named as in NanoAOD, without levels.
 */
export const SAMPLE = new EventTable([
  flat("truth_pip_p", 2, 3, 0.5),
  flat("truth_pip_theta", 0.5, 1.2, 3),
  flat("truth_pip_phi", 3, -1, 2),
  flat("truth_pim_p", 1, 4, 0.25),
  flat("truth_pim_theta", 2.5, 0.2, 1),
  flat("truth_pim_phi", -3, 1, 2.5),
  flat("truth_z_px", 1, 0, 3),
  flat("truth_z_py", -2, 3, 1),
  flat("truth_z_pz", 2, 4, -2),
  flat("truth_z_energy", 5, 13, 4),
  flat("truth_w", 4, -9, 1),
  flat("reco_w", 5, NAN, 2),
  flat("w", -1, -1, -1),
  flat("truth_x", NAN, 2, 0),
  flatColumn("run", BigInt64Array.of(7n, 8n, 9n)),
  flatColumn("truth_covariance", Float64Array.of(1, 2, 3, 4, 5, 6), { width: 2 }),
  flat("truth_lead_pt", 1, 2, 3),
  flat("truth_lead_eta", 1, 2, 3),
  flat("truth_fat_pt", 100, 200, 300),
  flat("truth_fat_eta", 1, -1, 0),
  flat("truth_fat_phi", 0, 2, 1),
  jets("truth_jet_pt", 50, 30, 40),
  jets("truth_jet_eta", 1, -0.5, 2),
  jets("truth_jet_phi", 3, -3, 0),
  jets("truth_jet_mass", 8, 5, 6),
  jets("reco_jet_pt", NAN, 28, 41),
  jets("reco_jet_eta", NAN, -0.5, 2),
  jets("reco_jet_phi", NAN, -3, 0),
  jets("reco_jet_mass", NAN, 5, 6),
  flatColumn("MET_pt", Float32Array.of(40, 10, 5)),
  flatColumn("MET_phi", Float32Array.of(0.5, 2, -3)),
  muons("Muon_pt", Float32Array.of(20, 15, 10)),
  muons("Muon_eta", Float32Array.of(0, 1, -1)),
  muons("Muon_phi", Float32Array.of(1, 2, -2)),
]);

export const BEAM = { px: 0, py: 0, pz: 10, energy: 10 };

/** Values of an expression in the three events, at truth level unless told. */
export function values(text: string, level: "truth" | "reco" = "truth", options: ExpressionOptions = {}): number[] {
  const vectors = { beam: BEAM, ...options.vectors };
  return [...evaluateExpression(parseExpression(text, "q"), SAMPLE, level, { ...options, vectors })];
}

/** Whether two lists agree to 1e-12 of their size, NaN with NaN. */
export function agrees(got: readonly number[], wanted: readonly number[], tolerance = 1e-12): boolean {
  return (
    got.length === wanted.length &&
    got.every((g, i) =>
      Number.isNaN(wanted[i])
        ? Number.isNaN(g)
        : Math.abs(g - wanted[i]) <= tolerance * Math.max(1, Math.abs(wanted[i])),
    )
  );
}
