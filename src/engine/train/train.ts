/** @file The training loop. */
import { ConfigError, DataError, InterruptedError, NumericsError } from "../../util/errors.js";
import { Random } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import type { Parameters } from "../nn/parameters.js";
import { AVERAGE } from "../optim/optimiser.js";
import { compile, type Kernels, type Program } from "../program/program.js";
import type { Runtime, Value } from "../runtime/runtime.js";
import { Batches, holdOut, rowsOf } from "./batches.js";
import { type CheckpointHeader, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.js";
import { firstBad } from "./diagnose.js";
import { StepFeeds, tableFeeds } from "./feeds.js";
import { nextName, type StepGraph, slotName, trainingGraph } from "./objective-graph.js";
import type { HistoryEntry, Objective, TrainResult, TrainSpec } from "./spec.js";
import { HeldOut } from "./validate.js";
import { Vectors } from "./vectors.js";

/** What trains: where graphs run, and the kernels of their host ops. */
export interface Engine {
  readonly runtime: Runtime;
  readonly kernels?: Kernels;
}

/** An objective made ready to step. */
interface Stepper {
  readonly objective: Objective;
  readonly graph: StepGraph;
  readonly program: Program;
  readonly feeds: StepFeeds;
  /** Vectors that a step replaces. */
  readonly moved: readonly string[];
  readonly repeats: number;
}

const AVERAGE_OF = (network: Parameters, objective: Objective): string => slotName(network, objective.name, AVERAGE);
const BEST = "best.";

/**
 * Trains networks: draws batches, steps each objective in turn, looks at held-out rows, and keeps the best. The same spec,
 * seed, runtime and thread count give the same bits, also when killed and gone on with from a checkpoint.
 * @throws ConfigError, DataError where the spec or its data cannot be used.
 * @throws NumericsError where a number becomes NaN or infinite: names the step and the first tensor.
 * @throws InterruptedError where the signal aborts.
 */
export async function train(spec: TrainSpec, engine: Engine): Promise<TrainResult> {
  checkSpec(spec);
  const { runtime, kernels = {} } = engine;
  const { sources, objectives, seed } = spec;
  const validation = spec.validation === false ? undefined : (spec.validation ?? {});
  const parts = Object.fromEntries(
    Object.entries(sources).map(([name, source], k) => {
      const random = new Random(seed, STREAMS.fit + 0x100 + k);
      return [name, holdOut(rowsOf(name, source), validation === undefined ? 0 : (validation.fraction ?? 0.1), random)];
    }),
  );
  const rows = Math.min(spec.batch, ...Object.values(parts).map((part) => part.train.length));
  const dealers = Object.fromEntries(
    Object.entries(parts).map(([name, part], k) => [
      name,
      new Batches(part.train, rows, seed, STREAMS.fit + 0x200 + k),
    ]),
  );
  const perEpoch = Math.max(...Object.values(dealers).map((dealer) => dealer.perEpoch));
  const tables = tableFeeds(sources);

  const graphs = objectives.map((objective) => trainingGraph(objective, sources, rows));
  const networks = [...new Set(objectives.flatMap((objective) => objective.networks))];
  const vectors = startVectors(spec, networks);
  const held = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.held]));
  const fingerprint = JSON.stringify([
    String(seed),
    rows,
    Object.entries(parts).map(([name, part]) => [name, part.train.length, part.held.length]),
    networks.map((network) => [network.name, network.entries.map((e) => [e.name, e.shape])]),
    objectives.map((o) => [o.name, o.optimiser.name, o.optimiser.slots, o.repeats ?? 1]),
  ]);

  const steppers: Stepper[] = [];
  const open: { close(): Promise<void> }[] = [];
  try {
    for (const [k, objective] of objectives.entries()) {
      const program = await compile(graphs[k].outputs, runtime, kernels);
      open.push(program);
      steppers.push({
        objective,
        graph: graphs[k],
        program,
        feeds: new StepFeeds(graphs[k], Object.keys(sources), rows),
        moved: vectors.names.filter((name) => program.outputs.includes(nextName(name))),
        repeats: objective.repeats ?? 1,
      });
    }
    let looker: HeldOut | undefined;
    if (validation !== undefined) {
      const build = validation.metric ?? ((context) => objectives[0].loss(context));
      looker = await HeldOut.create(build, sources, tables, held, validation.rows ?? 8192, seed, runtime, kernels);
      open.push(looker);
    }
    return await loop(spec, {
      runtime,
      kernels,
      steppers,
      vectors,
      dealers,
      perEpoch,
      tables,
      looker,
      networks,
      fingerprint,
    });
  } finally {
    for (const program of open) await program.close();
  }
}

function checkSpec(spec: TrainSpec): void {
  const whole = (name: string, value: number) => {
    if (!Number.isInteger(value) || value < 1) {
      throw new ConfigError(`train: ${name} out of range; expected a positive integer, got ${value}.`);
    }
  };
  whole("batch", spec.batch);
  whole("steps", spec.steps);
  if (spec.objectives.length === 0) throw new ConfigError("train: no objectives; expected at least one, got none.");
  if (Object.keys(spec.sources).length === 0)
    throw new ConfigError("train: no data; expected at least one source, got none.");
  const fraction = spec.validation === false ? 0.1 : (spec.validation?.fraction ?? 0.1);
  if (!(fraction > 0 && fraction < 1)) {
    throw new ConfigError(`train: share of held-out rows out of range; expected a number in (0, 1), got ${fraction}.`);
  }
}

function startVectors(spec: TrainSpec, networks: readonly Parameters[]): Vectors {
  const vectors = new Vectors();
  networks.forEach((network, k) => {
    const drawn = network.initialise(new Random(spec.seed, STREAMS.fit + k));
    const given = spec.start?.[network.name];
    const flat = given?.flat ?? drawn.flat;
    const state = given?.state ?? drawn.state;
    if (flat.length !== network.size || state.length !== network.stateSize) {
      throw new DataError(
        `train: start of network "${network.name}" does not fit; expected ${network.size} parameters and ${network.stateSize} states, got ${flat.length} and ${state.length}.`,
      );
    }
    vectors.set(network.name, flat);
    if (network.stateSize > 0) vectors.set(`${network.name}.state`, state);
    for (const objective of spec.objectives) {
      if (!objective.networks.includes(network)) continue;
      for (const slot of objective.optimiser.slots) {
        vectors.set(slotName(network, objective.name, slot), new Float32Array(network.size));
      }
    }
  });
  return vectors;
}

interface Loop {
  readonly runtime: Runtime;
  readonly kernels: Kernels;
  readonly steppers: readonly Stepper[];
  readonly vectors: Vectors;
  readonly dealers: Readonly<Record<string, Batches>>;
  readonly perEpoch: number;
  readonly tables: Readonly<Record<string, Value>>;
  readonly looker: HeldOut | undefined;
  readonly networks: readonly Parameters[];
  readonly fingerprint: string;
}

async function loop(spec: TrainSpec, parts: Loop): Promise<TrainResult> {
  const { steppers, vectors, looker, perEpoch } = parts;
  const validation = spec.validation === false ? undefined : (spec.validation ?? {});
  const every = validation?.every ?? perEpoch;
  const history: HistoryEntry[] = [];
  let best: CheckpointHeader["best"];
  let kept: Record<string, Float32Array> = {};
  let sums: Record<string, number> = {};
  let sumSteps = 0;
  let step = 0;
  let stopped: TrainResult["stopped"] = "steps";

  if (spec.resume !== undefined) {
    const { header, vectors: saved } = decodeCheckpoint(spec.resume);
    if (header.fingerprint !== parts.fingerprint) {
      throw new DataError(
        "checkpoint: belongs to another training; expected the same data, seed, batch and networks. Start anew without it.",
      );
    }
    for (const name of vectors.names) vectors.set(name, saved[name]);
    kept = Object.fromEntries(
      Object.entries(saved).flatMap(([name, data]) => (name.startsWith(BEST) ? [[name.slice(BEST.length), data]] : [])),
    );
    history.push(...header.history);
    best = header.best;
    sums = { ...header.sums };
    sumSteps = header.sumSteps;
    step = header.step;
    if (validation?.patience !== undefined && best !== undefined && best.looksSince >= validation.patience)
      stopped = "patience";
  }

  const save = async (): Promise<void> => {
    const all = vectors.copy();
    for (const [name, data] of Object.entries(kept)) all[BEST + name] = data;
    await spec.checkpoint?.save(
      encodeCheckpoint({ fingerprint: parts.fingerprint, step, history, best, sums, sumSteps }, all),
    );
  };

  while (step < spec.steps && stopped === "steps") {
    if (spec.signal?.aborted) {
      await save();
      throw new InterruptedError(`train: stopped after step ${step} of ${spec.steps}`);
    }
    const losses: Record<string, number> = {};
    for (const [k, stepper] of steppers.entries()) {
      for (let r = 0; r < stepper.repeats; r++) {
        const results = await update(spec, parts, stepper, k, step, r);
        losses[stepper.objective.name] = results.loss;
        for (const [name, value] of Object.entries(results)) {
          const key = name === "loss" ? stepper.objective.name : `${stepper.objective.name}.${name}`;
          sums[key] = (sums[key] ?? 0) + value / stepper.repeats;
        }
      }
    }
    step++;
    sumSteps++;
    const epoch = Math.floor(step / perEpoch);

    let entry: HistoryEntry | undefined;
    if (step % every === 0 || step === spec.steps) {
      const training = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / sumSteps]));
      sums = {};
      sumSteps = 0;
      entry = { step, epoch, training };
      if (looker !== undefined) {
        const heldOut = await looker.look(judged(parts), step);
        if (!Number.isFinite(heldOut.loss)) {
          throw new NumericsError(
            `train: step ${step}: the held-out loss became ${heldOut.loss}; expected a finite number. The last good parameters are those of step ${best?.step ?? 0}.`,
          );
        }
        const isBest = best === undefined || heldOut.loss < best.metric - (validation?.minimumGain ?? 0);
        if (isBest) {
          best = { metric: heldOut.loss, step, looksSince: 0 };
          kept = result(parts);
        } else if (best !== undefined) {
          best = { ...best, looksSince: best.looksSince + 1 };
          if (validation?.patience !== undefined && best.looksSince >= validation.patience) stopped = "patience";
        }
        entry = { ...entry, heldOut, best: isBest };
      }
      history.push(entry);
    }
    spec.onProgress?.({ step, steps: spec.steps, epoch, losses, entry });
    if (spec.checkpoint !== undefined && step % spec.checkpoint.every === 0) await save();
  }

  const final = best === undefined ? result(parts) : kept;
  return {
    networks: Object.fromEntries(
      parts.networks.map((network) => [
        network.name,
        {
          parameters: network,
          flat: final[network.name],
          state: final[`${network.name}.state`] ?? new Float32Array(0),
        },
      ]),
    ),
    history,
    steps: step,
    bestStep: best?.step ?? step,
    stopped,
  };
}

/** Names of the vectors that stand for each network outside training: its average where one is kept. */
function finals(parts: Loop): Map<string, string> {
  const names = new Map<string, string>();
  for (const network of parts.networks) {
    names.set(network.name, network.name);
    for (const { objective } of parts.steppers) {
      const average = AVERAGE_OF(network, objective);
      if (parts.vectors.has(average)) names.set(network.name, average);
    }
    if (network.stateSize > 0) names.set(`${network.name}.state`, `${network.name}.state`);
  }
  return names;
}

function result(parts: Loop): Record<string, Float32Array> {
  return Object.fromEntries([...finals(parts)].map(([name, from]) => [name, parts.vectors.get(from).slice()]));
}

/** The vectors as held-out looks see them. */
function judged(parts: Loop): Pick<Vectors, "value"> {
  const names = finals(parts);
  return { value: (name) => parts.vectors.value(names.get(name) ?? name) };
}

/** One update of one objective; returns its loss and terms. */
async function update(
  spec: TrainSpec,
  parts: Loop,
  stepper: Stepper,
  number: number,
  step: number,
  repeat: number,
): Promise<Record<string, number>> {
  const { vectors, tables, dealers } = parts;
  const index = step * stepper.repeats + repeat;
  const total = parts.steppers.reduce((sum, s) => sum + s.repeats, 0);
  const before = parts.steppers.slice(0, number).reduce((sum, s) => sum + s.repeats, 0);
  const { feeds, program, graph } = stepper;
  for (const [name, dealer] of Object.entries(dealers)) dealer.fill(step * total + before + repeat, feeds.rows[name]);
  feeds.draw(spec.seed, number, index);
  feeds.schedule(step, index);
  const given: Record<string, Value> = {};
  for (const name of program.inputs) given[name] = (tables[name] ?? feeds.values[name] ?? vectors.value(name)) as Value;
  const context = { random: new Random(spec.seed, STREAMS.fit + 0x300 + number).at(index) };
  const results = await program.run(given, vectors.targets(stepper.moved), context);
  const values: Record<string, number> = { loss: Number(results.loss.data[0]) };
  for (const name of graph.terms) values[name] = Number(results[`term.${name}`].data[0]);
  const squares = stepper.objective.networks.map((network) => Number(results[`square.${network.name}`].data[0]));
  if (![values.loss, ...squares].every(Number.isFinite)) {
    const bad = await firstBad(graph.outputs, given, parts.runtime, parts.kernels, context);
    const where = bad === undefined ? "the loss" : `"${bad.name}"`;
    throw new NumericsError(
      `train: step ${step + 1}: ${where} became ${bad?.what ?? "not finite"}; expected finite numbers in objective "${stepper.objective.name}". Look for a learning rate too high, a division by zero, or values far out of scale.`,
    );
  }
  vectors.advance(stepper.moved);
  return values;
}
