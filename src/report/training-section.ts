import { html, idOf } from "./markup.js";
import { Cards, evenly, type Section } from "./section.js";
import { type TrainingCurves, trainingPlot } from "./training-plot.js";

/** Curves of the candidate's training, or nothing where none are given. */
export function trainingSection(training: readonly TrainingCurves[] = []): Section[] {
  if (training.length === 0) return [];
  const cards = new Cards();
  for (const [i, curves] of training.entries()) {
    cards.add(trainingPlot(`training:${i}:${idOf(curves.name)}`, curves), curves.name, [], evenly(training.length, i));
  }
  return [{ id: "training", title: "Training", body: html`${cards.take()}`, plots: cards.plots }];
}
