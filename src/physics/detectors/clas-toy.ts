import { type Column, type EventTable, flatColumn } from "../../data/event-table.js";
import { Schema } from "../../data/schema.js";
import { type Draws, eventIndex, type Simulator } from "../../data/simulator.js";
import { DataError } from "../../util/errors.js";
import { Random } from "../../util/random.js";
import { normalCdf } from "../../util/special.js";
import { STREAMS } from "../../util/streams.js";
import { acceptedField, TRACK_VARIABLES, trackFields } from "../columns.js";
import { DEGREE } from "../constants.js";
import type { Detector } from "../detector.js";
import { wrapAngle } from "../four-vector.js";
import { CrystalBall } from "./crystal-ball.js";

const MOMENTUM_SHAPE = new CrystalBall(0.5, 10, 200);

/**
 * True acceptance of a track: a smooth momentum threshold times hard-edged holes in angle.
 * @param p Momentum [GeV]. @param theta Polar angle [rad]. @param phi Azimuth [rad] in (-pi, pi].
 */
export function clasAcceptance(p: number, theta: number, phi: number): number {
  const polar = theta / DEGREE;
  if (polar < 5 || polar > 175) return 0;
  const s = Math.abs(phi / DEGREE + (polar - 90) / 5);
  if (s < 10 || s > 170) return 0;
  return 0.95 * 0.9 * normalCdf((p - 2) / 0.5);
}

/**
 * Draws a reconstructed track: momentum with a low-side tail, core width 0.025 (1 + P) GeV; theta with 1 degree and
 * phi sin(theta) with 0.707 degree, correlated by -0.707. Writes [p, theta, phi] with phi in (-pi, pi].
 */
export function clasSmear(p: number, theta: number, phi: number, random: Random, out: Float64Array): void {
  const x = 0.05 * MOMENTUM_SHAPE.draw(random);
  const u = random.normal();
  const v = random.normal();
  out[0] = p + x * (0.5 * p + 0.5);
  out[1] = theta + u * DEGREE;
  out[2] = wrapAngle(phi + ((-0.5 * u + 0.5 * v) * DEGREE) / Math.sin(theta));
}

/**
 * The toy detector of the factorised method's paper: acceptance and resolution in p, theta and phi for each track alone.
 * Reference: arXiv 2207.11254, toy example (numbers as in its code, azimuth wrapped).
 */
export const clasToy: Detector = {
  name: "clas-toy",
  description: "tracks by themselves: momentum threshold, holes in angle, asymmetric momentum resolution",
  forObjects(objects): Simulator {
    const inputs = new Schema(objects.flatMap((object) => trackFields("truth", object)));
    const outputs = new Schema(objects.flatMap((object) => [acceptedField(object), ...trackFields("reco", object)]));
    return {
      name: "clas-toy",
      inputs,
      outputs,
      simulate: (truth, draws) => truth.with(objects.flatMap((object, slot) => detect(truth, object, slot, draws))),
    };
  },
};

function detect(truth: EventTable, object: string, slot: number, draws: Draws): Column[] {
  const [p, theta, phi] = TRACK_VARIABLES.map((v) => truth.numbers(`truth_${object}_${v}`));
  const random = new Random(draws.seed, STREAMS.detect + slot);
  const accepted = new Uint8Array(truth.length);
  const reco = TRACK_VARIABLES.map(() => new Float32Array(truth.length).fill(Number.NaN));
  const drawn = new Float64Array(3);
  for (let i = 0; i < truth.length; i++) {
    if (!Number.isFinite(p[i] + theta[i] + phi[i])) {
      throw new DataError(`clas-toy: truth of "${object}" is not finite; expected numbers, first bad in event ${i}.`);
    }
    random.at(eventIndex(draws, i));
    if (!(random.uniform() < clasAcceptance(p[i], theta[i], phi[i]))) continue;
    accepted[i] = 1;
    clasSmear(p[i], theta[i], phi[i], random, drawn);
    for (let k = 0; k < 3; k++) reco[k][i] = drawn[k];
  }
  const fields = trackFields("reco", object);
  return [
    flatColumn(`accepted_${object}`, accepted, acceptedField(object)),
    ...reco.map((values, k) => flatColumn(fields[k].name, values, fields[k])),
  ];
}
