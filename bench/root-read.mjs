// Reading ROOT files: ours and jsroot 7, the same file, the same machine, one after the other.
//   npm run build && node bench/root-read.mjs
// Peers: npm install --ignore-scripts --prefix bench/peers jsroot@7.11.2 (or set PEREGRINE_PEERS to such a folder).
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { deflateSync } from "node:zlib";
import { openTable } from "../dist/node/files.js";
import { Random } from "../dist/util/random.js";
import { writeRootFile } from "../test/data/root/root-writer.mjs";

const EVENTS = 1_000_000;
const COLUMNS = 30;
const BASKET = 20_000;
const REPEATS = 5;
/** Small files take a while to warm up. */
const SMALL_REPEATS = 20;

const here = fileURLToPath(new URL(".", import.meta.url));
const peers = process.env.PEREGRINE_PEERS ?? join(here, "peers", "node_modules");
const data = process.env.PEREGRINE_DATA ?? join(here, "..", "..", "shared", "data");

/** Half the columns with full mantissas, half rounded to 12 bits as CMS does, so that zlib has something to do. */
function makeTree(random) {
  const branches = [];
  for (let c = 0; c < COLUMNS; c++) {
    const baskets = [];
    for (let start = 0; start < EVENTS; start += BASKET) {
      const view = new DataView(new ArrayBuffer(BASKET * 4));
      for (let i = 0; i < BASKET; i++) {
        view.setFloat32(i * 4, 20 + 30 * random.normal());
        if (c % 2 === 1) view.setUint32(i * 4, view.getUint32(i * 4) & 0xfffff800);
      }
      baskets.push({ events: BASKET, data: new Uint8Array(view.buffer) });
    }
    const name = `x${c}`;
    branches.push({ name, title: `${name}/F`, leaves: [{ className: "TLeafF", name }], baskets });
  }
  return { name: "tree", entries: EVENTS, branches };
}

function zlibBlocks(raw) {
  const stored = deflateSync(raw, { level: 1 });
  const size = (n) => [n & 255, (n >> 8) & 255, n >> 16];
  return new Uint8Array([0x5a, 0x4c, 8, ...size(stored.length), ...size(raw.length), ...stored]);
}

/** jsroot knows no class layouts of its own: lend it the list of a file that ROOT wrote. */
async function streamerInfo() {
  const path = join(data, "cms-nanoaod-v12-ttbar.root");
  if (!existsSync(path)) return undefined;
  const bytes = await readFile(path);
  const big = bytes.readInt32BE(4) >= 1_000_000;
  const at = big ? 45 : 37;
  const seek = big ? Number(bytes.readBigInt64BE(at)) : bytes.readInt32BE(at);
  return new Uint8Array(bytes.subarray(seek, seek + bytes.readInt32BE(at + (big ? 8 : 4))));
}

/** Reads everything; returns the number of events and the sum of the first column, so that readers can be compared. */
async function readOurs(path) {
  const table = await openTable(path);
  let events = 0;
  let sum = 0;
  for await (const chunk of table.read()) {
    events += chunk.length;
    const first = chunk.columns[0].values;
    if (first instanceof Float32Array) for (let i = 0; i < first.length; i++) sum += first[i];
  }
  await table.close();
  return { events, sum };
}

async function loadJsroot() {
  const folder = join(peers, "jsroot", "modules");
  if (!existsSync(folder)) return undefined;
  const load = (file) => import(pathToFileURL(join(folder, file)).href);
  return { ...(await load("io.mjs")), ...(await load("tree.mjs")) };
}

async function readJsroot(jsroot, path) {
  const file = await jsroot.openFile(path);
  const tree = await file.readObject("tree");
  const selector = new jsroot.TSelector();
  for (let c = 0; c < COLUMNS; c++) selector.addBranch(`x${c}`, `x${c}`);
  let events = 0;
  let sum = 0;
  selector.ProcessArrays = () => {
    const first = selector.tgtarr.x0;
    events += first.length;
    for (let i = 0; i < first.length; i++) sum += first[i];
  };
  selector.Process = () => {
    throw new Error("jsroot fell back to reading event by event");
  };
  await jsroot.treeProcess(tree, selector);
  return { events, sum };
}

async function best(name, megabytes, read, repeats = REPEATS) {
  let fastest = Number.POSITIVE_INFINITY;
  let result;
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    result = await read();
    fastest = Math.min(fastest, (performance.now() - start) / 1000);
  }
  const rate = megabytes === undefined ? "" : `${(megabytes / fastest).toFixed(0).padStart(6)} MB/s  `;
  console.log(
    `  ${name.padEnd(24)} ${rate}${(result.events / fastest / 1000).toFixed(1).padStart(8)} thousand events/s`,
  );
  return { fastest, ...result };
}

console.log(
  `Node ${process.version}, ${cpus().length} x ${cpus()[0].model}; best of ${REPEATS}, small files of ${SMALL_REPEATS}`,
);
const folder = await mkdtemp(join(tmpdir(), "peregrine-bench-"));
try {
  const info = await streamerInfo();
  const jsroot = info === undefined ? undefined : await loadJsroot();
  if (jsroot === undefined) {
    console.log(
      `jsroot is skipped: ${info === undefined ? `needs ${data}/cms-nanoaod-v12-ttbar.root for its streamer info` : `npm install --ignore-scripts --prefix bench/peers jsroot@7.11.2`}`,
    );
  }
  for (const [label, compress] of [
    ["uncompressed", undefined],
    ["zlib level 1", zlibBlocks],
  ]) {
    const path = join(folder, `${label.replaceAll(" ", "-")}.root`);
    const bytes = writeRootFile([{ tree: makeTree(new Random(1)) }], { compress, streamerInfo: info });
    await writeFile(path, bytes);
    console.log(`${EVENTS} events x ${COLUMNS} float32, ${label}, ${(bytes.length / 1e6).toFixed(0)} MB`);
    const megabytes = (EVENTS * COLUMNS * 4) / 1e6;
    const ours = await best("Peregrine", megabytes, () => readOurs(path));
    if (jsroot === undefined) continue;
    const theirs = await best("jsroot ProcessArrays", megabytes, () => readJsroot(jsroot, path));
    if (theirs.events !== ours.events || theirs.sum !== ours.sum) throw new Error("the two readers disagree");
    console.log(`  Peregrine is ${(theirs.fastest / ours.fastest).toFixed(1)} times as fast`);
  }
} finally {
  await rm(folder, { recursive: true });
}
for (const name of ["cms-nanoaod-v5-ttbar", "cms-nanoaod-v12-ttbar", "hzz-zlib", "hzz-lz4", "hzz-zstd", "hzz-lzma"]) {
  const path = join(data, `${name}.root`);
  if (!existsSync(path)) {
    console.log(`${name} is skipped: not in ${data} (set PEREGRINE_DATA)`);
    continue;
  }
  console.log(`${name}, all columns`);
  await best("Peregrine", undefined, () => readOurs(path), SMALL_REPEATS);
}
