/** @file Names and fields of momentum columns in paired files: `truth_<object>_<variable>`, `reco_...`, `accepted_<object>`. */
import type { Field } from "../data/schema.js";
import { TWO_PI } from "./constants.js";

/** The momentum of a charged track, as magnitude and angles in the laboratory. */
export const TRACK_VARIABLES = ["p", "theta", "phi"] as const;

const DESCRIPTIONS: Record<(typeof TRACK_VARIABLES)[number], Partial<Field>> = {
  p: { unit: "GeV", title: "P" },
  theta: { unit: "rad", title: "θ" },
  phi: { unit: "rad", title: "φ", period: TWO_PI },
};

/** Fields of the p, theta, phi columns of an object. */
export function trackFields(level: "truth" | "reco", object: string): Field[] {
  return TRACK_VARIABLES.map((variable) => ({
    ...DESCRIPTIONS[variable],
    name: `${level}_${object}_${variable}`,
    dtype: "float32" as const,
    jagged: false,
    role: level,
    title: `${DESCRIPTIONS[variable].title}(${object})`,
  }));
}

/** Field of the flag that tells whether an object was detected. */
export function acceptedField(object: string): Field {
  return { name: `accepted_${object}`, dtype: "bool", jagged: false, role: "accepted", title: `${object} detected` };
}
