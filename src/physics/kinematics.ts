/** @file Angles of particles in the frames that analyses use. */
import { boostToRest, type FourVector, momentum } from "./four-vector.js";

/** Direction as the cosine of the polar angle and the azimuth [rad]. */
export interface Direction {
  readonly cosTheta: number;
  readonly phi: number;
}

/** Direction of a vector in the rest frame of `frame`, with the axes of the laboratory. */
export function directionIn(v: FourVector, frame: FourVector): Direction {
  const rest = boostToRest(v, frame);
  return { cosTheta: rest.pz / momentum(rest), phi: Math.atan2(rest.py, rest.px) };
}

/**
 * Direction of a decay product in the helicity frame of its parent: rest frame of the parent, z against the recoiling
 * particle, y along recoil x beam (all taken in the parent's rest frame), x = y x z.
 * Reference: Schilling, Seyboth, Wolf (1970), Nucl. Phys. B 15, 397.
 */
export function helicityDirection(
  product: FourVector,
  parent: FourVector,
  recoil: FourVector,
  beam: FourVector,
): Direction {
  const d = boostToRest(product, parent);
  const r = boostToRest(recoil, parent);
  const b = boostToRest(beam, parent);
  const rLength = momentum(r);
  const z = [-r.px / rLength, -r.py / rLength, -r.pz / rLength];
  let y = [r.py * b.pz - r.pz * b.py, r.pz * b.px - r.px * b.pz, r.px * b.py - r.py * b.px];
  const yLength = Math.hypot(y[0], y[1], y[2]);
  y = [y[0] / yLength, y[1] / yLength, y[2] / yLength];
  const x = [y[1] * z[2] - y[2] * z[1], y[2] * z[0] - y[0] * z[2], y[0] * z[1] - y[1] * z[0]];
  const along = (axis: number[]) => d.px * axis[0] + d.py * axis[1] + d.pz * axis[2];
  return { cosTheta: along(z) / momentum(d), phi: Math.atan2(along(y), along(x)) };
}
