import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { peregrine } from "../helpers/cli.js";

const SRC = fileURLToPath(new URL("../../src", import.meta.url));

/** Modules that are loaded before a command is chosen, and packages among them. */
function loadedAtStart(): Set<string> {
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const name = relative(SRC, path);
    if (seen.has(name)) return;
    seen.add(name);
    const text = readFileSync(path, "utf8").replace(/import type [^;]+;/g, "");
    for (const [, target] of text.matchAll(/(?:import|export)[^("]*?from\s+"([^"]+)"/g)) {
      if (target.startsWith(".")) visit(resolve(dirname(path), target).replace(/\.js$/, ".ts"));
      else seen.add(target);
    }
  };
  visit(resolve(SRC, "cli/main.ts"));
  return seen;
}

test("the command line starts with little: commands are loaded when they run", () => {
  expect([...loadedAtStart()].sort()).toEqual([
    "cli/failure.ts",
    "cli/main.ts",
    "commander",
    "pipeline/package.ts",
    "util/errors.ts",
  ]);
});

test("--version answers within a second", async () => {
  const times: number[] = [];
  for (let k = 0; k < 3; k++) {
    const start = performance.now();
    await peregrine(["--version"]);
    times.push(performance.now() - start);
  }
  expect(Math.min(...times)).toBeLessThan(1000);
});
