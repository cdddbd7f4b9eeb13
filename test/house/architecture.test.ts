import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const SRC = fileURLToPath(new URL("../../src", import.meta.url));

/** Which rooms each room may import besides itself, and which paths of them where not all. */
const ALLOWED: Record<string, readonly string[]> = {
  util: [],
  data: ["util"],
  trees: ["util", "engine/index"],
  engine: ["util"],
  physics: ["util", "data"],
  metrics: ["util", "data", "engine/index", "trees/index"],
  models: [
    "util",
    "data",
    "engine/index",
    "trees",
    "physics/constants",
    "physics/four-vector",
    "physics/kinematics",
    "physics/expression",
  ],
  report: ["util", "data", "metrics"],
  pipeline: ["util", "data", "engine/index", "trees", "physics", "metrics", "models", "report"],
  node: ["util", "data", "report", "pipeline"],
  cli: [
    "util",
    "data",
    "node",
    "pipeline",
    "report",
    "metrics/registry",
    "models/registry",
    "models/recipe",
    "physics/registry",
  ],
  "index.ts": ["util", "data", "metrics", "models", "physics", "pipeline", "report"],
  "node.ts": ["index", "node"],
};

/** Rooms that must also run in a browser. */
const PORTABLE = ["util", "data", "trees", "engine", "physics", "metrics", "models", "report", "pipeline", "index.ts"];

interface Import {
  readonly file: string;
  /** Path below src/, or the name of a package. */
  readonly target: string;
  readonly own: boolean;
}

function imports(): Import[] {
  return readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .flatMap((entry) => {
      const path = join(entry.parentPath, entry.name);
      const text = readFileSync(path, "utf8");
      const found = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]);
      return found.map((target) => ({
        file: relative(SRC, path),
        own: target.startsWith("."),
        target: target.startsWith(".") ? relative(SRC, resolve(dirname(path), target)) : target,
      }));
    });
}

const all = imports();
const roomOf = (path: string) => path.split("/")[0];

test("every room imports only the rooms below it", () => {
  const wrong = all.filter(({ file, target, own }) => {
    if (!own || roomOf(file) === roomOf(target)) return false;
    const allowed = ALLOWED[roomOf(file)];
    return allowed === undefined || !allowed.some((room) => target === `${room}.js` || target.startsWith(`${room}/`));
  });
  expect(all.length).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});

test("rooms that browsers need know neither files nor processes", () => {
  expect(all.filter(({ file, target }) => target.startsWith("node:") && PORTABLE.includes(roomOf(file)))).toEqual([]);
});

test("of the trees only what goes to ONNX knows the engine", () => {
  const seen = all.filter(({ file, target }) => roomOf(file) === "trees" && roomOf(target) === "engine");
  expect(seen.every(({ file }) => file.startsWith("trees/onnx/"))).toBe(true);
});

test("only the classifiers among the metrics know what trains", () => {
  const seen = all.filter(
    ({ file, target }) =>
      roomOf(file) === "metrics" && /^(engine|trees)\//.test(target) && !file.startsWith("metrics/classifier/"),
  );
  expect(seen).toEqual([]);
});

test("what trains cannot see the toy detectors, nor the metrics that judge it", () => {
  const seen = all.filter(
    ({ file, target }) =>
      roomOf(file) === "models" &&
      /^(metrics|report|physics\/(detectors|processes|detector|process|registry))/.test(target),
  );
  expect(seen).toEqual([]);
});
