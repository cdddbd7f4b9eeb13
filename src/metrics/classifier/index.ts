/** @file Judgement by classifiers: the only metrics that train. */
export { type ClassifierKind, classifierTest } from "./classifier-test.js";
export { evaluateDownstream } from "./downstream.js";
export { classifierFeatures, classifierTests, type FeatureEvents } from "./joint.js";
