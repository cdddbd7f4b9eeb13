/** @file Public names in Node: everything of `index.ts`, with files and threads. */
export * from "./index.js";
export { readBundleFolder, writeBundleFolder } from "./node/bundle-folder.js";
export { createTable, openByteSource, openTable, readBytes, writeFileAtomic } from "./node/files.js";
export { loadReportAssets } from "./node/report-assets.js";
export { workerPool } from "./node/worker-pool.js";
