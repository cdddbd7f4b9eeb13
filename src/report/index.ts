export { type ReportAssets, type ReportContext, renderReport } from "./render-report.js";
