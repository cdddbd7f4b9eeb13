import { z } from "zod";

/** Options of the factorised method. */
export const factorisedOptions = z
  .strictObject({
    acceptance: z
      .strictObject({
        trees: z
          .int()
          .min(1)
          .max(10_000)
          .default(100)
          .describe("Most boosted trees; fewer where the held-out loss says so"),
        maxDepth: z.int().min(1).max(16).default(8).describe("Most depth of each tree"),
        densityRatio: z
          .boolean()
          .default(false)
          .describe("Learn the published ratio of accepted to generated even where each object has its flag"),
        learningRate: z.number().gt(0).max(1).default(0.15).describe("Share of each tree's correction that is applied"),
      })
      .prefault({})
      .describe("Boosted trees for the probability that an object is detected"),
    reconstruction: z
      .discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("trees"),
          trees: z.int().min(1).max(1000).default(8).describe("Randomised trees; one is drawn for each object"),
          minLeaf: z
            .int()
            .min(1)
            .optional()
            .describe("Fewest training objects in a leaf (default a quarter of the square root of their number)"),
        }),
        z.strictObject({
          kind: z.literal("neighbours"),
          neighbours: z.int().min(1).max(64).default(4).describe("Nearest training objects to draw from"),
        }),
      ])
      .prefault({ kind: "trees" })
      .describe("How a reconstructed object is drawn from similar training objects"),
  })
  .prefault({});

export type FactorisedOptions = z.infer<typeof factorisedOptions>;
export type ReconstructionOptions = FactorisedOptions["reconstruction"];
