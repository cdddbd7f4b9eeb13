/**
 * Reads the files of write-check.mjs with jsroot, by their streamer infos, and compares every value.
 *
 *   npm install --ignore-scripts --prefix bench/peers jsroot@7.11.2 && node validation/root/read-jsroot.mjs FOLDER
 *
 * jsroot gives 64-bit integers as doubles, so all values are compared as doubles, by their CRC-32, 64-bit integers to 24
 * bits, and negative ones by their sign. A branch that another names as its counter is read first, as jsroot asks for.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { crc32 } from "node:zlib";

const peers = process.env.PEREGRINE_PEERS ?? fileURLToPath(new URL("../../bench/peers/node_modules", import.meta.url));
const load = (file) => import(pathToFileURL(join(peers, "jsroot", "modules", file)).href);
const { openFile } = await load("io.mjs");
const { treeProcess, TSelector } = await load("tree.mjs");
const { version } = await load("core.mjs");

const folder = process.argv[2];
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));
const BUFFER = 1 << 16;

/** Gathers numbers, and their checksum. */
class Sum {
  constructor(Type) {
    this.buffer = new Type(BUFFER);
    this.filled = 0;
    this.count = 0;
    this.crc = 0;
  }
  add(value) {
    if (this.filled === BUFFER) this.flush();
    this.buffer[this.filled++] = value;
    this.count++;
  }
  flush() {
    this.crc = crc32(new Uint8Array(this.buffer.buffer, 0, this.filled * this.buffer.BYTES_PER_ELEMENT), this.crc);
    this.filled = 0;
  }
}

function addAll(sum, value) {
  if (typeof value === "object") for (const item of value) addAll(sum, item);
  else {
    const number = Number(value);
    sum.add(Number.isNaN(number) ? 12345 : sum.round ? Math.max(-1, Math.fround(number)) : number);
  }
}

let failed = 0;
let text = 0;
let columns = 0;
let values = 0;
for (const [name, want] of Object.entries(expected)) {
  const path = join(folder, name);
  if (!existsSync(path)) continue;
  const file = await openFile(path);
  const tree = await file.readObject(want.tree);
  const problems = tree.fEntries === want.events ? [] : [`${tree.fEntries} events`];
  const selector = new TSelector();
  const sums = [];
  for (const branch of tree.fBranches.arr) {
    const spec = want.columns[branch.fName];
    // Arrays of signed 8-bit integers come as text, which ends at the first 0: they are left to uproot.
    if (spec?.dtype === "int8" && spec.width > 1) {
      text++;
      continue;
    }
    const key = `b${sums.length}`;
    sums.push({ key, name: branch.fName, spec, values: new Sum(Float64Array), lengths: new Sum(Int32Array) });
    // Of negative 64-bit integers it gets the sign right, but for half of them not the value (it is 2^32 off).
    sums[sums.length - 1].values.round = spec?.dtype.endsWith("int64") ?? false;
    selector.addBranch(branch, key);
  }
  selector.Process = function () {
    for (const { key, spec, values, lengths } of sums) {
      if (spec === undefined) continue;
      const value = this.tgtobj[key];
      addAll(values, value);
      if (spec.jagged) lengths.add(value.length);
    }
  };
  if (want.events > 0) await treeProcess(tree, selector);
  for (const { name: column, spec, values: got, lengths } of sums) {
    if (spec === undefined) continue;
    got.flush();
    lengths.flush();
    if (got.count !== spec.values) problems.push(`${column}: ${got.count} values, not ${spec.values}`);
    else if (got.crc !== spec.crcDouble) problems.push(`${column}: other values`);
    if (lengths.crc !== spec.crcLengths) problems.push(`${column}: other list lengths`);
    columns++;
    values += spec.values;
  }
  failed += problems.length;
  console.log(name, problems.join("; ") || `equal: ${want.events} events, ${Object.keys(want.columns).length} columns`);
}
console.log(
  `jsroot ${version}: ${columns} columns, ${values} values, ${failed} differences; ${text} columns that it reads as text left out`,
);
process.exitCode = failed > 0 ? 1 : 0;
