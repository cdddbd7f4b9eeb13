import type { FitProgress } from "../models/recipe.js";

/** The held-out loss of one stage of a fit as it went on. */
export interface LossCurve {
  readonly stage: string;
  /** Trees, or steps. */
  readonly steps: number[];
  readonly losses: number[];
}

/** Points of a curve that are kept. */
const POINTS = 300;

/** Gathers the losses that a fit reports. */
export class History {
  readonly #stages = new Map<string, { steps: number[]; losses: number[] }>();

  add({ stage, done, loss }: FitProgress): void {
    if (loss === undefined || !Number.isFinite(loss)) return;
    const curve = this.#stages.get(stage) ?? { steps: [], losses: [] };
    curve.steps.push(done);
    curve.losses.push(loss);
    this.#stages.set(stage, curve);
  }

  /** All curves, thinned evenly to some 300 points each; the last point always stays. */
  curves(): LossCurve[] {
    return [...this.#stages].map(([stage, { steps, losses }]) => {
      const every = Math.ceil(steps.length / POINTS);
      const kept = (_: unknown, i: number) => i % every === 0 || i === steps.length - 1;
      return { stage, steps: steps.filter(kept), losses: losses.filter(kept) };
    });
  }
}
