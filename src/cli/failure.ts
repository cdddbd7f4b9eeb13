import { PeregrineError } from "../util/errors.js";

/** What to do before the process ends early; commands that write files register here. */
const cleanups = new Set<() => void>();

/** Registers what must be undone where the process ends early, such as temporary files. */
export function onEarlyEnd(cleanup: () => void): void {
  cleanups.add(cleanup);
}

function cleanUp(): void {
  for (const cleanup of cleanups) cleanup();
}

/** Ends at once on Ctrl-C or a termination request, leaving nothing half-written. */
export function endOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      cleanUp();
      process.stderr.write("\ninterrupted: nothing half-written is left\n");
      process.exit(130);
    });
  }
  // A reader that closes the pipe (head, less) has seen enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    process.stderr.write(`error: standard output cannot be written: ${error.code ?? error.message}\n`);
    process.exit(5);
  });
}

/** The line to print for a failure, and the exit code. Defects keep their stack trace: they are ours to mend. */
export function describeFailure(error: unknown): { text: string; exitCode: number } {
  cleanUp();
  if (error instanceof PeregrineError) return { text: `error: ${error.message}`, exitCode: error.exitCode };
  if (error instanceof RangeError && /allocation|Invalid typed array length/.test(error.message)) {
    return { text: "error: out of memory; train or compare on fewer events (`start` and `stop`).", exitCode: 4 };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { text: `internal error (please report it):\n${detail}`, exitCode: 1 };
}
