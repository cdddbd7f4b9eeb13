#!/usr/bin/env python3
"""Rational-quadratic splines from the equations of the paper, which src/models/networks/spline.ts must reproduce.

Run: python3 validation/flow/spline.py   (writes validation/data/flow-spline.json; NumPy 1.24)

Durkan, Bekasov, Murray, Papamakarios (2019), "Neural spline flows", arXiv 1906.04032: bins by a search, values by
equation 4, slopes by equation 5, in double precision and number by number. Parameters of a column: logits of widths,
logits of heights, numbers whose softplus gives the slopes at upper edges (the last is not used: beyond the box the
spline is the identity). Shares are at least 0.01 / bins, slopes at least 0.001, and parameters of 0 give slope 1.
"""
import json
import pathlib

import numpy as np

BINS, BOUND, COLUMNS, ROWS = 7, 3.0, 2, 24
LEAST_SHARE, LEAST_SLOPE = 0.01, 1e-3


def shares(logits):
    e = np.exp(logits - logits.max())
    return LEAST_SHARE / BINS + (1 - LEAST_SHARE) * e / e.sum()


def spline(x, raw):
    """Value and slope at one number, from the 3 * BINS parameters of its column."""
    if abs(x) > BOUND:
        return x, 1.0
    xs = -BOUND + 2 * BOUND * np.concatenate([[0], np.cumsum(shares(raw[:BINS]))])
    ys = -BOUND + 2 * BOUND * np.concatenate([[0], np.cumsum(shares(raw[BINS : 2 * BINS]))])
    inner = LEAST_SLOPE + np.log1p(np.exp(raw[2 * BINS : 3 * BINS - 1] + np.log(np.expm1(1 - LEAST_SLOPE))))
    slopes = np.concatenate([[1], inner, [1]])
    k = min(BINS - 1, int(np.searchsorted(xs, x, side="right")) - 1)
    s = (ys[k + 1] - ys[k]) / (xs[k + 1] - xs[k])
    xi = (x - xs[k]) / (xs[k + 1] - xs[k])
    below = s + (slopes[k + 1] + slopes[k] - 2 * s) * xi * (1 - xi)
    y = ys[k] + (ys[k + 1] - ys[k]) * (s * xi**2 + slopes[k] * xi * (1 - xi)) / below
    above = slopes[k + 1] * xi**2 + 2 * s * xi * (1 - xi) + slopes[k] * (1 - xi) ** 2
    return y, s**2 * above / below**2


random = np.random.default_rng(5)
raw = np.float32(random.normal(0, 1.2, (ROWS, COLUMNS, 3 * BINS)))
x = np.float32(random.uniform(-1.1 * BOUND, 1.1 * BOUND, (ROWS, COLUMNS)))
values = [[spline(float(x[i, j]), np.float64(raw[i, j])) for j in range(COLUMNS)] for i in range(ROWS)]
numbers = {
    "bins": BINS,
    "bound": BOUND,
    "columns": COLUMNS,
    "raw": [float(v) for v in raw.ravel()],
    "x": [float(v) for v in x.ravel()],
    "y": [v[0] for row in values for v in row],
    "slope": [v[1] for row in values for v in row],
}
# Numbers of single precision are told apart by nine digits.
numbers["raw"] = [float(f"{v:.9g}") for v in numbers["raw"]]
out = pathlib.Path(__file__).parent.parent / "data" / "flow-spline.json"
out.write_text(json.dumps(numbers) + "\n")
print(f"{out}: {ROWS * COLUMNS} values, {sum(abs(x.ravel()) > BOUND)} beyond the box, slopes from {min(numbers['slope']):.3g} to {max(numbers['slope']):.3g}")
