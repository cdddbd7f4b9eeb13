import { z } from "zod";

/** Options of the flow method. */
export const flowOptions = z
  .strictObject({
    hidden: z
      .array(z.int().min(1).max(4096))
      .min(1)
      .max(8)
      .default([64, 64])
      .describe("Widths of the hidden layers of each variable's network"),
    acceptance: z
      .strictObject({
        hidden: z
          .array(z.int().min(1).max(4096))
          .min(1)
          .max(8)
          .default([96, 96, 96])
          .describe("Widths of the hidden layers of each flag's network"),
        epochs: z
          .int()
          .min(1)
          .max(10_000)
          .optional()
          .describe("Most passes over the training events (default 20; more where events are few)"),
        rate: z.number().gt(0).max(1).default(5e-3).describe("Largest learning rate of Adam"),
      })
      .prefault({})
      .describe("Networks for the flags: edges of acceptance are sharper than responses, and take larger ones"),
    bins: z.int().min(2).max(128).default(16).describe("Spline bins of each reconstructed variable"),
    epochs: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe("Most passes over the training events (default 10; more where events are few)"),
    batch: z
      .int()
      .min(16)
      .max(65_536)
      .optional()
      .describe("Events of a training step (default by the number of events: 576 to 2048)"),
    rate: z.number().gt(0).max(1).default(2e-3).describe("Largest learning rate of Adam"),
    patience: z
      .int()
      .min(1)
      .default(8)
      .describe("Looks at held-out events without a better loss after which training stops"),
    maxObjects: z
      .int()
      .min(1)
      .max(32)
      .default(8)
      .describe("Most true objects of a collection that an event is described by; those after them count as lost"),
  })
  .prefault({});

export type FlowMethodOptions = z.infer<typeof flowOptions>;
