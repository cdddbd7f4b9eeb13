/** An area under the ROC curve with its standard error. */
export interface Auc {
  readonly value: number;
  readonly error: number;
}

/**
 * Probability that a positive row has the larger score, ties counting half, with weights.
 * Error after Hanley and McNeil (1982), Radiology 143, 29.
 */
export function aucOf(scores: Float32Array, positive: Float32Array, negative: Float32Array): Auc {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
  const total = { p: 0, p2: 0, n: 0, n2: 0 };
  let sum = 0;
  for (let from = 0, to = 0; from < order.length; from = to) {
    let [p, n] = [0, 0];
    for (; to < order.length && scores[order[to]] === scores[order[from]]; to++) {
      const i = order[to];
      p += positive[i];
      n += negative[i];
      total.p2 += positive[i] ** 2;
      total.n2 += negative[i] ** 2;
    }
    sum += p * (total.n + n / 2);
    total.p += p;
    total.n += n;
  }
  const value = sum / (total.p * total.n);
  const a = total.p ** 2 / total.p2;
  const b = total.n ** 2 / total.n2;
  const q1 = value / (2 - value) - value * value;
  const q2 = (2 * value * value) / (1 + value) - value * value;
  const variance = (value * (1 - value) + (a - 1) * q1 + (b - 1) * q2) / (a * b);
  return { value, error: Math.sqrt(Math.max(0, variance)) };
}
