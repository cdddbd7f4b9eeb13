import type { FitProgress } from "../models/recipe.js";
import { workerPool } from "../node/worker-pool.js";
import { ConfigError } from "../util/errors.js";
import type { Pool } from "../util/pool.js";
import { Progress } from "./progress.js";

/** Options that every command takes. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly threads?: string;
}

/** What a running command talks through: words and progress to stderr, the result to stdout. */
export interface Session {
  readonly pool: Pool;
  readonly progress: Progress;
  /** Says a sentence, unless --quiet. */
  say(text: string): void;
  /** Says what should not be missed, even with --quiet. */
  warn(text: string): void;
  /** Says why the command ends with another exit code than 0, even with --quiet. */
  complain(text: string): void;
  /** Ends the command: the object with --json, else the text. */
  result(object: unknown, text: string): void;
  showFit(progress: FitProgress): void;
}

/** Starts a session, runs a command's work in it, and lets go of the threads whatever happens. */
export async function withSession(options: CommonOptions, work: (session: Session) => Promise<void>): Promise<void> {
  const pool = workerPool(options.threads === undefined ? undefined : toInteger("--threads", options.threads, 1));
  const progress = new Progress(process.stderr, options.quiet === true);
  const write = (text: string) => {
    progress.finish();
    process.stderr.write(`${text}\n`);
  };
  try {
    await work({
      pool,
      progress,
      say: (text) => {
        if (!options.quiet) write(text);
      },
      warn: (text) => write(`warning: ${text}`),
      complain: write,
      result: (object, text) => {
        progress.finish();
        if (options.json) process.stdout.write(`${JSON.stringify(object, null, 2)}\n`);
        else if (!options.quiet) process.stdout.write(`${text}\n`);
      },
      showFit: ({ stage, done, total, loss }) =>
        progress.update(stage, done, total, loss === undefined ? "" : `held-out loss ${loss.toFixed(5)}`),
    });
  } finally {
    progress.finish();
    await pool.close();
  }
}

/** Reads an integer option. @throws ConfigError where it is not one, or below the least. */
export function toInteger(option: string, text: string, least: number): number {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isSafeInteger(value) || value < least || text.trim() === "") {
    throw new ConfigError(`${option}: not usable; expected an integer >= ${least}, got "${text}".`);
  }
  return value;
}

/** Reads an integer option that may be absent. */
export function optionalInteger(option: string, text: string | undefined, least: number): number | undefined {
  return text === undefined ? undefined : toInteger(option, text, least);
}
