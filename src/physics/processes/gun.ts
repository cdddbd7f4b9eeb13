import { type Column, EventTable, flatColumn } from "../../data/event-table.js";
import { Schema } from "../../data/schema.js";
import type { Draws } from "../../data/simulator.js";
import { Random } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import { trackFields } from "../columns.js";
import type { Process } from "../process.js";

const FIELDS = trackFields("truth", "particle");

/**
 * Single particles, flat in momentum (0 to 10 GeV), in cos theta (-1 to 1) and in phi: covers all of phase space, so that
 * what is learned from it serves any reaction. Reference: arXiv 2207.11254, the toy's training sample.
 */
export const gun: Process = {
  name: "gun",
  description: "single particles, flat in P (0-10 GeV), cos θ and φ: the training sample of photoproduction",
  objects: ["particle"],
  schema: new Schema(FIELDS),
  generate(n: number, { seed, firstEvent = 0 }: Draws): EventTable {
    const random = new Random(seed, STREAMS.generate);
    const p = new Float32Array(n);
    const theta = new Float32Array(n);
    const phi = new Float32Array(n);
    for (let i = 0; i < n; i++) {
      random.at(firstEvent + i);
      p[i] = 10 * random.uniform();
      theta[i] = Math.acos(2 * random.uniform() - 1);
      phi[i] = Math.PI * (2 * random.uniform() - 1);
    }
    const columns: Column[] = [p, theta, phi].map((values, k) => flatColumn(FIELDS[k].name, values, FIELDS[k]));
    return new EventTable(columns, n);
  },
  derive: (table) => table,
};
