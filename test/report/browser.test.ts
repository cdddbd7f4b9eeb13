import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluate } from "../../src/metrics/index.js";
import { loadReportAssets } from "../../src/node/report-assets.js";
import { renderReport } from "../../src/report/index.js";
import { findChromium, Page } from "./chromium.js";
import { context, simulate, spec } from "./sample.js";

const chromium = findChromium();
if (chromium === undefined)
  console.log("report in a browser: skipped, no Chromium; install one or set PEREGRINE_CHROMIUM");

describe.skipIf(chromium === undefined)("the report in a browser, from a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "peregrine-report-"));
  let page: Page;

  beforeAll(async () => {
    const file = join(folder, "report.html");
    const evaluation = evaluate(simulate(1, 5000, 0.2), simulate(2, 2500, 0.3), spec);
    writeFileSync(file, renderReport(evaluation, context, await loadReportAssets()));
    page = await Page.open(chromium as string);
    await page.send("Page.navigate", { url: pathToFileURL(file).href });
    await page.until('document.documentElement?.dataset.drawn === "all"');
  });

  afterAll(async () => {
    await page?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Text of a plot's vertical axis and steps. */
  const drawing = (id: string) => page.evaluate<string>(`document.getElementById(${JSON.stringify(id)}).innerHTML`);

  it("draws every plot, in silence and without the network", async () => {
    const [plots, drawn] = await page.evaluate<[number, number]>(
      '[".plot", ".plot svg"].map((s) => document.querySelectorAll(s).length)',
    );
    expect(plots).toBe(9);
    expect(drawn).toBe(plots);
    expect(page.complaints).toEqual([]);
    expect(page.requests).toEqual([]);
  });

  it("runs none of the words it shows", async () => {
    expect(await page.evaluate("document.querySelectorAll('img').length")).toBe(0);
    expect(await page.evaluate("document.querySelectorAll('script').length")).toBe(5);
    expect(await page.evaluate("document.querySelector('h1').textContent")).toBe(context.title);
  });

  it("switches one plot, then all, to a logarithmic axis and back", async () => {
    const before = [await drawing("variable:p"), await drawing("response:dp")];
    const press = "document.querySelector('[data-scale=\"variable:p\"]')";
    await page.evaluate(`${press}.click()`);
    await page.until(`document.getElementById("variable:p").innerHTML !== ${JSON.stringify(before[0])}`);
    expect(await page.evaluate(`${press}.getAttribute("aria-pressed")`)).toBe("true");
    expect(await drawing("response:dp")).toBe(before[1]);
    await page.evaluate("document.getElementById('log-all').click()");
    await page.until(`document.getElementById("response:dp").innerHTML !== ${JSON.stringify(before[1])}`);
    await page.evaluate("document.getElementById('log-all').click()");
    await page.until("document.querySelectorAll('[data-scale][aria-pressed=\"true\"]').length === 0");
    expect(page.complaints).toEqual([]);
  });

  it("marks in the contents the section that is being read", async () => {
    const current = "[...document.querySelectorAll('nav a[aria-current]')].map((a) => a.hash)";
    await page.evaluate("document.getElementById('yields').scrollIntoView({ behavior: 'instant' })");
    await page.until(`${current}.join() === "#yields"`);
    await page.evaluate("window.scrollTo({ top: 0, behavior: 'instant' })");
    expect(page.complaints).toEqual([]);
  });

  it("follows the reader's light or dark, plots included, and prints in light", async () => {
    const colours = () =>
      page.evaluate<string[]>(`[document.body, document.querySelector(".plot svg .mark-area path")]
        .map((e) => getComputedStyle(e)).map((s, i) => (i === 0 ? s.backgroundColor : s.fill))`);
    const scheme = (value: string, media = "") =>
      page.send("Emulation.setEmulatedMedia", { media, features: [{ name: "prefers-color-scheme", value }] });
    await scheme("light");
    const light = await colours();
    await scheme("dark");
    const dark = await colours();
    expect(dark[0]).not.toBe(light[0]);
    expect(dark[1]).not.toBe(light[1]);
    await scheme("dark", "print");
    expect(await colours()).toEqual(light);
    await scheme("light");
  });

  it("saves a plot with its colours written out", async () => {
    const svg = await page.evaluate<string>(`new Promise((resolve) => {
      const create = URL.createObjectURL;
      URL.createObjectURL = (blob) => { blob.text().then(resolve); URL.createObjectURL = create; return "#"; };
      document.querySelector('[data-save="variable:p"]').click();
    })`);
    expect(svg).toMatch(/^<svg/);
    expect(svg).toContain("#c8500a");
    expect(svg).not.toContain("var(");
  });
});
