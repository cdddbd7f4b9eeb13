import { z } from "zod";
import { allMetrics } from "../../metrics/registry.js";
import { recipes } from "../../models/registry.js";
import { detectors, processes } from "../../physics/registry.js";

type List = "methods" | "metrics" | "processes" | "detectors";

const LISTS: Record<List, () => { name: string; description: string; [more: string]: unknown }[]> = {
  methods: () =>
    recipes.map(({ name, description, reference, options }) => ({
      name,
      description,
      reference,
      options: z.toJSONSchema(options, { io: "input" }),
    })),
  metrics: () =>
    allMetrics.map(({ name, title, description, reference, scope }) => ({
      name,
      title,
      description,
      reference,
      scope,
    })),
  processes: () => processes.map(({ name, description, objects }) => ({ name, description, objects })),
  detectors: () => detectors.map(({ name, description }) => ({ name, description })),
};

export async function run(what: List, options: { readonly json?: boolean }): Promise<void> {
  const items = LISTS[what]();
  if (options.json) {
    process.stdout.write(`${JSON.stringify(items, null, 2)}\n`);
    return;
  }
  const width = Math.max(...items.map(({ name }) => name.length));
  for (const { name, description } of items) process.stdout.write(`${name.padEnd(width)}  ${description}\n`);
}
