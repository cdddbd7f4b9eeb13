import * as vega from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { beforeAll, describe, expect, it } from "vitest";
import { type Evaluation, evaluate, type MapPair } from "../../src/metrics/index.js";
import { loadReportAssets } from "../../src/node/report-assets.js";
import { type ReportAssets, renderReport } from "../../src/report/index.js";
import type { NumberTable, Plot, PlotTable } from "../../src/report/plot.js";
import { differences } from "../../src/report/words.js";
import { context, NASTY, simulate, spec } from "./sample.js";
import { sampleJoint, withWholeEvents } from "./sample-evaluation.js";

let assets: ReportAssets;
let evaluation: Evaluation;
let page: string;
/** The page without the libraries, whose code is not ours to judge. */
let own: string;
let plots: Plot[];
let config: object;

const NOTHING: ReportAssets = { vega: "", vegaLite: "", vegaEmbed: "" };

beforeAll(async () => {
  assets = await loadReportAssets();
  const plain = await evaluate(simulate(1, 5000, 0.2), simulate(2, 2500, 0.3), spec);
  evaluation = withWholeEvents(plain, NASTY, NASTY);
  page = renderReport(evaluation, context, assets);
  own = renderReport(evaluation, context, NOTHING);
  ({ config, plots } = JSON.parse(between(own, '<script type="application/json" id="plots">', "</script>")));
});

function between(text: string, start: string, end: string): string {
  const at = text.indexOf(start) + start.length;
  return text.slice(at, text.indexOf(end, at));
}

// Whole pages are kept out of failure messages.
const has = (text: string) => own.includes(text);
/** Rows as the page's own script makes them. */
function plotRows(table: PlotTable): Record<string, unknown>[] {
  const names = Object.keys(table);
  return table[names[0]].map((_, i) => Object.fromEntries(names.map((name) => [name, table[name][i]])));
}

const plotNamed = (id: string) => plots.find((plot) => plot.id === id) as Plot;

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
    for (const target of [...targets, ...all(own, /data-(?:scale|zoom|save)="([^"]*)"/g)])
      expect(ids).toContain(target);
  });

  it("has a section for each group and for everything asked of it", () => {
    const headings = all(own, /<h2 id="[^"]*">([^<]*)<\/h2>/g);
    expect(headings[0]).toBe("Headlines");
    expect(headings).toEqual(
      expect.arrayContaining([
        "Overview",
        "All variables together",
        "pip",
        "Variables",
        "Efficiencies and yields",
        "Uses and safeguards",
        "Training",
        "Not compared",
        "Provenance",
      ]),
    );
    expect(has("too few entries in the reference; expected at least 2, got 0.")).toBe(true);
    for (const { words } of evaluation.power) expect(has(words.split("all <")[0]), words).toBe(true);
    expect(/Peregrine is scaled by 1\.9\d in histograms/.test(own)).toBe(true);
  });

  it("lists the headlines worst first with value, error, noise and their ratio", () => {
    const rows = all(between(own, 'id="all-headlines"', "</section>"), /<tr><th scope="row">([\s\S]*?)<\/tr>/g);
    expect(rows).toHaveLength(evaluation.headlines.length);
    const multiples = rows.map((row) => Number(/<b>([^<]*)<\/b>/.exec(row)?.[1].replace(",", "")));
    expect(multiples).toEqual([...multiples].sort((a, b) => b - a));
    expect(rows[0]).toMatch(/± .*class="bar clear"/);
  });

  it("names each quantity once at the head, and shows every score in the overview", () => {
    const head = between(own, '<section id="headlines"', "<details");
    expect(all(head, /<tr>(<th scope="row">)/g)).toHaveLength(10);
    const scores = all(between(own, '<section id="overview"', "</section>"), /(<td class="score \w+")/g);
    // The two profiles of one acceptance share a cell.
    expect(scores).toHaveLength(evaluation.headlines.length - 1);
  });

  it("has headings without gaps, a caption for each table, and columns that can be sorted", () => {
    const levels = all(own, /<h([1-6])/g).map(Number);
    expect(levels[0]).toBe(1);
    for (const [i, level] of levels.entries()) expect(level).toBeLessThanOrEqual((levels[i - 1] ?? 0) + 1);
    expect(all(own, /(<caption)/g)).toHaveLength(all(own, /(<table)/g).length);
    for (const table of all(own, /<table class="sortable"([\s\S]*?)<\/thead>/g)) expect(table).toContain("aria-sort");
  });

  it("gives each plot a place, a heading and words for those who cannot see it", () => {
    for (const { id, label } of plots) {
      expect(has(`<div class="plot" id="${id}" role="img"`), id).toBe(true);
      expect(label.length, id).toBeGreaterThan(20);
    }
    const wholes = /^(joint|draws|reliability|memorisation|downstream|training)/;
    expect(plots.map(({ id }) => id).filter((id) => !wholes.test(id))).toEqual([
      "variable:p",
      "response:dp",
      "response:dp:truth_p",
      "response:dp:pit",
      "response:dp:plan",
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
    expect(verdict(own)).toMatch(/; most in pip: Δp, \d+ times the noise \(Wasserstein-2 squared\)\./);
    expect(verdict(own)).toMatch(/largest Wasserstein distance is \d+ % of a standard deviation \(pip: Δp\)/);
  });

  it("says how well a classifier that sees whole events tells the two apart", () => {
    expect(verdict(own)).toContain(
      "A classifier given all 5 variables and the truth tells them apart with AUC 0.5312 ± 0.0018",
    );
  });

  it("does not claim a difference between two halves, and says what could not have been seen", async () => {
    const halves = await evaluate(simulate(3, 2000, 0.2), simulate(4, 2000, 0.2), spec);
    const text = verdict(renderReport(halves, context, NOTHING));
    expect(text).toMatch(/good">Peregrine cannot be told apart from Geant4: none of \d+ comparisons/);
    expect(text).toMatch(/cannot show a shift of a mean below [\d.]+ % of the standard deviation/);
  });
});

describe("differences", () => {
  it("are claimed between two halves in about one report of a hundred", async () => {
    let claimed = 0;
    for (let seed = 0; seed < 100; seed++) {
      const halves = await evaluate(simulate(1000 + seed, 800, 0.2), simulate(2000 + seed, 800, 0.2), spec);
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
    source.config = config;
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
        expect(all(svg, /(<path [^>]*d="M)/g).length, plot.id).toBeGreaterThan(5);
      }
    }
  });

  it("follow the conventions: unit in brackets, events per bin width, ratio below", async () => {
    const svg = await draw(plotNamed("variable:p"), "linear");
    for (const words of ["p(π⁺) [GeV]", "Events / 0.1 GeV", "Ratio"]) expect(svg).toContain(words);
    const profile = await draw(plotNamed("response:dp:truth_p"), "linear");
    for (const words of ["Median [GeV]", "68 % half width [GeV]", "Pull [σ]"]) expect(profile).toContain(words);
    expect(await draw(plotNamed("acceptance:pip:truth_p"), "linear")).toContain("Efficiency");
    for (const words of ["Geant4", "Peregrine", "truth_p", "reco_p", "Standard errors"]) {
      expect(await draw(plotNamed("response:dp:plan"), "linear")).toContain(words);
    }
  });

  it("show the histogram's numbers, the candidate scaled to the reference's events", () => {
    const table = plotNamed("variable:p").table as NumberTable;
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

describe("maps", () => {
  it("keep unequal bins, leave out empty cells, and call pulls by their class", () => {
    const map = evaluation.joints[0].pairs[0];
    const id = plots.map((plot) => plot.id).find((one) => one.includes("pair")) as string;
    const { table } = plotNamed(id);
    const filled = map.reference.filter((share, c) => share > 0 || map.candidate[c] > 0);
    expect(table.x).toHaveLength(filled.length);
    expect(new Set(table.x.map((x, i) => ((table.x2[i] as number) - (x as number)).toFixed(3))).size).toBeGreaterThan(
      3,
    );
    for (const [i, pull] of table.pull.entries()) {
      if (pull === null) continue;
      const below = [-5, -3, -2, -1, 1, 2, 3, 5].filter((edge) => (pull as number) >= edge).length;
      expect(table.pullClass[i]).toBe(below);
    }
  });
});

describe("size", () => {
  it("stays under 5 MB with 30 variables, 30 responses and 30 variables together", async () => {
    const small = await evaluate(simulate(5, 20_000, 0.2), simulate(6, 20_000, 0.21), spec);
    const many = <T extends { readonly name: string }>(one: T) =>
      Array.from({ length: 30 }, (_, k) => ({ ...one, name: `${one.name}${k}` }));
    const variables = many(small.variables[0]);
    const responses = many(small.responses[0]).map((one) => ({ ...one, plan: full(one.plan) }));
    const columns = variables.map(({ name }) => ({ name, title: `Title of ${name}`, unit: "GeV" }));
    const joint = sampleJoint(columns, [], 1_000_000, { name: "all", title: "all", group: "" });
    const pairs = Array.from({ length: 12 }, () => ({ ...joint.pairs[0], ...full(joint.pairs[0]) }));
    const headlines = [...variables, ...responses].flatMap((one) =>
      one.metrics.map((m) => ({
        kind: "variable" as const,
        subject: variables[0].name,
        title: one.title,
        group: "pip",
        ...m,
      })),
    );
    const large = { ...small, variables, responses, joints: [{ ...joint, pairs }], headlines };
    expect(renderReport(large, context, assets).length).toBeLessThan(5_000_000);
  });

  /** A map without an empty cell, all digits in use. */
  function full<M extends MapPair>(map: M): M {
    const digits = (scale: number) => map.reference.map((_, c) => (scale * (1 + Math.sin(c))) / 1000 + Math.PI * 1e-7);
    return {
      ...map,
      reference: digits(1),
      candidate: digits(1.01),
      pulls: map.reference.map((_, c) => 4 * Math.sin(c)),
    };
  }
});
