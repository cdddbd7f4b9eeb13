// Reports of real comparisons, made by the command line and opened in a browser: they must be drawn, answer clicks, and
// stay silent.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import type { Evaluation } from "../../src/metrics/index.js";
import { freshFolder, peregrine } from "../helpers/cli.js";
import { findChromium, Page } from "./chromium.js";

const chromium = findChromium();
const cms = join(process.env.PEREGRINE_DATA ?? "../shared/data", "cms-nanoaod-v5-ttbar.root");
const folder = freshFolder();
const path = (name: string) => join(folder, name);

async function run(...args: string[]): Promise<void> {
  const { code, stderr } = await peregrine([...args, "--quiet"]);
  expect(stderr.replace(/^warning: .*\n/gm, "")).toBe("");
  expect(code).toBe(0);
}

/** Opens a report, waits for all its plots, and presses everything that can be pressed. */
async function walk(report: string): Promise<{ plots: number; verdict: string }> {
  const page = await Page.open(chromium as string);
  try {
    await page.send("Page.navigate", { url: pathToFileURL(report).href });
    await page.until('document.documentElement?.dataset.drawn === "all"');
    const plots = await page.evaluate<number>("document.querySelectorAll('.plot').length");
    expect(await page.evaluate("document.querySelectorAll('.plot svg').length")).toBe(plots);
    await page.evaluate("document.getElementById('log-all').click()");
    await page.until(
      "[...document.querySelectorAll('[data-scale]')].every((b) => b.getAttribute('aria-pressed') === 'true')",
    );
    await page.evaluate("[...document.querySelectorAll('[data-zoom]')].slice(0, 3).forEach((b) => b.click())");
    await page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })");
    await page.evaluate("document.querySelectorAll('th button').forEach((b) => b.click())");
    await page.until("document.querySelectorAll('.plot svg').length === document.querySelectorAll('.plot').length");
    const bad = await page.evaluate<string[]>(
      "[...document.querySelectorAll('main *')].filter((e) => e.children.length === 0 && /NaN|undefined|Infinity|\\[object/.test(e.textContent)).map((e) => e.outerHTML.slice(0, 200))",
    );
    expect(bad).toEqual([]);
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([]);
    return { plots, verdict: await page.evaluate<string>("document.querySelector('.verdict').textContent") };
  } finally {
    await page.close();
  }
}

const read = (name: string) => JSON.parse(readFileSync(path(`${name}/metrics.json`), "utf8")) as Evaluation;

describe.skipIf(chromium === undefined)("reports of real comparisons in a browser", () => {
  beforeAll(async () => {
    await run(
      "generate",
      "photoproduction",
      "-n",
      "6000",
      "--seed",
      "3",
      "--detector",
      "clas-toy",
      "-o",
      path("reference.parquet"),
    );
  });

  it("photoproduction: learned, replayed and compared", async () => {
    writeFileSync(
      path("spec.yaml"),
      `name: toy
data:
  files: [train.parquet]
  objects: [{ name: particle, slots: [pip, pim, p], variables: [p, theta, phi] }]
options: { acceptance: { trees: 30 } }
evaluate: { derive: photoproduction, quantities: [{ name: missing, expression: "mass2(beam + target - pip - pim)" }],
  vectors: { beam: { px: 0, py: 0, pz: 10, energy: 10 }, target: { px: 0, py: 0, pz: 0, energy: 0.938272 } } }
`,
    );
    await run("generate", "gun", "-n", "60000", "--detector", "clas-toy", "-o", path("train.parquet"));
    await run("generate", "photoproduction", "-n", "6000", "--seed", "2", "-o", path("truth.parquet"));
    await run("fit", path("spec.yaml"), "-o", path("toy.peregrine"));
    await run("simulate", path("toy.peregrine"), path("truth.parquet"), "-o", path("fast.parquet"));
    await run(
      "compare",
      path("reference.parquet"),
      path("fast.parquet"),
      "--spec",
      path("toy.peregrine"),
      "-o",
      path("toy"),
    );
    const { joints, variables } = read("toy");
    expect(variables.map((v) => v.name)).toContain("missing");
    expect(joints[0].classifiers.map((c) => c.kind)).toEqual(["trees", "network"]);
    const { plots, verdict } = await walk(path("toy/report.html"));
    expect(plots).toBeGreaterThan(50);
    expect(verdict).toMatch(/fast.parquet .* A classifier given all 9 variables and the truth/);
    expect(readFileSync(path("toy/report.html"), "utf8")).toContain("held-out loss");
  });

  it("two identical files: nothing is found", async () => {
    await run("compare", path("reference.parquet"), path("reference.parquet"), "-o", path("same"));
    const found = read("same");
    expect(found.headlines.filter((line) => line.pValue < 0.01 / found.headlines.length)).toEqual([]);
    const { verdict } = await walk(path("same/report.html"));
    expect(verdict).toMatch(/cannot be told apart from reference.parquet: none of \d+ comparisons/);
  });

  it.skipIf(!existsSync(cms))("jets and muons of CMS, 700 events learned, 300 replayed", async () => {
    const spec = readFileSync("examples/cms-nanoaod.yaml", "utf8").replace(
      "cms-nanoaod-v5-ttbar.root",
      join(process.cwd(), cms),
    );
    writeFileSync(path("cms.yaml"), spec);
    await run("fit", path("cms.yaml"), "-o", path("cms.peregrine"));
    await run("simulate", path("cms.peregrine"), cms, "--start", "700", "-o", path("cms.parquet"));
    await run(
      "compare",
      cms,
      path("cms.parquet"),
      "--start",
      "700",
      "--spec",
      path("cms.peregrine"),
      "-o",
      path("cms"),
    );
    expect(read("cms").joints.map((j) => j.name)).toEqual(["each jet", "each muon"]);
    const { plots } = await walk(path("cms/report.html"));
    expect(plots).toBeGreaterThan(50);
  });
});
