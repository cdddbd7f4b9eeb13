import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { concatTables, flatColumn } from "../../src/data/event-table.js";
import { createTable, openTable } from "../../src/node/files.js";
import { VERSION } from "../../src/pipeline/package.js";
import { freshFolder, peregrine } from "../helpers/cli.js";
import { collect } from "../helpers/memory.js";

const folder = freshFolder();
const path = (name: string) => join(folder, name);
const file = (text: string, name: string): string => {
  writeFileSync(path(name), text);
  return path(name);
};
const SPEC = `name: toy
data:
  files: [train.parquet]
  objects: [{ name: particle, slots: [pip, pim, p], variables: [p, theta, phi] }]
options: { acceptance: { trees: 20 }, reconstruction: { kind: neighbours } }
evaluate: { derive: photoproduction }
`;

beforeAll(async () => {
  file(SPEC, "spec.yaml");
  await peregrine(["generate", "gun", "-n", "20000", "--detector", "clas-toy", "-o", path("train.parquet")]);
  await peregrine(["generate", "photoproduction", "-n", "4000", "--seed", "2", "-o", path("truth.parquet")]);
  await peregrine([
    ...["generate", "photoproduction", "-n", "4000", "--seed", "3", "--detector", "clas-toy"],
    ...["-o", path("reference.parquet")],
  ]);
  await peregrine(["fit", path("spec.yaml"), "-o", path("toy.peregrine")]);
});

test("--version answers with the version alone", async () => {
  expect(await peregrine(["--version"])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: "" });
});

test("the road from generated events to a report", async () => {
  const simulated = await peregrine([
    "simulate",
    path("toy.peregrine"),
    path("truth.parquet"),
    "-o",
    path("fast.parquet"),
    "--json",
  ]);
  expect(simulated.code).toBe(0);
  expect(JSON.parse(simulated.stdout)).toMatchObject({ events: 4000, seed: 1 });
  const compared = await peregrine([
    ...["compare", path("reference.parquet"), path("fast.parquet")],
    ...["--spec", path("toy.peregrine"), "-o", path("report")],
  ]);
  expect(compared.stderr).toMatch(/comparing +100 %/);
  expect(compared.stdout).toMatch(/yield of all of them: ratio \d/);
  expect(compared.stdout).toContain(`report: ${path("report/report.html")}`);
  const metrics = JSON.parse(readFileSync(path("report/metrics.json"), "utf8"));
  const names = metrics.variables.map((v: { name: string }) => v.name);
  expect(names).toEqual(expect.arrayContaining(["pip p", "p theta", "w", "m2pi", "cos_cm", "phi_helicity"]));
  expect(readFileSync(path("report/report.html"), "utf8")).toContain("</html>");
});

describe("ROOT files", () => {
  const truth = () => path("truth.root");
  const simulate = (...args: string[]) => peregrine(["simulate", path("toy.peregrine"), truth(), ...args]);
  const read = async (name: string) => {
    const source = await openTable(path(name));
    const chunks = await collect(source.read());
    await source.close();
    return { source, table: concatTables(chunks) };
  };

  test("of generate and simulate hold what the Parquet files hold", async () => {
    await peregrine(["generate", "photoproduction", "-n", "4000", "--seed", "2", "-o", truth()]);
    expect((await simulate("-o", path("fast.root"))).code).toBe(0);
    await peregrine(["simulate", path("toy.peregrine"), path("truth.parquet"), "-o", path("same.parquet")]);
    const root = await read("fast.root");
    const parquet = await read("same.parquet");
    expect(root.source.tree).toBe("Events");
    expect(root.table.schema.fields).toEqual(parquet.table.schema.fields);
    for (const { field, values } of parquet.table.columns) expect(root.table.column(field.name).values).toEqual(values);
  });

  test("are the same bytes from one thread or two, in small chunks or one large one", async () => {
    await simulate("-o", path("a.root"), "--threads", "1", "--chunk-size", "333");
    await simulate("-o", path("b.root"), "--threads", "2");
    expect(Buffer.compare(readFileSync(path("a.root")), readFileSync(path("b.root")))).toBe(0);
  });

  test("are whole copies with --keep '*', in a tree of the truth's name", async () => {
    const events = (await read("truth.root")).table.with([
      flatColumn(
        "run",
        Int32Array.from({ length: 4000 }, (_, i) => i),
      ),
    ]);
    const sink = await createTable(path("hits.root"), events.schema, { tree: "hits" });
    await sink.write(events);
    await sink.close();
    const args = ["simulate", path("toy.peregrine"), path("hits.root"), "--keep", "*", "-o", path("whole.root")];
    expect((await peregrine(args)).code).toBe(0);
    const { source, table } = await read("whole.root");
    expect(source.tree).toBe("hits");
    expect(table.schema.names).toEqual(expect.arrayContaining([...events.schema.names, "reco_pip_p"]));
    expect(table.flat("run")).toEqual(events.flat("run"));
  });

  test("are friends of the truth: simulated columns alone, event by event", async () => {
    expect((await simulate("--friend", "-o", path("friend.root"))).code).toBe(0);
    const { table } = await read("friend.root");
    const whole = (await read("fast.root")).table;
    expect(table.length).toBe(4000);
    expect(table.schema.names).toEqual(whole.schema.names.filter((name) => /^(accepted|reco)_/.test(name)));
    for (const { field, values } of table.columns) expect(values).toEqual(whole.column(field.name).values);
  });

  test.each([
    [
      ["--friend", "-o", "x.parquet"],
      /^error: x\.parquet: --friend is for ROOT trees; expected a name ending in \.root/,
    ],
    [["--friend", "--keep", "*", "-o", "x.root"], /^error: --keep: does not go with --friend; /],
    [["--friend", "--oversample", "2", "-o", "x.root"], /^error: --oversample: does not go with --friend; /],
    [["--friend", "--start", "5", "-o", "x.root"], /^error: --start: does not go with --friend; /],
    [["--keep", "reco_pip_*", "-o", "x.root"], /no column "reco_pip_\*"/],
  ] as const)("refuse %j in one line", async (args, message) => {
    const { code, stderr } = await simulate(...args);
    expect(code).toBeGreaterThan(1);
    expect(stderr.trim().split("\n").pop()).toMatch(message);
  });

  test("make no friends with a truth that has no tree", async () => {
    const args = ["simulate", path("toy.peregrine"), path("truth.parquet"), "--friend", "-o", path("x.root")];
    expect((await peregrine(args)).stderr).toMatch(
      /truth\.parquet: has no tree to be friends with; expected a \.root file/,
    );
    expect(existsSync(path("x.root"))).toBe(false);
  });
});

test("the same file from one thread or two, in small chunks or one large one", async () => {
  // Enough events for the threads to change from asking the trees to their map.
  const args = ["simulate", path("toy.peregrine"), path("truth.parquet"), "--quiet", "--oversample", "80"];
  await peregrine([...args, "-o", path("a.parquet"), "--threads", "1", "--chunk-size", "1000"]);
  await peregrine([...args, "-o", path("b.parquet"), "--threads", "2", "--chunk-size", "100000"]);
  expect(readFileSync(path("a.parquet")).equals(readFileSync(path("b.parquet")))).toBe(true);
});

test("files that know nothing of objects are compared column by column", async () => {
  writeFileSync(path("x.csv"), `x,y\n${Array.from({ length: 50 }, (_, i) => `${i},${i * i}`).join("\n")}\n`);
  const { code, stdout } = await peregrine(["compare", path("x.csv"), path("x.csv"), "-o", path("same"), "--json"]);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).variables).toHaveLength(2);
});

test("inspect tells columns, units and ranges", async () => {
  const { stdout } = await peregrine(["inspect", path("train.parquet"), "reco_*", "accepted_particle"]);
  expect(stdout).toMatch(/20,000 events, 4 columns/);
  expect(stdout).toMatch(/reco_particle_p +float32 +GeV .* NaN/);
  expect(stdout).toMatch(/accepted_particle +bool/);
});

test.each(["methods", "metrics", "processes", "detectors"])("%s lists what there is", async (list) => {
  const { stdout } = await peregrine([list, "--json"]);
  const items = JSON.parse(stdout) as { name: string; description: string }[];
  const plain = await peregrine([list]);
  for (const { name, description } of items) {
    expect(plain.stdout).toMatch(new RegExp(`^${name} `, "m"));
    expect(description).toBeTruthy();
  }
});

describe("bad input: one clear line, the right exit code, nothing half-written", () => {
  const simulate = (truth: string, out = path("out.parquet")) => ["simulate", path("toy.peregrine"), truth, "-o", out];
  const badSpec = (name: string, from: string | RegExp, to: string) => [
    "fit",
    file(SPEC.replace(from, to), name),
    "-o",
    path("bad.peregrine"),
  ];
  const cases: [string, () => string[], number, RegExp][] = [
    ["no such file", () => simulate(path("truht.parquet")), 5, /no such file\. Did you mean ".*truth\.parquet"/],
    ["not ROOT", () => ["inspect", file("hello hello hello hello", "no.root")], 3, /no\.root.*ROOT/],
    [
      "truncated Parquet",
      () => {
        writeFileSync(path("cut.parquet"), readFileSync(path("truth.parquet")).subarray(0, 30_000));
        return simulate(path("cut.parquet"));
      },
      3,
      /cut\.parquet/,
    ],
    ["empty file", () => simulate(file("", "empty.parquet")), 3, /the file is empty/],
    ["unknown ending", () => simulate(path("truth.xyz")), 2, /unknown file type/],
    [
      "missing column",
      () => badSpec("s1.yaml", "[p, theta, phi]", "[p, thta, phi]"),
      3,
      /no column "(truth|reco)_particle_thta".*Did you mean "(truth|reco)_particle_theta"/,
    ],
    [
      "misspelt key",
      () => badSpec("s2.yaml", "variables", "variabels"),
      2,
      /unknown key "variabels"\. Did you mean "variables"/,
    ],
    ["bad YAML", () => badSpec("s3.yaml", "name: toy", "name: [toy"), 2, /not valid YAML/],
    [
      "unknown process",
      () => ["generate", "photoprodukction", "-n", "5", "-o", path("g.parquet")],
      2,
      /Did you mean "photoproduction"/,
    ],
    [
      "output folder missing",
      () => simulate(path("truth.parquet"), path("none/out.parquet")),
      5,
      /folder ".*none" does not exist/,
    ],
    ["output not writable", () => simulate(path("truth.parquet"), "/proc/out.parquet"), 5, /cannot write/],
    [
      "bundle over a foreign folder",
      () => ["fit", path("spec.yaml"), "-o", folder],
      5,
      /is there already, and is not a bundle/,
    ],
    ["not a bundle", () => ["simulate", folder, path("truth.parquet"), "-o", path("out.parquet")], 5, /not a bundle/],
    [
      "number out of range",
      () => ["generate", "gun", "-n", "-5", "-o", path("g.parquet")],
      2,
      /--events: not usable; expected an integer >= 1, got "-5"/,
    ],
  ];

  test.each(cases)("%s", async (_, args, code, message) => {
    const before = readdirSync(folder);
    const list = args();
    const added = readdirSync(folder);
    const outcome = await peregrine(list);
    const line = outcome.stderr
      .trim()
      .split("\n")
      .filter((l) => !l.startsWith("reading"))
      .join("\n");
    expect(line).toMatch(message);
    expect(line.split("\n")).toHaveLength(1);
    expect(line).not.toMatch(/ {4}at /);
    expect(outcome.code).toBe(code);
    expect(readdirSync(folder).sort()).toEqual([...new Set([...before, ...added])].sort());
  });

  test("Ctrl-C during a fit leaves nothing", async () => {
    await peregrine(["generate", "gun", "-n", "400000", "--detector", "clas-toy", "-o", path("big.parquet")]);
    const long = file(SPEC.replace("train.parquet", "big.parquet").replace("trees: 20", "trees: 3000"), "long.yaml");
    const before = readdirSync(folder);
    const outcome = await peregrine(["fit", long, "-o", path("long.peregrine")], "reading");
    expect(outcome.code).toBe(130);
    expect(outcome.stderr).toContain("interrupted");
    expect(readdirSync(folder)).toEqual(before);
  });

  test("Ctrl-C during a simulation leaves no part of a file", async () => {
    const before = readdirSync(folder);
    const outcome = await peregrine(
      [
        "simulate",
        path("toy.peregrine"),
        path("truth.parquet"),
        "-o",
        path("long.parquet"),
        "--oversample",
        "20000",
        "--threads",
        "1",
        "--chunk-size",
        "1000",
      ],
      "simulating",
    );
    expect(outcome.code).toBe(130);
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync(path("long.parquet"))).toBe(false);
  });
});

describe("compare as a gate", () => {
  const gate = (...more: string[]) =>
    peregrine([
      "compare",
      path("reference.parquet"),
      path("fast.parquet"),
      "-o",
      path("gate"),
      "--skip",
      "together",
      ...more,
    ]);

  test("ends with 1 and a line for each value beyond a limit, the report written all the same", async () => {
    const { code, stderr, stdout } = await gate(
      "--spec",
      path("spec.yaml"),
      "--fail-above",
      "ks=0.001",
      "score=1e9",
      "--quiet",
    );
    expect(code).toBe(1);
    expect(stdout).toBe("");
    const lines = stderr.trim().split("\n");
    expect(lines.every((line) => /^beyond the limit: .*: ks; expected at most 0.001, got 0\.\d+\.$/.test(line))).toBe(
      true,
    );
    expect(existsSync(path("gate/report.html"))).toBe(true);
  });

  test("ends with 0 within the limits, and tells them in JSON", async () => {
    const { code, stdout } = await gate("--fail-above", "score=1e9", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ version: 2, overLimits: [] });
  });

  test("refuses limits that mean nothing", async () => {
    for (const [limit, words] of [
      ["kss=1", 'no metric "kss"'],
      ["ks", "expected metric=value"],
      ["energy-score=1", '"energy-score" was not computed'],
    ]) {
      const { code, stderr } = await gate("--fail-above", limit);
      expect(code, limit).toBe(2);
      expect(stderr.trim().split("\n").at(-1), limit).toContain(words);
    }
  });
});

test("compare takes truth from files of its own, and says where they do not belong", async () => {
  const compared = (truth: string) =>
    peregrine([
      ...["compare", path("reference.parquet"), path("reference.parquet"), "--truth", path(truth)],
      ...["-o", path("beside"), "--skip", "together", "--quiet"],
    ]);
  expect(await compared("truth.parquet")).toEqual({ code: 0, stdout: "", stderr: "" });
  const { code, stderr } = await compared("train.parquet");
  expect(code).toBe(3);
  expect(stderr).toMatch(/^error: .*train.parquet: does not go beside .*expected as many events, 4000, got 20000\./);
});
