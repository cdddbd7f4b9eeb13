import { openCsv } from "./csv-read.js";
import { createCsv } from "./csv-write.js";
import type { Format } from "./format.js";

/**
 * Delimited text with a header row. Reading tells the delimiter ("," ";" tab) and the types from the first 1000 rows:
 * true/false is bool; whole numbers beyond 2^53 make int64 (uint64 beyond 2^63); all other numbers are float64. Lines
 * that begin with "#" and blank lines are passed over; a missing value is an error with its line, never a NaN ("nan" is).
 * Writing spells each number as the shortest text that reads back as it. Units, roles and types of columns are not kept.
 */
export const csvFormat: Format = {
  name: "csv",
  extensions: [".csv"],
  open: openCsv,
  create: (sink, schema) => createCsv(sink, schema),
};

/** The same with tabs between the values. Reading tells the delimiter by itself in both. */
export const tsvFormat: Format = {
  name: "tsv",
  extensions: [".tsv"],
  open: openCsv,
  create: (sink, schema) => createCsv(sink, schema, "\t"),
};
