"""Writes the CSV files and expected values that test/data/csv.test.ts reads.

Independent oracle: pandas' own writer, and numpy's shortest text for float32 (its Dragon4). Run with numpy and pandas:
    python3 validation/csv/fixtures.py
Made with pandas 1.5.3, numpy 1.24.2.
"""

import json
import pathlib
import struct

import numpy as np
import pandas as pd

OUT = pathlib.Path(__file__).parent.parent / "data" / "csv"


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "pt": rng.exponential(30, 200).astype("float32"),
            "x": rng.normal(size=200) * 10.0 ** rng.integers(-300, 300, 200),
            "event": rng.integers(2**60, 2**62, 200),
            "n": rng.integers(-5, 5, 200),
            "ok": rng.random(200) < 0.5,
            "label, with comma": ["e-" if k % 2 else 'mu "soft"' for k in range(200)],
        }
    )
    frame.loc[3, "x"] = np.inf
    frame.loc[4, "x"] = np.nan
    frame.to_csv(OUT / "pandas.csv", na_rep="nan")
    frame.to_csv(OUT / "pandas-semicolon.csv", sep=";", index=False, na_rep="nan")

    bits = np.concatenate([rng.integers(0, 2**31, 1500, dtype="uint32"), rng.exponential(50, 1500).astype("float32").view("uint32")])
    singles = bits.view("float32")
    singles = singles[np.isfinite(singles)]
    expected = {
        "doubles": {name: [repr(float(v)) for v in frame[name]] for name in ["pt", "x"]},
        "event": [str(v) for v in frame["event"]],
        "n": frame["n"].tolist(),
        "ok": [int(v) for v in frame["ok"]],
        # Bits of float32 values and the value of the shortest decimal that rounds to each.
        "singles": [[struct.unpack("<I", struct.pack("<f", v))[0], float(np.format_float_scientific(v, unique=True))] for v in singles],
    }
    (OUT / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
