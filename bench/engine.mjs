// The engine against PyTorch, row by row in one run: training steps, inference, sort-and-match, a whole OTUS step.
// Run: npm run bench:engine [-- --rows train --seconds 2 --threads 2 --networks mlp,noise --batches 256,1024]
// Peer: a python3 with PyTorch (Debian: apt install python3-torch libopenblas0-pthread); PYTHON names another. Each row is
// timed at every thread setting of PyTorch, and the best counts. Where the processor is newer than OpenBLAS knows,
// OPENBLAS_CORETYPE (SkylakeX for AVX-512) gives it its fastest kernels; set it, or leave it to this script.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  adam,
  constantly,
  emitModel,
  input,
  losses,
  matchTargets,
  nodeRuntime,
  Parameters,
  RowModel,
  scope,
  train,
} from "../dist/engine/index.js";
import { workerPool } from "../dist/node/worker-pool.js";
import { fillNormal } from "../dist/util/fill-random.js";
import { sharedArray } from "../dist/util/pool.js";
import { Random } from "../dist/util/random.js";
import { NETWORKS } from "./engine/networks.mjs";
import { otus } from "./engine/otus.mjs";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "train,infer,sort,otus" },
    seconds: { type: "string", default: "2" },
    threads: { type: "string", default: String(availableParallelism()) },
    networks: { type: "string", default: Object.keys(NETWORKS).join() },
    batches: { type: "string", default: "256,1024,4096,20000" },
    rounds: { type: "string", default: "2" },
  },
});
const seconds = Number(options.seconds);
const threads = Number(options.threads);
const rounds = Number(options.rounds);
const wanted = (list, name) => options[list].split(",").includes(String(name));
const ROWS = 200_000;

/** Seconds of each repeat, after one tenth of the time for warming up. */
async function measure(step, limit = seconds) {
  const repeat = async (time) => {
    const times = [];
    for (const stop = performance.now() + 1000 * time; times.length === 0 || performance.now() < stop; ) {
      const start = performance.now();
      await step();
      times.push((performance.now() - start) / 1000);
    }
    return times;
  };
  await repeat(limit / 10);
  return Math.min(...(await repeat(limit)));
}

function normals(n, stream) {
  const data = sharedArray(Float32Array, n);
  fillNormal(data, 1n, stream, 0);
  return data;
}

/** Momenta of two massless particles, and their energies. */
function fourVectors(stream) {
  const momenta = normals(6 * ROWS, stream);
  const data = sharedArray(Float32Array, 8 * ROWS);
  for (let i = 0; i < 2 * ROWS; i++) {
    for (let k = 0; k < 3; k++) data[4 * i + k] = 30 * momenta[3 * i + k];
    data[4 * i + 3] = Math.hypot(data[4 * i], data[4 * i + 1], data[4 * i + 2]);
  }
  return data;
}

const pool = workerPool(threads);
const runtime = await nodeRuntime({ threads });

/** Shortest time of one step of `train`, in seconds. */
async function stepTime(spec) {
  let last;
  let steps = 0;
  let best = Number.POSITIVE_INFINITY;
  const stop = new AbortController();
  const end = performance.now() + 1000 * seconds;
  await train(
    {
      ...spec,
      steps: 1e9,
      seed: 1,
      validation: false,
      signal: stop.signal,
      onProgress() {
        const now = performance.now();
        if (last !== undefined) best = Math.min(best, now - last);
        last = now;
        if (now > end && ++steps > 3) stop.abort();
      },
    },
    { runtime, pool },
  ).catch((error) => {
    if (!stop.signal.aborted) throw error;
  });
  return best / 1000;
}

function trainStep(name, batch) {
  const { inputs, outputs, noise, build } = NETWORKS[name];
  const network = new Parameters(name);
  const tables =
    name === "noise"
      ? { x: { data: fourVectors(1), columns: 8 }, y: { data: fourVectors(2), columns: 8 } }
      : {
          x: { data: normals(ROWS * inputs, 1), columns: inputs },
          y: { data: normals(ROWS * outputs, 2), columns: outputs },
        };
  return stepTime({
    sources: { data: tables },
    batch,
    objectives: [
      {
        name: "fit",
        networks: [network],
        optimiser: adam(),
        rate: constantly(1e-3),
        loss(context) {
          const drawn = noise === 0 ? undefined : context.noise(noise);
          return losses.mse(
            build(context.network(network), context.batch("data", "x"), drawn),
            context.batch("data", "y"),
          );
        },
      },
    ],
  });
}

async function infer(name, batch) {
  const { inputs, outputs, noise, build } = NETWORKS[name];
  const network = new Parameters(name);
  const x = input("x", "float32", ["n", inputs]);
  const drawn = noise === 0 ? undefined : input("drawn", "float32", ["n", noise]);
  const y = build(scope(network, false), x, drawn);
  const { flat, state } = network.initialise(new Random(1));
  const { bytes } = emitModel({ y }, { replace: network.constants(flat, state) });
  const model = new RowModel(
    {
      bytes,
      inputs: [{ name: "x", columns: inputs }],
      noises: noise === 0 ? [] : [{ name: "drawn", columns: noise }],
      outputs: [{ name: "y", columns: outputs }],
    },
    pool,
  );
  const xs = normals(batch * inputs, 3);
  const into = { y: sharedArray(Float32Array, batch * outputs) };
  let first = 0;
  return measure(async () => {
    await model.run({ x: xs }, batch, { seed: 1n, first, into });
    first += batch;
  });
}

async function sort(slices, rows) {
  const [source, target] = [normals(slices * rows, 5), normals(slices * rows, 6)];
  const matchedInto = sharedArray(Float32Array, slices * rows);
  return measure(() => matchTargets({ source, target, slices, matchedInto }, pool));
}

const otusStep = (batch, slices) =>
  stepTime({
    sources: {
      x: { events: { data: fourVectors(1), columns: 8 } },
      z: { events: { data: fourVectors(2), columns: 8 } },
    },
    batch,
    objectives: [otus(slices)],
  });

/** One Python process; answers requests in turn. */
function peer(blas, torch) {
  const child = spawn(
    process.env.PYTHON ?? "/usr/bin/python3",
    [fileURLToPath(new URL("engine-peers.py", import.meta.url))],
    {
      stdio: ["pipe", "pipe", "inherit"],
      env: {
        ...process.env,
        OPENBLAS_NUM_THREADS: String(blas),
        OPENBLAS_CORETYPE: process.env.OPENBLAS_CORETYPE ?? newestKernels(),
        OMP_WAIT_POLICY: blas > 1 ? "PASSIVE" : "ACTIVE",
        MALLOC_MMAP_MAX_: "0",
        MALLOC_TRIM_THRESHOLD_: "8000000000",
        MALLOC_ARENA_MAX: "1",
      },
    },
  );
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    return done ? { missing: "the peer ended" } : JSON.parse(value);
  };
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  return {
    hello: next(),
    setting: `${blas}, ${torch}`,
    async ask(request) {
      child.kill("SIGCONT");
      child.stdin.write(`${JSON.stringify({ ...request, threads: torch })}\n`);
      const answer = await next();
      child.kill("SIGSTOP");
      if (answer.seconds === undefined) throw new Error(`peer: ${JSON.stringify(answer)}`);
      return answer;
    },
    // PyTorch's threads spin while they have nothing to do: whoever is not being timed must stand still.
    pause: () => child.kill("SIGSTOP"),
    end() {
      child.kill("SIGCONT");
      child.stdin.end();
    },
  };
}

function newestKernels() {
  try {
    const flags = readFileSync("/proc/cpuinfo", "utf8");
    return flags.includes("avx512f") ? "SkylakeX" : flags.includes("avx2") ? "Haswell" : "";
  } catch {
    return "";
  }
}

const settings =
  threads === 1
    ? [[1, 1]]
    : [
        [1, 1],
        [1, threads],
        [threads, threads],
      ];
let peers = settings.map(([blas, torch]) => peer(blas, torch));
const hello = await peers.at(-1).hello;
for (const other of peers) {
  await other.hello;
  if (hello.missing === undefined) other.pause();
}
console.log(
  `${cpus()[0].model}, ${availableParallelism()} cores; Node ${process.version}, ${runtime.name}, ${threads} threads`,
);
if (hello.missing !== undefined) {
  console.log(`PyTorch is left out: ${hello.missing} (Debian: apt install python3-torch libopenblas0-pthread)`);
  peers = [];
} else {
  console.log(
    `PyTorch ${hello.torch}, ${hello.blas}; best of ${peers.map((p) => p.setting).join(" / ")} threads of OpenBLAS, PyTorch`,
  );
}

const show = (s) =>
  s < 0.1 ? `${(1000 * s).toFixed(2)} ms` : s < 1 ? `${(1000 * s).toFixed(0)} ms` : `${s.toFixed(2)} s`;

/** Times both in turn, several times, so that both meet the machine in the same moods. */
async function row(label, ours, request) {
  let mine = Number.POSITIVE_INFINITY;
  let best = { seconds: Number.POSITIVE_INFINITY };
  for (let round = 0; round < rounds; round++) {
    mine = Math.min(mine, await ours());
    for (const other of peers) {
      const answer = await other.ask({ ...request, seconds });
      if (answer.seconds < best.seconds) best = { ...answer, setting: other.setting };
    }
  }
  const peerText =
    peers.length === 0
      ? ""
      : `${show(best.seconds).padStart(10)}  ${(best.seconds / mine).toFixed(2).padStart(6)}x  (${best.setting})`;
  console.log(`${label.padEnd(44)}${show(mine).padStart(10)}${peerText}`);
}

console.log(`\n${"".padEnd(44)}${"Peregrine".padStart(10)}${peers.length === 0 ? "" : "   PyTorch   ratio"}`);
for (const name of Object.keys(NETWORKS).filter((n) => wanted("networks", n))) {
  for (const batch of options.batches.split(",").map(Number)) {
    if (!wanted("rows", "train")) continue;
    await row(`train ${name}, batch ${batch}`, () => trainStep(name, batch), { task: "train", network: name, batch });
  }
  for (const batch of [4096, 65_536]) {
    if (!wanted("rows", "infer")) continue;
    await row(`infer ${name}, ${batch} rows`, () => infer(name, batch), { task: "infer", network: name, batch });
  }
}
for (const rows of [2000, 20_000]) {
  if (wanted("rows", "sort"))
    await row(`sort and match, 1000 x ${rows}`, () => sort(1000, rows), { task: "sort", slices: 1000, rows });
}
if (wanted("rows", "otus")) {
  await row("OTUS step, batch 20000, 1000 slices", () => otusStep(20_000, 1000), {
    task: "otus",
    batch: 20_000,
    slices: 1000,
  });
}
for (const other of peers) other.end();
await pool.close();
