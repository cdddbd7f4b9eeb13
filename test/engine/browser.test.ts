import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Value } from "../../src/engine/runtime/runtime.js";
import { findChromium, Page } from "../report/chromium.js";
import type { Page as EnginePage } from "./browser-page.js";
import { testRuntime } from "./evaluate.js";
import { OP_CASES } from "./op-cases.js";
import { runOpCases } from "./op-runs.js";
import { exported, feedsOf, samples, trainDecoder } from "./sample-networks.js";

const chromium = findChromium();
if (chromium === undefined)
  console.log("the engine in a browser: skipped, no Chromium; install one or set PEREGRINE_CHROMIUM");

/** Everything but ONNX Runtime for Node, which the engine loads only there. */
async function bundle(entry: string) {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["onnxruntime-node"],
    logLevel: "silent",
  });
  return { code: result.outputFiles[0].text, parts: Object.values(result.metafile.inputs), warnings: result.warnings };
}

it.each([
  ["the engine's code", "../../src/engine/index.ts"],
  ["all that is public", "../../src/index.ts"],
])("%s can be bundled for browsers, and asks for nothing that only Node has", async (_, entry) => {
  const { parts, warnings } = await bundle(entry);
  const outside = parts.flatMap((part) =>
    part.imports.filter(({ external, path }) => external === true && path !== "<runtime>"),
  );
  expect(new Set(outside.map(({ path, kind }) => `${kind} ${path}`))).toEqual(
    new Set(["dynamic-import onnxruntime-node"]),
  );
  expect(warnings).toEqual([]);
});

const scaleOf = (numbers: readonly number[]) => Math.max(1e-30, ...numbers.map(Math.abs));

/** Largest difference, as a share of the largest number. */
function distance(got: readonly number[], wanted: readonly number[]): number {
  expect(got.length).toBe(wanted.length);
  return Math.max(...wanted.map((v, k) => Math.abs(v - got[k]))) / scaleOf(wanted);
}

const plain = (feeds: Readonly<Record<string, Value>>) =>
  Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, data }]) => [name, { shape, data: Array.from(data, Number) }]),
  );

const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript",
  mjs: "text/javascript",
  wasm: "application/wasm",
};

describe.skipIf(chromium === undefined).each([
  // What an app gets that says nothing: the .wasm file beside its script.
  { threads: 1 },
  { threads: 2, assets: "ort" },
])("the engine in a browser, %o", (options) => {
  const networks = samples();
  const folder = options.assets === undefined ? "" : `${options.assets}/`;
  const files = new Map<string, Uint8Array | string>();
  const server = createServer(async ({ url = "/" }, response) => {
    const name = url.slice(1);
    const runtime = name.startsWith(folder) ? /^ort-[\w.-]+$/.exec(name.slice(folder.length))?.[0] : undefined;
    const body =
      runtime === undefined
        ? files.get(name)
        : await readFile(new URL(`../../node_modules/onnxruntime-web/dist/${runtime}`, import.meta.url));
    response.writeHead(body === undefined ? 404 : 200, {
      "Content-Type": name === "" ? "text/html" : (TYPES[name.split(".").at(-1) ?? ""] ?? "application/octet-stream"),
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    response.end(body);
  });
  let page: Page;
  let origin: string;

  const call = <K extends keyof EnginePage>(name: K, ...given: Parameters<EnginePage[K]>) =>
    page.evaluate<Awaited<ReturnType<EnginePage[K]>>>(`engine.${name}(...${JSON.stringify(given)})`);

  beforeAll(async () => {
    files.set("", '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>');
    files.set("page.js", (await bundle("browser-page.ts")).code);
    for (const network of networks) files.set(`${network.name}.onnx`, exported(network));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    page = await Page.open(chromium as string);
    await page.send("Page.navigate", { url: origin });
    await page.until('"engine" in globalThis');
    await call("open", options);
  });

  afterAll(async () => {
    await page?.close();
    server.close();
  });

  it.each(networks.map((network) => [network.name, network] as const))(
    "replays the %s as Node does",
    async (_, network) => {
      const runtime = await testRuntime();
      const feeds = feedsOf(network, 64);
      const session = await runtime.load(exported(network));
      const [{ data }] = Object.values(await session.run(feeds));
      await session.close();
      const wanted = Array.from(data, Number);
      expect(scaleOf(wanted)).toBeGreaterThan(0.1);
      for (const got of await call("run", `${network.name}.onnx`, plain(feeds))) {
        expect(distance(got, wanted)).toBeLessThan(1e-5);
      }
    },
  );

  it("takes steps of Adam as Node does", async () => {
    const decoder = networks.find(({ name }) => name === "decoder") as (typeof networks)[0];
    const feeds = feedsOf(decoder, 64);
    const wanted = await trainDecoder(await testRuntime(), feeds, decoder.flat, 6);
    const got = await call("train", plain(feeds), Array.from(decoder.flat), 6);
    expect(wanted.losses[5]).toBeLessThan(0.9 * wanted.losses[0]);
    expect(distance(got.losses, wanted.losses)).toBeLessThan(1e-5);
    expect(distance(got.flat, Array.from(wanted.flat))).toBeLessThan(1e-5);
  });

  it("gives each op the values and gradients that Node gives", async () => {
    const wanted = await runOpCases(await testRuntime());
    const got = await call("opCases");
    const wrong = OP_CASES.map(({ op }, k) => `${op} ${distance(got[k], wanted[k])}`).filter(
      (line) => !(Number(line.split(" ")[1]) < 1e-5),
    );
    expect(wrong).toEqual([]);
  });

  it("says in one line what cannot be loaded, and that a page has one runtime", async () => {
    const [text, raw, other, alone] = await call("refusals");
    expect(text).toMatch(/^DataError: onnx: this is no ONNX model; expected one in protobuf, got plain text\./);
    expect(alone).toMatch(/^ConfigError: webRuntime: threads need scripts of their own; expected "assets" [^\n]+\.$/);
    expect(raw).toMatch(/^DataError: onnx: the model cannot be loaded; expected [^\n]+\.$/);
    expect(other).toMatch(/^ConfigError: webRuntime: the page runs it with other options; expected [^\n]+\.$/);
  });

  it("says nothing to the console, and asks no other server", () => {
    expect(page.complaints).toEqual([]);
    expect(page.requests.filter((url) => !url.startsWith(origin))).toEqual([]);
    expect(page.requests).toContain(`${origin}${folder}ort-wasm-simd-threaded.wasm`);
  });
});
