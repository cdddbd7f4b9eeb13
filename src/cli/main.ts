#!/usr/bin/env node
/** @file The command line. Each command's code is loaded when it runs, so that `--version` and `--help` answer at once. */
import { Command, CommanderError, Option } from "commander";
import { VERSION } from "../pipeline/package.js";
import { describeFailure, endOnSignals } from "./failure.js";

/** Adds the options that every command takes. */
function common(command: Command): Command {
  return command
    .option("--json", "print one JSON object on stdout")
    .option("--quiet", "no progress and no summary")
    .option("--threads <n>", "worker threads (default: all cores)");
}

function build(): Command {
  const program = new Command("peregrine")
    .description("Learn a detector's response from events and replay it, fast.")
    .version(VERSION)
    .showHelpAfterError("(peregrine --help lists the commands)")
    .exitOverride();

  common(program.command("demo [process]"))
    .description("generate toy events, fit, simulate, compare: a report in a minute or two")
    .option("-o, --output <folder>", "where to write (default: peregrine-demo)", "peregrine-demo")
    .option("--seed <n>", "seed of everything", "1")
    .action(async (process, options) => (await import("./commands/demo.js")).run(process, options));

  common(program.command("generate <process>"))
    .description("write toy events: truth, or truth and reconstruction with --detector")
    .requiredOption("-n, --events <n>", "number of events")
    .requiredOption("-o, --output <file>", "file to write; its ending tells the format")
    .option("--detector <name>", "toy detector that the events pass")
    .option("--seed <n>", "seed of the process", "1")
    .option("--detector-seed <n>", "seed of the detector (default: that of the process)")
    .action(async (process, options) => (await import("./commands/generate.js")).run(process, options));

  common(program.command("inspect <file> [columns...]"))
    .description("list trees and columns with types, units, ranges and NaN counts; columns may hold *")
    .option("--tree <name>", "tree of a ROOT file")
    .action(async (file, columns, options) => (await import("./commands/inspect.js")).run(file, columns, options));

  common(program.command("fit <spec>"))
    .description("learn a simulator from paired events, as a run spec (YAML or JSON) says")
    .requiredOption("-o, --output <bundle>", "folder to write")
    .option("--seed <n>", "seed (default: that of the spec)")
    .action(async (spec, options) => (await import("./commands/fit.js")).run(spec, options));

  common(program.command("simulate <bundle> <truth>"))
    .description("turn truth into events as the detector would have")
    .requiredOption("-o, --output <file>", "file to write; its ending tells the format")
    .option("--tree <name>", "tree of a ROOT file")
    .option("--seed <n>", "seed", "1")
    .option("--oversample <k>", "replay each event k times, each with 1/k of its weight", "1")
    .addOption(
      new Option("--acceptance <how>", "lose objects at random, or keep their probability as a weight")
        .choices(["draw", "weight"])
        .default("draw"),
    )
    .option("--keep <columns...>", "further columns of the truth file to keep; * stands for any letters")
    .option("--friend", "write the simulated columns alone, as a friend of the truth file's tree (ROOT)")
    .option("--start <n>", "first event")
    .option("--stop <n>", "event after the last")
    .option("--chunk-size <n>", "events in a chunk; the output does not depend on it")
    .action(async (bundle, truth, options) => (await import("./commands/simulate.js")).run(bundle, truth, options));

  common(program.command("export <bundle>"))
    .description("write a model as one ONNX file: truth and noise in, acceptance and reconstruction out")
    .requiredOption("-o, --output <file>", "file to write (.onnx)")
    .action(async (bundle, options) => (await import("./commands/export.js")).run(bundle, options));

  common(program.command("compare <reference> <candidate>"))
    .description("say how well a candidate sample matches a reference: metrics.json and report.html")
    .requiredOption("-o, --output <folder>", "folder to write")
    .option("--spec <file>", "run spec, comparison spec or bundle that tells the objects")
    .option("--tree <name>", "tree of ROOT files")
    .option("--truth <files...>", "truth of these events, row by row: one file for both samples, or one each")
    .option("--training <file>", "events that the candidate was trained on: asks whether it copies them")
    .option("--fail-above <limits...>", "exit with 1 where metric=value, metric.score=value or score=value is exceeded")
    .addOption(
      new Option(
        "--skip <what...>",
        "leave out the classifiers, or all that looks at several variables together",
      ).choices(["classifier", "together"]),
    )
    .option("--start <n>", "first event of the reference")
    .option("--stop <n>", "event after the last of the reference")
    .option("--seed <n>", "seed of the resampling", "1")
    .action(async (reference, candidate, options) =>
      (await import("./commands/compare.js")).run(reference, candidate, options),
    );

  for (const [name, what] of [
    ["methods", "list the methods and their options"],
    ["metrics", "list the metrics"],
    ["processes", "list the toy processes"],
    ["detectors", "list the toy detectors"],
  ] as const) {
    program
      .command(name)
      .description(what)
      .option("--json", "print one JSON object on stdout")
      .action(async (options) => (await import("./commands/lists.js")).run(name, options));
  }
  return program;
}

endOnSignals();
try {
  await build().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has already said what was wrong; help and version end with 0.
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const { text, exitCode } = describeFailure(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = exitCode;
  }
}
