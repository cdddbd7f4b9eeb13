import { MASS } from "./constants.js";

const NAMES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    "pip pim pion piplus piminus": MASS.chargedPion,
    pi0: MASS.neutralPion,
    "kp km kaon kplus kminus": MASS.chargedKaon,
    "k0 ks kshort kl klong": MASS.neutralKaon,
    "p proton pbar antiproton": MASS.proton,
    "n neutron": MASS.neutron,
    "d deuteron": MASS.deuteron,
    "lambda lambdabar": MASS.lambda,
    "e electron positron ep em eplus eminus": MASS.electron,
    "mu muon mup mum muplus muminus": MASS.muon,
    "photon gamma g nu neutrino": 0,
  }).flatMap(([names, mass]) => names.split(" ").map((name): [string, number] => [name, mass])),
);

/**
 * Mass [GeV] of the particle that an object is named after, or undefined. Case, a level (`reco_pip`) and a number
 * (`mu1`, `Muon_2`) do not matter. Taus are left out: what a detector sees of them has another mass.
 */
export function massByName(object: string): number | undefined {
  const name = object.toLowerCase().replace(/^(truth|reco)_/, "");
  return NAMES.get(name) ?? NAMES.get(name.replace(/_?\d+$/, ""));
}
