import { type Column, EventTable, flatColumn } from "../../data/event-table.js";
import { type Field, Schema } from "../../data/schema.js";
import type { Draws } from "../../data/simulator.js";
import { Random } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import { trackFields } from "../columns.js";
import { MASS, TWO_PI } from "../constants.js";
import { add, boost, type FourVector, fromSpherical, mass, momentum, phi, theta } from "../four-vector.js";
import { directionIn, helicityDirection } from "../kinematics.js";
import { PhaseSpace } from "../phase-space.js";
import type { Process } from "../process.js";

const BEAM: FourVector = { px: 0, py: 0, pz: 10, energy: 10 };
const TARGET: FourVector = { px: 0, py: 0, pz: 0, energy: MASS.proton };
const INITIAL = add(BEAM, TARGET);
const OBJECTS = ["pip", "pim", "p"] as const;
const MASSES = [MASS.chargedPion, MASS.chargedPion, MASS.proton];
const FIELDS = OBJECTS.flatMap((object) => trackFields("truth", object));

/** Reaction quantities that `derive` adds, without their level. */
const DERIVED: readonly (Partial<Field> & { name: string })[] = [
  { name: "w", unit: "GeV", title: "W" },
  { name: "m2pi", unit: "GeV", title: "M(π⁺π⁻)" },
  { name: "cos_cm", title: "cos θ_CM(p)" },
  { name: "phi_cm", unit: "rad", title: "φ_CM(p)", period: TWO_PI },
  { name: "cos_helicity", title: "cos θ_hel(π⁺)" },
  { name: "phi_helicity", unit: "rad", title: "φ_hel(π⁺)", period: TWO_PI },
];

/**
 * gamma p -> pi+ pi- p with a 10 GeV photon on a proton at rest, uniform in three-body phase space.
 * Reference: arXiv 2207.11254, the toy reaction (whose published macro inverts the accept-reject test; this one does not).
 */
export const photoproduction: Process = {
  name: "photoproduction",
  description: "γ p → π⁺ π⁻ p at 10 GeV, uniform in phase space",
  objects: OBJECTS,
  schema: new Schema(FIELDS),
  generate(n: number, { seed, firstEvent = 0 }: Draws): EventTable {
    const random = new Random(seed, STREAMS.generate);
    const phaseSpace = new PhaseSpace(mass(INITIAL), MASSES);
    const velocity = INITIAL.pz / INITIAL.energy;
    const values = FIELDS.map(() => new Float32Array(n));
    for (let i = 0; i < n; i++) {
      const products = phaseSpace.generate(random.at(firstEvent + i));
      for (let j = 0; j < 3; j++) {
        const lab = boost(products[j], 0, 0, velocity);
        values[3 * j][i] = momentum(lab);
        values[3 * j + 1][i] = theta(lab);
        values[3 * j + 2][i] = phi(lab);
      }
    }
    return new EventTable(
      values.map((column, k) => flatColumn(FIELDS[k].name, column, FIELDS[k])),
      n,
    );
  },
  derive(table: EventTable): EventTable {
    const derived = table.with(reactionColumns(table, "truth"));
    if (!OBJECTS.every((object) => table.has(`reco_${object}_p`))) return derived;
    return derived.with(reactionColumns(table, "reco"));
  },
};

/** Masses and angles of the reaction from the three momenta; NaN where any of them is. */
function reactionColumns(table: EventTable, level: "truth" | "reco"): Column[] {
  const inputs = OBJECTS.map((object) => ["p", "theta", "phi"].map((v) => table.flat(`${level}_${object}_${v}`)));
  const out = DERIVED.map(() => new Float32Array(table.length));
  for (let i = 0; i < table.length; i++) {
    const [pip, pim, proton] = inputs.map(([p, polar, azimuth], j) =>
      fromSpherical(Number(p[i]), Number(polar[i]), Number(azimuth[i]), MASSES[j]),
    );
    const pair = add(pip, pim);
    const cm = directionIn(proton, INITIAL);
    const helicity = helicityDirection(pip, pair, proton, BEAM);
    out[0][i] = mass(add(pair, proton));
    out[1][i] = mass(pair);
    out[2][i] = cm.cosTheta;
    out[3][i] = cm.phi;
    out[4][i] = helicity.cosTheta;
    out[5][i] = helicity.phi;
  }
  return DERIVED.map((field, k) => flatColumn(`${level}_${field.name}`, out[k], { ...field, role: level }));
}
