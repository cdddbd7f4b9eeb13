/** @file Public names that run anywhere, browsers included. `node.ts` adds files and threads. */
export {
  type Column,
  columnLength,
  concatTables,
  EventTable,
  flatColumn,
  jaggedColumn,
} from "./data/event-table.js";
export type {
  ByteSink,
  ByteSource,
  CreateOptions,
  Format,
  Friend,
  ReadOptions,
  TableSink,
  TableSource,
} from "./data/formats/format.js";
export { formatOf, formats } from "./data/formats/registry.js";
export type { CollectionObject, Cut, ObjectSpec, SlotObject } from "./data/objects.js";
export { type PairedTable, toPaired } from "./data/pairing.js";
export { publish } from "./data/publish.js";
export { type DType, type Field, type Role, Schema, type TypedArray } from "./data/schema.js";
export type { Draws, Simulator } from "./data/simulator.js";
export { type EvaluateOptions, type EvaluateProgress, evaluate } from "./metrics/evaluate.js";
export type * from "./metrics/evaluation.js";
export type { Metric, MetricInfo, MetricScope, MetricValue } from "./metrics/metric.js";
export { allMetrics as metrics } from "./metrics/registry.js";
export type * from "./metrics/spec.js";
export type { FitContext, FitProgress, FittedModel, Recipe, ReplayOptions, TrainingData } from "./models/recipe.js";
export { findRecipe, recipes } from "./models/registry.js";
export type { Detector } from "./physics/detector.js";
export { clasAcceptance, clasSmear, clasToy } from "./physics/detectors/clas-toy.js";
export {
  type Expression,
  type ExpressionOptions,
  evaluateExpression,
  parseExpression,
} from "./physics/expression/index.js";
export {
  add,
  boost,
  boostToRest,
  eta,
  type FourVector,
  fromPtEtaPhi,
  fromSpherical,
  mass,
  momentum,
  phi,
  pt,
  theta,
  wrapAngle,
} from "./physics/four-vector.js";
export { type Direction, directionIn, helicityDirection } from "./physics/kinematics.js";
export { PhaseSpace } from "./physics/phase-space.js";
export type { Process } from "./physics/process.js";
export { detectors, findDetector, findProcess, processes } from "./physics/registry.js";
export { type Bundle, bundleFiles, type Manifest, readBundle } from "./pipeline/bundle.js";
export { type CompareOptions, compare } from "./pipeline/compare.js";
export { type ComparisonSpec, comparisonOf, parseComparisonSpec } from "./pipeline/comparison-spec.js";
export { evaluationJsonSchema, parseEvaluation } from "./pipeline/evaluation-schema.js";
export { fit } from "./pipeline/fit.js";
export { type GenerateOptions, generate } from "./pipeline/generate.js";
export { inspect, type TableReport } from "./pipeline/inspect.js";
export { VERSION } from "./pipeline/package.js";
export { parseRunSpec, type RunSpec, runSpecJsonSchema } from "./pipeline/run-spec.js";
export { type SimulateOptions, simulate } from "./pipeline/simulate.js";
export { summarise } from "./pipeline/summary.js";
export { type ReportAssets, type ReportContext, renderReport } from "./report/index.js";
export {
  ConfigError,
  DataError,
  InterruptedError,
  IoError,
  NumericsError,
  PeregrineError,
  SchemaError,
} from "./util/errors.js";
export { inlinePool, type Pool } from "./util/pool.js";
export { Random } from "./util/random.js";
