/** @file The training loop. */
import { DataError, InterruptedError, NumericsError } from "../../util/errors.js";
import { type Pool, sharedArray } from "../../util/pool.js";
import { Random, toSeed } from "../../util/random.js";
import { STREAMS } from "../../util/streams.js";
import { AVERAGE } from "../optim/optimiser.js";
import type { Runtime, Values } from "../runtime/runtime.js";
import { Batches, holdOut, rowsOf } from "./batches.js";
import { type CheckpointHeader, decodeCheckpoint, digest, encodeCheckpoint } from "./checkpoint.js";
import { declareParameters, lookingGraph, nextName, slotName, trainingGraph } from "./objective-graph.js";
import { FIRST_STREAM, openRunners, type RunnerSpec, STREAMS_EACH, shareSources } from "./runner.js";
import type { HistoryEntry, LossContext, TrainResult, TrainSpec } from "./spec.js";
import { checkSpec, startVectors } from "./start.js";
import { checkVectors, type Stepper, type Training, update } from "./update.js";
import { HeldOut, lookSize } from "./validate.js";

/** What trains. */
export interface Engine {
  readonly runtime: Runtime;
  /** Threads that share batches (default: this one alone). Their number changes nothing but the time. */
  readonly pool?: Pool;
}

const BEST = "best.";

/**
 * Trains networks: draws batches, steps each objective in turn, looks at held-out rows, and keeps the best. The same spec
 * and seed give the same bits, however many threads share the batches, and also when training is killed and goes on from
 * a checkpoint. (Graphs that look across rows other than by sums run on the runtime's own threads, whose number counts.)
 * @throws ConfigError, DataError where the spec or its data cannot be used.
 * @throws NumericsError where a number becomes NaN or infinite: names the step and the first tensor.
 * @throws InterruptedError where the signal aborts; a checkpoint is written before.
 */
export async function train(spec: TrainSpec, engine: Engine): Promise<TrainResult> {
  checkSpec(spec);
  const seed = toSeed(spec.seed);
  const validation = spec.validation === false ? undefined : (spec.validation ?? {});
  const fraction = validation === undefined ? 0 : (validation.fraction ?? 0.1);
  const names = Object.keys(spec.sources);
  const parts = names.map((name, k) =>
    holdOut(rowsOf(name, spec.sources[name]), fraction, new Random(seed, STREAMS.fit + 0x100 + k)),
  );
  const byName = <T>(make: (k: number) => T) => Object.fromEntries(names.map((name, k) => [name, make(k)]));
  const rows = Math.min(spec.batch, ...parts.map((part) => part.train.length));
  const dealers = byName((k) => new Batches(parts[k].train, rows, seed, STREAMS.fit + 0x200 + k));
  const held = byName((k) => parts[k].held);

  const sources = shareSources(spec.sources);
  const metric = validation?.metric ?? ((context: LossContext) => spec.objectives[0].loss(context));
  // Before any graph is finished: the last loss may ask a network for parameters that the first does not need.
  for (const objective of spec.objectives) declareParameters((context) => objective.loss(context), sources);
  if (validation !== undefined) declareParameters(metric, sources);
  const graphs = spec.objectives.map((objective) => trainingGraph(objective, sources));
  const look = validation && lookingGraph(metric, sources);
  const moved = spec.objectives.flatMap((objective) => objective.networks);
  const networks = [...new Set([...moved, ...graphs.flatMap((graph) => graph.networks), ...(look?.networks ?? [])])];
  const vectors = startVectors(spec, networks);
  const taken = byName(() => sharedArray(Int32Array, rows));
  const wholes = Object.fromEntries(vectors.names.map((name) => [name, vectors.get(name).length]));
  const specs: RunnerSpec[] = graphs.map((graph, k) => ({
    graph,
    rows,
    taken,
    wholes,
    stream: FIRST_STREAM + (k + 1) * STREAMS_EACH,
  }));
  const size = validation === undefined ? undefined : lookSize(held, validation.rows ?? 8192);
  const looked = byName(() => sharedArray(Int32Array, size?.rows ?? 0));
  if (look !== undefined && size !== undefined) {
    specs.push({ graph: look, rows: size.rows, taken: looked, wholes, stream: FIRST_STREAM });
  }

  const { runners, close } = await openRunners(specs, seed, engine.runtime, engine.pool);
  try {
    const steppers = spec.objectives.map((objective, k): Stepper => {
      const count = graphs[k].numbers.length;
      return {
        objective,
        graph: graphs[k],
        runner: runners[k],
        numbers: { dtype: "float32", shape: [count], data: new Float32Array(count) },
        moved: vectors.names.filter((name) => runners[k].outputs.includes(nextName(name))),
        repeats: objective.repeats ?? 1,
      };
    });
    const last = specs.length - 1;
    return await loop({
      spec,
      seed,
      runtime: engine.runtime,
      networks,
      vectors,
      steppers,
      dealers,
      taken,
      perEpoch: Math.max(...Object.values(dealers).map((dealer) => dealer.perEpoch)),
      heldOut: size && new HeldOut(specs[last].graph, runners[last], held, looked, size.looks),
      fingerprint: JSON.stringify([
        String(seed),
        rows,
        parts.map((part, k) => [names[k], part.train.length, part.held.length]),
        spec.checkpoint === undefined && spec.resume === undefined ? 0 : digest(sources),
        networks.map((network) => [network.name, network.entries.map((entry) => [entry.name, entry.shape])]),
        spec.objectives.map((o) => [o.name, o.optimiser.name, o.optimiser.slots, o.repeats ?? 1]),
      ]),
    });
  } finally {
    await close();
  }
}

async function loop(training: Training): Promise<TrainResult> {
  const { spec, steppers, vectors, heldOut, perEpoch } = training;
  const validation = spec.validation === false ? undefined : (spec.validation ?? {});
  const every = validation?.every ?? perEpoch;
  const history: HistoryEntry[] = [];
  let best: CheckpointHeader["best"];
  let kept: Record<string, Float32Array> = {};
  let sums: Record<string, number> = {};
  let sumSteps = 0;
  let step = 0;

  if (spec.resume !== undefined) {
    const { header, vectors: saved } = decodeCheckpoint(spec.resume);
    if (header.fingerprint !== training.fingerprint) {
      throw new DataError(
        "checkpoint: belongs to another training; expected the same data, seed, batch and networks. Start anew without it.",
      );
    }
    for (const name of vectors.names) vectors.set(name, saved[name]);
    kept = Object.fromEntries(
      Object.keys(saved).flatMap((name) => (name.startsWith(BEST) ? [[name.slice(BEST.length), saved[name]]] : [])),
    );
    history.push(...header.history);
    best = header.best;
    sums = { ...header.sums };
    sumSteps = header.sumSteps;
    step = header.step;
  }
  const patient = () => validation?.patience === undefined || (best?.looksSince ?? 0) < validation.patience;
  const save = async (): Promise<void> => {
    const all = vectors.copy();
    for (const [name, data] of Object.entries(kept)) all[BEST + name] = data;
    const header = { fingerprint: training.fingerprint, step, history, best, sums, sumSteps };
    await spec.checkpoint?.save(encodeCheckpoint(header, all));
  };

  while (step < spec.steps && patient()) {
    if (spec.signal?.aborted) {
      await save();
      throw new InterruptedError(`train: stopped after step ${step} of ${spec.steps}`);
    }
    const losses: Record<string, number> = {};
    for (const number of steppers.keys()) {
      const { objective, repeats } = steppers[number];
      for (let repeat = 0; repeat < repeats; repeat++) {
        const values = await update(training, number, step, repeat);
        losses[objective.name] = values.loss;
        for (const [name, value] of Object.entries(values)) {
          const key = name === "loss" ? objective.name : `${objective.name}.${name}`;
          sums[key] = (sums[key] ?? 0) + value / repeats;
        }
      }
    }
    step++;
    sumSteps++;
    const due = spec.checkpoint !== undefined && step % spec.checkpoint.every === 0;
    if (due || step % every === 0 || step === spec.steps) checkVectors(vectors, step);
    let entry: HistoryEntry | undefined;
    if (step % every === 0 || step === spec.steps) {
      const means = Object.entries(sums).map(([name, sum]) => [name, sum / sumSteps]);
      sums = {};
      sumSteps = 0;
      entry = { step, epoch: Math.floor(step / perEpoch), training: Object.fromEntries(means) };
      if (heldOut !== undefined) {
        const values = await heldOut.look(judged(training), step);
        if (!Number.isFinite(values.loss)) {
          throw new NumericsError(
            `train: step ${step}: the held-out loss became ${values.loss}; expected a finite number. The last good parameters are those of step ${best?.step ?? 0}.`,
          );
        }
        const isBest = best === undefined || values.loss < best.metric - (validation?.minimumGain ?? 0);
        if (isBest) kept = finalVectors(training);
        best =
          isBest || best === undefined
            ? { metric: values.loss, step, looksSince: 0 }
            : { ...best, looksSince: best.looksSince + 1 };
        entry = { ...entry, heldOut: values, best: isBest };
      }
      history.push(entry);
    }
    spec.onProgress?.({ step, steps: spec.steps, epoch: Math.floor(step / perEpoch), losses, entry });
    if (due) await save();
  }

  const final = best === undefined ? finalVectors(training) : kept;
  return {
    networks: Object.fromEntries(
      training.networks.map((parameters) => {
        const state = final[`${parameters.name}.state`] ?? new Float32Array(0);
        return [parameters.name, { parameters, flat: final[parameters.name], state }];
      }),
    ),
    history,
    steps: step,
    bestStep: best?.step ?? step,
    stopped: patient() ? "steps" : "patience",
  };
}

/** Names of the vectors that stand for each network outside training: its average where one is kept. */
function finals({ networks, spec, vectors }: Training): Map<string, string> {
  const names = new Map<string, string>();
  for (const network of networks) {
    const averages = spec.objectives.map((objective) => slotName(network, objective.name, AVERAGE));
    names.set(network.name, averages.find((name) => vectors.has(name)) ?? network.name);
    if (network.stateSize > 0) names.set(`${network.name}.state`, `${network.name}.state`);
  }
  return names;
}

const finalVectors = (training: Training): Record<string, Float32Array> =>
  Object.fromEntries([...finals(training)].map(([name, from]) => [name, training.vectors.get(from).slice()]));

/** The vectors as held-out looks see them. */
function judged(training: Training): Values {
  const all = training.vectors.values();
  return { ...all, ...Object.fromEntries([...finals(training)].map(([name, from]) => [name, all[from]])) };
}
