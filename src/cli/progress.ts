import type { WriteStream } from "node:tty";

const BAR = 24;
/** Where nobody watches a line being redrawn, a stage reports at most so often [ms]. */
const PLAIN_INTERVAL = 10_000;
const REDRAW_INTERVAL = 100;

/** Shows how far long work is, with rate and time left: one redrawn line on a terminal, few plain lines elsewhere. */
export class Progress {
  readonly #stream: NodeJS.WritableStream & Partial<WriteStream>;
  readonly #quiet: boolean;
  #stage = "";
  #stageStart = 0;
  #lastShown = 0;
  #lineOpen = false;

  constructor(stream: NodeJS.WritableStream & Partial<WriteStream>, quiet: boolean) {
    this.#stream = stream;
    this.#quiet = quiet;
  }

  /** @param note A short addition, such as the current loss. */
  update(stage: string, done: number, total: number | undefined, note = ""): void {
    if (this.#quiet) return;
    const now = performance.now();
    const fresh = stage !== this.#stage;
    if (fresh) {
      this.#endLine();
      this.#stage = stage;
      this.#stageStart = now;
      this.#lastShown = now;
    }
    const finished = total !== undefined && done >= total;
    const terminal = this.#stream.isTTY === true;
    if (now - this.#lastShown < (terminal ? REDRAW_INTERVAL : PLAIN_INTERVAL) && !finished && !(terminal && fresh))
      return;
    this.#lastShown = now;
    const line = describe(stage, done, total, (now - this.#stageStart) / 1000, note, terminal);
    if (!terminal) {
      this.#stream.write(`${line}\n`);
    } else {
      this.#stream.write(`\r\x1b[K${line.slice(0, (this.#stream.columns ?? 100) - 1)}`);
      this.#lineOpen = true;
    }
    if (finished) this.#endLine();
  }

  /** Ends a line that is still being redrawn, so that other text starts on its own. */
  finish(): void {
    this.#endLine();
    this.#stage = "";
  }

  #endLine(): void {
    if (this.#lineOpen) this.#stream.write("\n");
    this.#lineOpen = false;
  }
}

function describe(
  stage: string,
  done: number,
  total: number | undefined,
  seconds: number,
  note: string,
  bar: boolean,
): string {
  const rate = seconds > 0.05 ? done / seconds : 0;
  const parts = [stage.padEnd(28)];
  if (total !== undefined && total > 0) {
    const share = Math.min(1, done / total);
    if (bar) parts.push(`[${"#".repeat(Math.round(share * BAR)).padEnd(BAR, ".")}]`);
    parts.push(`${Math.round(100 * share)} %`.padStart(5));
  }
  parts.push(`${formatCount(done)}${total === undefined ? "" : ` of ${formatCount(total)}`}`);
  if (rate > 0) parts.push(`${formatRate(rate)}/s`);
  if (total !== undefined && done >= total) parts.push(`in ${formatSeconds(seconds)}`);
  else if (total !== undefined && rate > 0) parts.push(`${formatSeconds((total - done) / rate)} left`);
  if (note !== "") parts.push(note);
  return parts.join("  ");
}

/** 1234567 as 1,234,567. */
export function formatCount(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}

function formatRate(rate: number): string {
  if (rate >= 1e6) return `${(rate / 1e6).toPrecision(3)}M`;
  if (rate >= 1e4) return `${(rate / 1e3).toPrecision(3)}k`;
  return rate >= 100 ? formatCount(rate) : rate.toPrecision(2);
}

/** Seconds in words that fit the size. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
