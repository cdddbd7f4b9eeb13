/**
 * @file The toy detector with all that tracks by themselves do not have: tracks that hide each other, a momentum scale that
 * the tracks of an event share, triggers, an energy loss without a true value, and an identification that confuses.
 */
import { type Column, type EventTable, flatColumn } from "../../data/event-table.js";
import { type Field, Schema } from "../../data/schema.js";
import { type Draws, eventIndex } from "../../data/simulator.js";
import { Random } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import { acceptedField, TRACK_VARIABLES, trackFields } from "../columns.js";
import { DEGREE, MASS } from "../constants.js";
import type { Detector } from "../detector.js";
import { clasToy } from "./clas-toy.js";

/** Width of the spread of the momentum scale that the tracks of an event share. */
const SCALE = 0.03;
/** Thresholds [GeV] of the triggers on the hardest track and on the sum of the two hardest, and their common smearing. */
const TRACK_THRESHOLD = 3;
const PAIR_THRESHOLD = 6;
const SMEARING = 0.4;
/** Share of events in which a trigger's electronics are alive. */
const ALIVE = 0.98;

const STREAM = STREAMS.detect + 0x100;

/** Probability that the softer one of two tracks is lost. @param angle Opening angle of the true tracks [rad]. */
export function pairLoss(angle: number): number {
  return 0.9 * Math.exp(-((angle / (20 * DEGREE)) ** 2));
}

/** Probability that a track of a species is taken for another. @param p Reconstructed momentum [GeV]. */
export function misidentification(p: number): number {
  return 0.02 + 0.45 / (1 + Math.exp(-(p - 5) / 0.8));
}

/** Mean energy loss of a track, in units of that of a fast one. @param p True momentum [GeV]. @param mass [GeV]. */
export function meanEnergyLoss(p: number, mass: number): number {
  return 1 + 0.8 * Math.min(10, (mass / p) ** 2);
}

interface Species {
  readonly mass: number;
  /** PDG number: right, and what it is taken for. */
  readonly code: number;
  readonly wrong: readonly [number, number];
}

const PION: Species = { mass: MASS.chargedPion, code: 211, wrong: [321, 2212] };
const SPECIES: Readonly<Record<string, Species>> = {
  pim: { mass: MASS.chargedPion, code: -211, wrong: [-321, 11] },
  p: { mass: MASS.proton, code: 2212, wrong: [321, 211] },
};

const FLAGS: readonly Field[] = [
  { name: "trigger_track", dtype: "bool", jagged: false, title: "single-track trigger" },
  { name: "trigger_pair", dtype: "bool", jagged: false, title: "pair trigger" },
];

function objectFields(object: string): Field[] {
  return [
    { name: `reco_${object}_dedx`, dtype: "float32", jagged: false, role: "reco", unit: "", title: `dE/dx(${object})` },
    { name: `reco_${object}_pid`, dtype: "float32", jagged: false, role: "reco", unit: "", title: `PID(${object})` },
  ];
}

export const clasToyPairs: Detector = {
  name: "clas-toy-pairs",
  description: "clas-toy with close tracks lost, a shared momentum scale, two triggers, dE/dx and identification",
  forObjects(objects) {
    const single = clasToy.forObjects(objects);
    const tracks = objects.flatMap((object) => [
      acceptedField(object),
      ...trackFields("reco", object),
      ...objectFields(object),
    ]);
    return {
      name: "clas-toy-pairs",
      inputs: single.inputs,
      outputs: new Schema([...tracks, ...FLAGS]),
      async simulate(truth, draws) {
        const detected = await single.simulate(truth, draws);
        return truth.with(together(detected, objects, draws));
      },
    };
  },
};

/** One track of all events, as the detector changes it. */
interface Track {
  readonly object: string;
  readonly species: Species;
  readonly truth: readonly Float64Array[];
  readonly accepted: Uint8Array;
  readonly reco: readonly Float32Array[];
  readonly dedx: Float32Array;
  readonly pid: Float32Array;
}

function together(detected: EventTable, objects: readonly string[], draws: Draws): Column[] {
  const n = detected.length;
  const empty = () => new Float32Array(n).fill(Number.NaN);
  const tracks = objects.map((object): Track => {
    const columns = (level: string) => TRACK_VARIABLES.map((v) => detected.numbers(`${level}_${object}_${v}`));
    return {
      object,
      species: SPECIES[object] ?? PION,
      truth: columns("truth"),
      accepted: Uint8Array.from(detected.flat(`accepted_${object}`) as Uint8Array),
      reco: columns("reco").map((values) => Float32Array.from(values)),
      dedx: empty(),
      pid: empty(),
    };
  });
  const flags = FLAGS.map(() => new Uint8Array(n));
  const random = new Random(draws.seed, STREAM);
  for (let i = 0; i < n; i++) {
    random.at(eventIndex(draws, i));
    hide(tracks, i, random);
    const scale = 1 + SCALE * random.normal();
    for (const track of tracks) if (track.accepted[i]) measure(track, i, scale, random);
    const [first = 0, second = 0] = tracks
      .flatMap(({ accepted, reco }) => (accepted[i] ? [reco[0][i]] : []))
      .sort((a, b) => b - a);
    // Both triggers see the same smeared momenta, so that one tells about the other.
    const smearing = SMEARING * random.normal();
    flags[0][i] = first > 0 && first + smearing > TRACK_THRESHOLD && random.uniform() < ALIVE ? 1 : 0;
    flags[1][i] = second > 0 && first + second + 2 * smearing > PAIR_THRESHOLD && random.uniform() < ALIVE ? 1 : 0;
  }
  return [...tracks.flatMap(columnsOf), ...flags.map((values, f) => flatColumn(FLAGS[f].name, values, FLAGS[f]))];
}

/** Loses the softer one of two close tracks. */
function hide(tracks: readonly Track[], i: number, random: Random): void {
  for (let a = 0; a < tracks.length; a++) {
    for (let b = a + 1; b < tracks.length; b++) {
      const [one, other] = [tracks[a], tracks[b]];
      if (!one.accepted[i] || !other.accepted[i]) continue;
      if (!(random.uniform() < pairLoss(openingAngle(one.truth, other.truth, i)))) continue;
      const lost = one.truth[0][i] < other.truth[0][i] ? one : other;
      lost.accepted[i] = 0;
      for (const column of lost.reco) column[i] = Number.NaN;
    }
  }
}

function openingAngle([, thetaA, phiA]: readonly Float64Array[], [, thetaB, phiB]: readonly Float64Array[], i: number) {
  const cosine =
    Math.cos(thetaA[i]) * Math.cos(thetaB[i]) + Math.sin(thetaA[i]) * Math.sin(thetaB[i]) * Math.cos(phiA[i] - phiB[i]);
  return Math.acos(Math.max(-1, Math.min(1, cosine)));
}

/** Scales the momentum, and draws energy loss (which shares its fluctuation with the momentum) and identification. */
function measure({ species, truth, reco, dedx, pid }: Track, i: number, scale: number, random: Random): void {
  const p = truth[0][i];
  const pull = Math.max(-3, Math.min(3, (reco[0][i] - p) / (0.025 * (1 + p))));
  reco[0][i] *= scale;
  dedx[i] = meanEnergyLoss(p, species.mass) * (1 + 0.1 * (0.7 * pull + 0.7 * random.normal()));
  const [u, v] = [random.uniform(), random.uniform()];
  const isWrong = u < misidentification(reco[0][i]);
  pid[i] = isWrong ? species.wrong[v < 0.6 ? 0 : 1] : species.code;
}

function columnsOf({ object, accepted, reco, dedx, pid }: Track): Column[] {
  const fields = [...trackFields("reco", object), ...objectFields(object)];
  return [
    flatColumn(`accepted_${object}`, accepted, acceptedField(object)),
    ...[...reco, dedx, pid].map((values, k) => flatColumn(fields[k].name, values, fields[k])),
  ];
}
