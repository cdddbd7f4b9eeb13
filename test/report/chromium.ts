// A browser for tests, driven over the DevTools protocol through a pipe, so that no port is opened.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

type Json = Record<string, unknown>;

/** Path of an installed Chromium: PEREGRINE_CHROMIUM, or one of the usual names; undefined where there is none. */
export function findChromium(): string | undefined {
  if (process.env.PEREGRINE_CHROMIUM !== undefined) return process.env.PEREGRINE_CHROMIUM;
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    } catch {
      // Not this one.
    }
  }
  return undefined;
}

/** One page of a headless browser. */
export class Page {
  /** Everything that the console, the log and uncaught exceptions said. */
  readonly complaints: string[] = [];
  /** Addresses asked for, other than files and data. */
  readonly requests: string[] = [];
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #waiting = new Map<number, { resolve: (result: Json) => void; reject: (error: Error) => void }>();
  #id = 0;
  #session: string | undefined;

  private constructor(path: string) {
    this.#profile = mkdtempSync(join(tmpdir(), "peregrine-chromium-"));
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];
    this.#process = spawn(
      path,
      [...flags, "--remote-debugging-pipe", `--user-data-dir=${this.#profile}`, "about:blank"],
      {
        stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
      },
    );
    let text = "";
    (this.#process.stdio[4] as Readable).setEncoding("utf8").on("data", (chunk: string) => {
      const messages = (text + chunk).split("\0");
      text = messages.pop() ?? "";
      for (const message of messages) this.#receive(JSON.parse(message) as Json);
    });
  }

  static async open(path: string): Promise<Page> {
    const page = new Page(path);
    const { targetInfos } = await page.send("Target.getTargets");
    const target = (targetInfos as Json[]).find(({ type }) => type === "page");
    const { sessionId } = await page.send("Target.attachToTarget", { targetId: target?.targetId, flatten: true });
    page.#session = sessionId as string;
    for (const domain of ["Runtime", "Log", "Page", "Network"]) await page.send(`${domain}.enable`);
    return page;
  }

  send(method: string, params: Json = {}): Promise<Json> {
    const id = ++this.#id;
    const answer = new Promise<Json>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    (this.#process.stdio[3] as Writable).write(`${JSON.stringify({ id, method, params, sessionId: this.#session })}\0`);
    return answer;
  }

  /** Runs an expression in the page, awaits it, and returns its value. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as Json).value as T;
  }

  /** Waits until an expression holds. */
  async until(expression: string): Promise<void> {
    while (!(await this.evaluate<boolean>(expression))) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    await this.send("Browser.close").catch(() => this.#process.kill());
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #receive(message: Json): void {
    const params = (message.params ?? {}) as Json;
    if (typeof message.id === "number") {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error !== undefined) waiting?.reject(new Error(JSON.stringify(message.error)));
      else waiting?.resolve((message.result ?? {}) as Json);
    } else if (/consoleAPICalled|exceptionThrown|entryAdded/.test(message.method as string)) {
      this.complaints.push(JSON.stringify(params).slice(0, 500));
    } else if (message.method === "Network.requestWillBeSent") {
      const { url } = params.request as { url: string };
      if (!/^(file|data|blob|about):/.test(url)) this.requests.push(url);
    }
  }
}
