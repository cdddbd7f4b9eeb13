import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluate } from "../../src/metrics/index.js";
import { loadReportAssets } from "../../src/node/report-assets.js";
import { renderReport } from "../../src/report/index.js";
import { findChromium, Page } from "./chromium.js";
import { context, NASTY, simulate, spec } from "./sample.js";
import { withWholeEvents } from "./sample-evaluation.js";

const chromium = findChromium();
if (chromium === undefined)
  console.log("report in a browser: skipped, no Chromium; install one or set PEREGRINE_CHROMIUM");

describe.skipIf(chromium === undefined)("the report in a browser, from a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "peregrine-report-"));
  let page: Page;

  beforeAll(async () => {
    const file = join(folder, "report.html");
    const plain = await evaluate(simulate(1, 5000, 0.2), simulate(2, 2500, 0.3), spec);
    const evaluation = withWholeEvents(plain, NASTY, NASTY);
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
    expect(plots).toBe(26);
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

  /** Labels of all axes of a plot, whose order is not that in which they are drawn. */
  const axisLabels = (id: string) =>
    page.evaluate<string>(`(() => {
      const axes = document.getElementById(${JSON.stringify(id)}).querySelectorAll(".role-axis");
      const labels = [...axes].map((axis) => [...axis.querySelectorAll(".role-axis-label text")].map((text) => text.textContent).sort());
      return labels.filter((texts) => texts.length > 1).map((texts) => texts.join()).join(" | ");
    })()`);
  /** Waits until a plot's axes are, or are no more, what they were. */
  const untilAxes = async (id: string, are: boolean, labels: string) => {
    while (((await axisLabels(id)) === labels) !== are) await new Promise((resolve) => setTimeout(resolve, 50));
  };

  it("zooms a plot by wheel, drag and keys while its button is pressed, and resets it", async () => {
    const id = "variable:p";
    const button = `document.querySelector('[data-zoom="${id}"]')`;
    const centre = () =>
      page.evaluate(`document.getElementById("${id}").scrollIntoView({ behavior: "instant", block: "center" })`);
    const key = (name: string) =>
      page.evaluate(`${button}.dispatchEvent(new KeyboardEvent("keydown", { key: "${name}", bubbles: true }))`);
    await centre();
    const [x, y] = await page.evaluate<[number, number]>(`(() => {
      const frames = [...document.querySelectorAll('[id="${id}"] path.background')].map((e) => e.getBoundingClientRect());
      const r = frames.filter(({ width, height }) => width > 100 && height > 100).at(-1);
      return [r.left + 0.3 * r.width, r.top + 0.2 * r.height];
    })()`);
    const mouse = (type: string, more: object = {}) => page.send("Input.dispatchMouseEvent", { type, x, y, ...more });
    const wheel = () => mouse("mouseWheel", { deltaX: 0, deltaY: -120 });
    const home = await axisLabels(id);
    const scrolled = await page.evaluate<number>("scrollY");
    await wheel();
    await page.until(`scrollY !== ${scrolled}`);
    expect(await axisLabels(id)).toBe(home);

    // A turn of the wheel goes on to scroll for a while, whatever listens to it by then.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await centre();
    await page.evaluate(`${button}.click()`);
    expect(await page.evaluate(`${button}.getAttribute("aria-pressed")`)).toBe("true");
    const before = await page.evaluate<number>("scrollY");
    for (let i = 0; i < 5; i++) await wheel();
    await untilAxes(id, false, home);
    expect(await page.evaluate("scrollY")).toBe(before);
    const near = await axisLabels(id);
    await mouse("mousePressed", { button: "left", buttons: 1, clickCount: 1 });
    await mouse("mouseMoved", { button: "left", buttons: 1, x: x - 120 });
    await mouse("mouseReleased", { button: "left", x: x - 120, clickCount: 1 });
    await untilAxes(id, false, near);
    await page.evaluate(`document.getElementById("${id}").dispatchEvent(new MouseEvent("dblclick"))`);
    await untilAxes(id, true, home);
    for (let i = 0; i < 3; i++) await key("+");
    await untilAxes(id, false, home);
    await key("Escape");
    await untilAxes(id, true, home);
    for (let i = 0; i < 3; i++) await key("+");
    await untilAxes(id, false, home);
    await page.evaluate(`${button}.click()`);
    await untilAxes(id, true, home);
    expect(page.complaints).toEqual([]);
  });

  it("sorts the overview by any column, both ways, and says which", async () => {
    const table =
      "[...document.querySelectorAll('#overview table')].find((t) => t.caption.textContent.startsWith('Variables'))";
    const click = (column: number) =>
      page.evaluate(`${table}.tHead.rows[0].cells[${column}].querySelector("button").click()`);
    const scores = (column: number) =>
      page.evaluate<string[]>(`[...${table}.tBodies[0].rows].map((row) => row.cells[${column}].dataset.value ?? "")`);
    const sorted = () =>
      page.evaluate(`[...${table}.tHead.rows[0].cells].map((c) => c.getAttribute("aria-sort")).join()`);
    await click(1);
    const down = (await scores(1)).map(Number);
    expect(down).toEqual([...down].sort((a, b) => b - a));
    expect(await sorted()).toMatch(/^none,descending,none/);
    await click(1);
    expect((await scores(1)).map(Number)).toEqual([...down].sort((a, b) => a - b));
    await click(0);
    const names = await scores(0);
    expect(names).toEqual(await page.evaluate(`${JSON.stringify(names)}.sort((a, b) => a.localeCompare(b))`));
    expect(await sorted()).toMatch(/^ascending,none/);
  });

  it("shows how each number of the overview leads to its plot", async () => {
    const lost = await page.evaluate(
      "[...document.querySelectorAll('#overview td a')].filter((a) => document.getElementById(decodeURIComponent(a.hash.slice(1))) === null).length",
    );
    expect(lost).toBe(0);
  });

  it("opens what is folded, and reaches every control by the keyboard with a visible focus", async () => {
    await page.evaluate("document.querySelectorAll('summary').forEach((s) => s.click())");
    expect(await page.evaluate("document.querySelectorAll('details:not([open])').length")).toBe(0);
    const count = await page.evaluate<number>(
      "[...document.querySelectorAll('a[href], button, summary, pre[tabindex]')].filter((e) => e.checkVisibility()).length",
    );
    await page.evaluate(
      "document.activeElement.blur(); window.scrollTo({ top: 0, behavior: 'instant' }); window.reached = new Set(); window.bare = 0;",
    );
    for (let i = 0; i < count + 5; i++) {
      for (const type of ["rawKeyDown", "keyUp"]) {
        await page.send("Input.dispatchKeyEvent", { type, key: "Tab", code: "Tab", windowsVirtualKeyCode: 9 });
      }
      await page.evaluate(`(() => {
        const e = document.activeElement;
        if (e === document.body) return;
        reached.add(e);
        if (getComputedStyle(e).outlineStyle === "none") bare++;
      })()`);
    }
    const missed = await page.evaluate<string[]>(
      "[...document.querySelectorAll('a[href], button, summary, pre[tabindex]')].filter((e) => e.checkVisibility() && !reached.has(e)).map((e) => e.outerHTML.slice(0, 80))",
    );
    expect(missed).toEqual([]);
    expect(await page.evaluate("bare")).toBe(0);
    await page.evaluate("document.querySelectorAll('summary').forEach((s) => s.click())");
    expect(page.complaints).toEqual([]);
  });

  it("takes the reader's choice of colours over the system's, and forgets it with the page", async () => {
    const paper = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
    const choose = (theme: string) => page.evaluate(`document.querySelector('[data-choose="${theme}"]').click()`);
    await page.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "light" }] });
    const light = await paper();
    await choose("dark");
    const dark = await paper();
    expect(dark).not.toBe(light);
    expect(await page.evaluate("document.querySelectorAll('[data-choose][aria-pressed=\"true\"]').length")).toBe(1);
    await page.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "dark" }] });
    await choose("light");
    expect(await paper()).toBe(light);
    await choose("auto");
    expect(await paper()).toBe(dark);
    expect(page.complaints).toEqual([]);
  });

  it("fits small windows without scrolling sideways, plots drawn anew", async () => {
    const size = (width: number) =>
      page.send("Emulation.setDeviceMetricsOverride", { width, height: 800, deviceScaleFactor: 1, mobile: false });
    await size(400);
    const svg = `document.querySelector('[id="variable:p"] svg')`;
    await page.until(
      `${svg} !== null && ${svg}.getBoundingClientRect().width > 250 && Number(${svg}.getAttribute("width")) < 400`,
    );
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(400);
    await page.send("Emulation.clearDeviceMetricsOverride");
    await page.until(`${svg} !== null && Number(${svg}.getAttribute("width")) > 400`);
    expect(page.complaints).toEqual([]);
  });

  it("prints without a complaint", async () => {
    const { data } = await page.send("Page.printToPDF", { printBackground: true, preferCSSPageSize: true });
    const pdf = Buffer.from(data as string, "base64").toString("latin1");
    expect(pdf.startsWith("%PDF")).toBe(true);
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
      page.evaluate<string[]>(`[document.body, document.querySelector('[id="variable:p"] svg .mark-area path')]
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
