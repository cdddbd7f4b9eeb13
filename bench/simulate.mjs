// How fast `peregrine simulate` replays single particles from Parquet to Parquet, and what memory that takes.
//
//   npm run build && node bench/simulate.mjs [--events 20000000] [--training 1600000] [--kinds trees,neighbours] [--folder DIR]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measured } from "./measured.mjs";

const { values: args } = parseArgs({
  options: {
    events: { type: "string", default: "20000000" },
    training: { type: "string", default: "1600000" },
    kinds: { type: "string", default: "trees,neighbours" },
    folder: { type: "string" },
  },
});
const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const folder = args.folder ?? mkdtempSync(join(tmpdir(), "peregrine-bench-"));
const path = (name) => join(folder, name);
const run = (...rest) => execFileSync(process.execPath, [main, ...rest, "--quiet"], { stdio: "inherit" });

console.log(`${cpus().length} x ${cpus()[0].model}, Node ${process.version}`);
run("generate", "gun", "-n", args.training, "--detector", "clas-toy", "-o", path("train.parquet"));
run("generate", "gun", "-n", args.events, "--seed", "2", "-o", path("truth.parquet"));
console.log(
  "| reconstruction | events | seconds, all told | events/s | peak memory | bundle |\n|---|---|---|---|---|---|",
);
for (const kind of args.kinds.split(",")) {
  writeFileSync(
    path("spec.yaml"),
    `name: bench\ndata:\n  files: [train.parquet]\n  objects: [{ name: particle, variables: [p, theta, phi] }]\noptions: { reconstruction: { kind: ${kind} } }\n`,
  );
  run("fit", path("spec.yaml"), "-o", path(`${kind}.peregrine`));
  const size = ["acceptance", "reconstruction"]
    .map((part) => statSync(path(`${kind}.peregrine/particle.${part}.bin`)).size)
    .reduce((a, b) => a + b, 0);
  const { text, wall, peak } = await measured(
    main,
    "simulate",
    path(`${kind}.peregrine`),
    path("truth.parquet"),
    "-o",
    path("fast.parquet"),
    "--json",
  );
  const { events } = JSON.parse(text);
  console.log(
    `| ${kind} | ${events} | ${wall.toFixed(1)} | ${(events / wall / 1e6).toFixed(2)}M | ${peak.toFixed(0)} MB | ${(size / 1e6).toFixed(0)} MB |`,
  );
}
if (args.folder === undefined) rmSync(folder, { recursive: true });
