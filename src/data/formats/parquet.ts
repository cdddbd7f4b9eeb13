import type { Format } from "./format.js";
import { openParquet } from "./parquet-read.js";
import { createParquet } from "./parquet-write.js";

/**
 * Apache Parquet, read and written in row groups. Units, roles and the rest of each Field survive a round trip of ours;
 * files of awkward, pandas, polars and DuckDB are read, with one level of lists. A null is an error, never a NaN.
 */
export const parquetFormat: Format = {
  name: "parquet",
  extensions: [".parquet", ".pq"],
  open: openParquet,
  create: createParquet,
};
