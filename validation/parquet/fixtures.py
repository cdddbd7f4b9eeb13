"""Writes the small Parquet files and expected values that test/data/parquet.test.ts reads.

Independent oracle: Apache Arrow's own writer. Run with pyarrow and numpy installed:
    python3 validation/parquet/fixtures.py
Made with pyarrow 25.0.1, numpy 2.4.6.
"""

import datetime
import decimal
import json
import pathlib

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

OUT = pathlib.Path(__file__).parent.parent / "data" / "parquet"
ROWS = 230
rng = np.random.default_rng(20)

INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]


def flat_columns():
    columns = {}
    for name in INTEGERS:
        info = np.iinfo(name)
        values = rng.integers(info.min, info.max, ROWS, dtype=name, endpoint=True)
        values[:2] = info.min, info.max
        columns[name] = values
    for name in ["float32", "float64"]:
        values = rng.normal(size=ROWS).astype(name)
        values[:4] = np.nan, np.inf, -np.inf, -0.0
        columns[name] = values
    columns["bool"] = rng.random(ROWS) < 0.3
    # Few distinct values, so that Arrow's dictionary pays off and pages hold long runs.
    columns["charge"] = rng.choice(np.array([-1, 1], dtype="int32"), ROWS)
    return columns


def plain(values):
    """JSON has no NaN and no 64-bit integers: all numbers as text that Python and JavaScript read alike."""
    return [str(v).lower() if isinstance(v, bool) else repr(v) if isinstance(v, float) else str(v) for v in values.tolist()]


def write(name, table, **options):
    pq.write_table(table, OUT / f"{name}.parquet", **{"row_group_size": 100, "data_page_size": 128, "write_batch_size": 16, **options})


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    flat = flat_columns()
    nullable = pa.table(flat)
    required = pa.table(
        list(nullable.columns), schema=pa.schema([f.with_nullable(False) for f in nullable.schema])
    )
    write("flat-snappy", nullable, compression="snappy")
    write("flat-required-v2-zstd", required, compression="zstd", data_page_version="2.0")
    write("flat-gzip-plain", required, compression="gzip", use_dictionary=False)
    write("flat-brotli", nullable, compression="brotli", data_page_version="2.0")
    write("flat-lz4", nullable, compression="lz4")
    encodings = {n: "DELTA_BINARY_PACKED" for n in ["int32", "uint32", "int64", "uint64", "charge"]}
    encodings |= {"float32": "BYTE_STREAM_SPLIT", "float64": "BYTE_STREAM_SPLIT"}
    write("flat-encodings", required, compression="none", use_dictionary=False, column_encoding=encodings)

    counts = rng.poisson(1.5, ROWS)
    counts[:3] = 0, 40, 0
    pt = [rng.exponential(20, n).astype("float32") for n in counts]
    index = [rng.integers(-1, 5, n).astype("int16") for n in counts]
    lists = pa.table(
        {
            "pt": pa.array(pt, pa.list_(pa.float32())),
            "index": pa.array(index, pa.large_list(pa.int16())),
            "jet": pa.array(
                [[{"e": float(v), "id": int(k)} for v, k in zip(p, i)] for p, i in zip(pt, index)],
                pa.list_(pa.struct([("e", pa.float64()), ("id", pa.int32())])),
            ),
            "vertex": pa.array([{"x": i / 2, "n": i} for i in range(ROWS)], pa.struct([("x", pa.float32()), ("n", pa.uint8())])),
            "name": pa.array([f"event {i}" for i in range(ROWS)]),
            "nested": pa.array([[[1.0], []]] * ROWS, pa.list_(pa.list_(pa.float32()))),
            "day": pa.array([datetime.date(2020, 1, 1)] * ROWS),
            "price": pa.array([decimal.Decimal("1.25")] * ROWS, pa.decimal128(9, 2)),
            "half": pa.array(np.ones(ROWS, dtype="float16")),
            "table": pa.array([[("a", 1)]] * ROWS, pa.map_(pa.string(), pa.int32())),
        }
    )
    write("lists-snappy", lists, compression="snappy")
    write("lists-v2-zstd", lists, compression="zstd", data_page_version="2.0")
    write("lists-old-names", lists.select(["pt", "index"]), compression="none", use_compliant_nested_type=False)

    holes = pa.table(
        {
            "fine": pa.array(np.arange(ROWS, dtype="float32")),
            "value": pa.array([None if i == 117 else i / 2 for i in range(ROWS)], pa.float64()),
            "list": pa.array([None if i == 5 else [1.0] for i in range(ROWS)], pa.list_(pa.float32())),
            "entry": pa.array([[1, None] if i == 201 else [1, 2] for i in range(ROWS)], pa.list_(pa.int32())),
        }
    )
    write("holes", holes, compression="none")

    expected = {
        "flat": {name: plain(values) for name, values in flat.items()},
        "lists": {
            "counts": counts.tolist(),
            "pt": plain(np.concatenate(pt).astype("float64")),
            "index": plain(np.concatenate(index)),
        },
    }
    (OUT / "expected.json").write_text(json.dumps(expected, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
