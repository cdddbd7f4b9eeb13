/** @file The engine: symbolic tensors, gradients, ONNX, training. */
export { gradients } from "./graph/gradients.js";
export * as ops from "./graph/ops/index.js";
export { constant, type Dim, type DType, input, type Operand, type Shape, Tensor } from "./graph/tensor.js";
export * as losses from "./losses/index.js";
export { filled, glorot, he, type Initialiser, normal, ones, torch, uniform, zeros } from "./nn/initialise.js";
export {
  type BatchNormOptions,
  batchNorm,
  type LinearOptions,
  linear,
  type MlpOptions,
  mlp,
  residualBlock,
} from "./nn/layers.js";
export { Parameters } from "./nn/parameters.js";
export { type Scope, scope } from "./nn/scope.js";
export { emitModel } from "./onnx/emit.js";
export { type ExportOptions, exportModel } from "./onnx/export.js";
export {
  type ImportedModel,
  importModel,
  type ModelDescription,
  readModel,
  type ValueDescription,
} from "./onnx/import.js";
export { type AdamOptions, adam, adamw, averaged, clipped, type Optimiser, sgd } from "./optim/optimiser.js";
export { constantly, cosine, inverseEpoch, type Schedule, warmUp } from "./optim/schedule.js";
export { compile, type Program } from "./program/program.js";
export { RowModel, type RowModelSpec, type RowRun, type RowTable } from "./program/row-model.js";
export { anyRuntime } from "./runtime/any.js";
export { type NodeRuntimeOptions, nodeRuntime } from "./runtime/node.js";
export type { Runtime, Session, SessionOptions, Value, Values } from "./runtime/runtime.js";
export { type WebRuntimeOptions, webRuntime } from "./runtime/web.js";
export * from "./train/spec.js";
export { type Engine, train } from "./train/train.js";
export {
  type DirectionKind,
  drawDirections,
  matchTargets,
  type SlicedWassersteinOptions,
  slicedWasserstein,
} from "./transport/index.js";
