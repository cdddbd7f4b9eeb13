/** @file Object models as one ONNX graph: truth and noise in, acceptance and reconstructed variables out. */
import { type ObjectSpec, trueVariables, type VariableSpec } from "../../data/objects.js";
import { input, ops, type Tensor } from "../../engine/index.js";
import { forestGraph } from "../../trees/onnx/forest.js";
import type { ExportedGraphs } from "../recipe.js";
import { ATTEMPTS, type Reconstruction } from "./reconstruction/reconstruction.js";
import { type ObjectModel, RECONSTRUCTION_NOISE } from "./simulator.js";

const { add, and, clip, concat, exp, floor, greater, less, mul, not, slice, sub, where } = ops;

/** Joins the models of all objects into one graph. */
export function factorisedGraphs(
  objects: readonly ObjectSpec[],
  models: ReadonlyMap<string, ObjectModel>,
): ExportedGraphs {
  const inputs: Tensor[] = [];
  const outputs: Record<string, Tensor> = {};
  const description = objects.map((spec) => {
    const { name } = spec;
    const model = models.get(name) as ObjectModel;
    const columns = [...trueVariables(spec).map((v) => v.name), ...spec.conditions];
    const noises = RECONSTRUCTION_NOISE + attemptsOf(spec) * model.reconstruction.sampler.noises;
    const truth = input(`truth_${name}`, "float32", [`n_${name}`, columns.length]);
    const noise = input(`noise_${name}`, "float32", [`n_${name}`, noises]);
    const acceptance = model.acceptance.graph(truth);
    inputs.push(truth, noise);
    outputs[`acceptance_${name}`] = acceptance;
    outputs[`accepted_${name}`] = less(slice(noise, 0, 1), acceptance);
    outputs[`reco_${name}`] = reconstructionGraph(spec, model.reconstruction, truth, noise);
    return {
      name,
      appliesTo: spec.kind === "slots" ? spec.slots : [name],
      truth: [
        ...trueVariables(spec).map(({ name: column, unit, period }) => ({ name: column, unit, period })),
        ...spec.conditions.map((column) => ({ name: column })),
      ],
      reco: spec.variables.map(({ name: column, unit, period, min, max }) => ({
        name: column,
        unit,
        period,
        min,
        max,
      })),
      noise: {
        columns: noises,
        distribution: "uniform in (0, 1), independent",
        meaning: "column 0: accepted where it is below the acceptance; the rest: the response",
      },
    };
  });
  const without = objects.flatMap(({ name, categories = [] }) =>
    categories.map((category) => `${name}: the category "${category.name}" is not in the file.`),
  );
  return { inputs, outputs, description, without };
}

/** Draws of an object: more than one only where a variable has limits. */
function attemptsOf(spec: ObjectSpec): number {
  return spec.variables.some(({ min, max }) => min !== undefined || max !== undefined) ? ATTEMPTS : 1;
}

/** Reconstructed variables [n, variables], drawn again where they lie beyond their limits. */
function reconstructionGraph(spec: ObjectSpec, model: Reconstruction, features: Tensor, noise: Tensor): Tensor {
  const { sampler, scales } = model;
  const truths = trueVariables(spec).map((_, v) => slice(features, v, v + 1));
  const widths = scales.map(({ forest }) => (forest === undefined ? undefined : exp(forestGraph(forest, features))));
  const draw = (attempt: number) => {
    const from = RECONSTRUCTION_NOISE + attempt * sampler.noises;
    const drawn = sampler.graph(features, slice(noise, from, from + sampler.noises));
    return spec.variables.map((variable, v) => {
      const z = slice(drawn, v, v + 1);
      const width = widths[v];
      return applied(variable, truths[v], add(width === undefined ? z : mul(width, z), scales[v].centre));
    });
  };
  const attempts = attemptsOf(spec);
  let values = draw(0);
  let settled = within(spec, values);
  for (let attempt = 1; attempt < attempts; attempt++) {
    const next = draw(attempt);
    const kept = settled as Tensor;
    values = values.map((value, v) => where(kept, value, next[v]));
    settled = within(spec, values);
  }
  return concat(values.map((value, v) => clipped(spec.variables[v], value)));
}

function applied(variable: VariableSpec, truth: Tensor | undefined, response: Tensor): Tensor {
  if (truth === undefined) return response;
  if (variable.response === "ratio") return mul(truth, response);
  const { period } = variable;
  const value = add(truth, response);
  if (period === undefined) return value;
  // As `wrap` in response.ts: into (-period / 2, period / 2].
  const turned = sub(value, mul(floor(add(mul(value, 1 / period), 0.5)), period));
  return where(greater(turned, -period / 2), turned, add(turned, period));
}

/** Whether all variables lie within their limits, [n, 1]; undefined without limits. */
function within(spec: ObjectSpec, values: readonly Tensor[]): Tensor | undefined {
  const tests = spec.variables.flatMap(({ min, max }, v) => [
    ...(min === undefined ? [] : [not(less(values[v], min))]),
    ...(max === undefined ? [] : [not(greater(values[v], max))]),
  ]);
  return tests.length === 0 ? undefined : tests.reduce(and);
}

function clipped({ min, max }: VariableSpec, value: Tensor): Tensor {
  if (min === undefined && max === undefined) return value;
  return clip(value, min ?? -3.4e38, max ?? 3.4e38);
}
