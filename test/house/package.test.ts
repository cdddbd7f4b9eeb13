import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { VERSION } from "../../src/pipeline/package.js";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const manifest = JSON.parse(read("package.json"));

/** Every dependency, and why the project does not do without it. */
const REASONS: Record<string, string> = {
  "@bufbuild/protobuf": "ONNX files are protobuf",
  commander: "command line parsing and help",
  fflate: "zlib in plain JavaScript, where Node's own is absent",
  fzstd: "zstd, which ROOT files use",
  hyparquet: "Parquet reading",
  "hyparquet-compressors": "Parquet's and ROOT's lz4, snappy, brotli",
  "hyparquet-writer": "Parquet writing",
  "onnxruntime-node": "runs networks, natively",
  "onnxruntime-web": "runs networks in browsers",
  vega: "interactive plots in reports",
  "vega-embed": "interactive plots in reports",
  "vega-lite": "interactive plots in reports",
  "xz-decompress": "lzma, which ROOT files use",
  yaml: "run specs",
  zod: "validation of run specs and bundles",
};

test("each dependency has its reason, and an exact version", () => {
  expect(Object.keys(manifest.dependencies).filter((name) => !(name in REASONS))).toEqual([]);
  expect(Object.keys(REASONS).filter((name) => !(name in manifest.dependencies))).toEqual([]);
  const versions = Object.values<string>({ ...manifest.dependencies, ...manifest.devDependencies });
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});

test("the version is the same wherever it stands", () => {
  expect(VERSION).toBe(manifest.version);
  expect(read("CITATION.cff")).toContain(`version: ${manifest.version}`);
  expect(read("CHANGELOG.md")).toContain(`## ${manifest.version}`);
});

test("the lock file names no place to download from", () => {
  expect(read("package-lock.json")).not.toMatch(/"resolved": "https?:/);
});

test("what the package promises is there", () => {
  expect(manifest.license).toBe("MIT");
  expect(Object.keys(manifest.exports)).toEqual([".", "./package.json"]);
  for (const file of ["LICENSE", "README.md", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", ".ci/run"]) {
    expect(existsSync(new URL(file, root)), file).toBe(true);
  }
});
