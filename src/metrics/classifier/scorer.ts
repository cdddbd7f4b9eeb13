/** A trained classifier. */
export interface Scorer {
  /**
   * Scores rows, higher for the reference.
   * @param features One array a feature, on shared memory, as in `Pooled.columns`.
   */
  score(features: readonly Float32Array[]): Promise<Float32Array>;
  close(): Promise<void>;
}
