export { type ReportAssets, type ReportContext, renderReport } from "./render-report.js";
export type { TrainingCurves } from "./training-plot.js";
