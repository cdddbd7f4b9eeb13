/**
 * First stream number of each user of random numbers, so that a generator, a detector and a model that share one seed
 * never share one number. Objects or stages of a user take the numbers after its first.
 */
export const STREAMS = {
  generate: 0x1000,
  detect: 0x2000,
  fit: 0x3000,
  simulate: 0x4000,
  split: 0x5000,
  evaluate: 0x6000,
  events: 0x9000,
} as const;
