import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { beforeAll, describe, expect, it } from "vitest";
import { type Evaluation, evaluate } from "../../src/metrics/index.js";
import { loadReportAssets } from "../../src/node/report-assets.js";
import { type ReportAssets, renderReport } from "../../src/report/index.js";
import type { Plot, PlotTable } from "../../src/report/plot.js";
import { differences } from "../../src/report/words.js";
import { context, simulate, spec } from "./sample.js";

let assets: ReportAssets;
let evaluation: Evaluation;
let page: string;
/** The page without the libraries, whose code is not ours to judge. */
let own: string;
let plots: Plot[];

beforeAll(async () => {
  assets = await loadReportAssets();
  evaluation = evaluate(simulate(1, 5000, 0.2), simulate(2, 2500, 0.3), spec);
  page = renderReport(evaluation, context, assets);
  own = renderReport(evaluation, context, { vega: "", vegaLite: "", vegaEmbed: "" });
  plots = JSON.parse(between(own, '<script type="application/json" id="plots">', "</script>"));
});

function between(text: string, start: string, end: string): string {
  const at = text.indexOf(start) + start.length;
  return text.slice(at, text.indexOf(end, at));
}

// Whole pages are kept out of failure messages.
const has = (text: string) => own.includes(text);
/** Rows as the page's own script makes them. */
function plotRows(table: PlotTable): Record<string, number | null>[] {
  const names = Object.keys(table);
  return table[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, table[name][i]])));
}

const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]);

describe("the page", () => {
  it("is one file that asks the network for nothing", () => {
    const withoutData = own.replace(between(own, 'id="plots">', "</script>"), "");
    expect(all(withoutData, /\b((?:src|href)="[^#][^"]*")/g)).toEqual([]);
    expect(all(withoutData, /(https?:|@import|url\()/g)).toEqual([]);
    expect(page.length).toBeLessThan(2_000_000);
  });

  it("keeps words from turning into markup", () => {
    for (const markup of ["<img", "<script>alert", "<u>"]) expect(has(markup), markup).toBe(false);
    // The data, four libraries' and the report's own script, and nothing else.
    expect(all(own, /(<script\b)/g)).toHaveLength(5);
    expect(all(own, /(<\/script)/g)).toHaveLength(5);
    expect(plots.flatMap((plot) => JSON.stringify(plot.specs)).join("")).toContain("<img src=x");
  });

  it("carries the libraries so that they parse, and no reference to files that are not there", () => {
    const scripts = all(page, /<script>([\s\S]*?)<\/script>/g);
    expect(scripts).toHaveLength(4);
    for (const script of scripts) expect(() => new Function(script)).not.toThrow();
    expect(page.includes("sourceMappingURL")).toBe(false);
  });

  it("has every id once, and every link and label leads somewhere", () => {
    const ids = all(own, /\sid="([^"]*)"/g);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = [...all(own, /href="#([^"]*)"/g), ...all(own, /aria-labelledby="([^"]*)"/g)];
    expect(targets.length).toBeGreaterThan(evaluation.headlines.length);
    for (const target of [...targets, ...all(own, /data-(?:scale|save)="([^"]*)"/g)]) expect(ids).toContain(target);
  });

  it("has a section for each group and for everything asked of it", () => {
    const headings = all(own, /<h2 id="[^"]*">([^<]*)<\/h2>/g);
    expect(headings[0]).toBe("Headlines");
    expect(headings).toEqual(
      expect.arrayContaining(["pip", "Variables", "Efficiencies and yields", "Not compared", "Provenance"]),
    );
    expect(has("too few entries in the reference; expected at least 2, got 0.")).toBe(true);
    for (const { words } of evaluation.power) expect(has(words.split("all <")[0]), words).toBe(true);
    expect(/Peregrine is scaled by 1\.9\d in histograms/.test(own)).toBe(true);
  });

  it("lists the headlines worst first with value, error, noise and their ratio", () => {
    const rows = all(between(own, '<section id="headlines"', "</section>"), /<tr><th scope="row">([\s\S]*?)<\/tr>/g);
    expect(rows).toHaveLength(evaluation.headlines.length);
    const multiples = rows.map((row) => Number(/<b>([^<]*)<\/b>/.exec(row)?.[1].replace(",", "")));
    expect(multiples).toEqual([...multiples].sort((a, b) => b - a));
    expect(rows[0]).toMatch(/± .*class="bar clear"/);
  });

  it("gives each plot a place, a heading and words for those who cannot see it", () => {
    for (const { id, label } of plots) {
      expect(has(`<div class="plot" id="${id}" role="img"`), id).toBe(true);
      expect(label).toMatch(/Geant4 and Peregrine/);
    }
    expect(plots.map(({ id }) => id)).toEqual([
      "variable:p",
      "response:dp",
      "response:dp:truth_p",
      "acceptance:pip:truth_p",
      "acceptance:pip:hits",
      "variable:hits",
      "variable:constant",
      "variable:.03c0.207a",
      "variable:.03c0.207b",
    ]);
  });
});

describe("the verdict", () => {
  const verdict = (text: string) => between(text, '<p class="verdict', "</p>");

  it("names the worst difference", () => {
    expect(verdict(own)).toMatch(/Peregrine differs from Geant4 in \d+ of \d+ comparisons/);
    // Only the smearing differs, by half.
    expect(verdict(own)).toMatch(/; most in pip: Δp against truth_p, \d+ times the noise \(Response width\)\./);
    expect(verdict(own)).toMatch(/largest Wasserstein distance is \d+ % of a standard deviation \(pip: Δp\)/);
  });

  it("does not claim a difference between two halves, and says what could not have been seen", () => {
    const halves = evaluate(simulate(3, 2000, 0.2), simulate(4, 2000, 0.2), spec);
    const text = verdict(renderReport(halves, context, { vega: "", vegaLite: "", vegaEmbed: "" }));
    expect(text).toMatch(/good">Peregrine cannot be told apart from Geant4: none of \d+ comparisons/);
    expect(text).toMatch(/cannot show a shift of a mean below [\d.]+ % of the standard deviation/);
  });
});

describe("differences", () => {
  it("are claimed between two halves in about one report of a hundred", () => {
    let claimed = 0;
    for (let seed = 0; seed < 100; seed++) {
      const halves = evaluate(simulate(1000 + seed, 800, 0.2), simulate(2000 + seed, 800, 0.2), spec);
      if (differences(halves).length > 0) claimed++;
    }
    // 1 expected, 5 or more with a chance of 0.4 %.
    expect(claimed).toBeLessThan(5);
  });
});

describe("the plots", () => {
  /** Compiles and draws as the browser does, and returns the SVG; warnings of either library are failures. */
  async function draw(plot: Plot, scale: "linear" | "log"): Promise<string> {
    const warnings: string[] = [];
    const logger = { ...vega.logger(vega.Warn), warn: (...words: unknown[]) => warnings.push(words.join(" ")) };
    const source = structuredClone(plot.specs[scale]) as TopLevelSpec & { data: { values: unknown } };
    source.data.values = plotRows(plot.table);
    const { spec: compiled } = compile(source, { logger: logger as never });
    const view = new vega.View(vega.parse(compiled), { renderer: "none", logger: logger as never });
    const svg = await view.toSVG();
    expect(warnings).toEqual([]);
    return svg;
  }

  it("all compile and draw, linear and logarithmic, without a warning or a NaN", async () => {
    for (const plot of plots) {
      for (const scale of Object.keys(plot.specs) as ("linear" | "log")[]) {
        const svg = await draw(plot, scale);
        expect(svg, `${plot.id} ${scale}`).not.toMatch(/NaN|Infinity|undefined/);
        expect(svg).toContain("Geant4");
        expect(svg).toContain("Peregrine");
      }
    }
  });

  it("follow the conventions: unit in brackets, events per bin width, ratio below", async () => {
    const svg = await draw(plots[0], "linear");
    for (const words of ["p(π⁺) [GeV]", "Events / 0.1 GeV", "Ratio"]) expect(svg).toContain(words);
    const profile = await draw(plots[2], "linear");
    for (const words of ["Median [GeV]", "68 % half width [GeV]", "Pull [σ]"]) expect(profile).toContain(words);
    expect(await draw(plots[3], "linear")).toContain("Efficiency");
  });

  it("show the histogram's numbers, the candidate scaled to the reference's events", () => {
    const { table } = plots[0];
    const { histogram } = evaluation.variables[0];
    const scale = evaluation.reference.sumOfWeights / evaluation.candidate.sumOfWeights;
    const bin = histogram.reference.sums.indexOf(Math.max(...histogram.reference.sums.slice(1, -1)));
    expect(table.ref[bin - 1]).toBeCloseTo(histogram.reference.sums[bin], 3);
    expect(table.cand[bin - 1]).toBeCloseTo(scale * histogram.candidate.sums[bin], 2);
    expect(table.ratio[bin - 1]).toBeCloseTo(
      (scale * histogram.candidate.sums[bin]) / histogram.reference.sums[bin],
      4,
    );
    expect(table.x.at(-1)).toBe(10);
  });
});

describe("size", () => {
  it("stays under 2 MB with 40 variables", () => {
    const table = simulate(5, 3000, 0.2);
    const variables = Array.from({ length: 40 }, (_, k) => ({ name: `v${k}`, column: "truth_p" }));
    expect(renderReport(evaluate(table, table, { variables }), context, assets).length).toBeLessThan(2_000_000);
  });
});
