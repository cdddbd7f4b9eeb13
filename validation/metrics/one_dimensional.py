#!/usr/bin/env python3
"""Numbers from SciPy and NumPy that src/metrics must reproduce; writes validation/data/metrics-one-dimensional.json.

Run: python3 validation/metrics/one_dimensional.py   (NumPy 1.24, SciPy 1.10)
"""
import json
import pathlib

import numpy as np
import scipy
from scipy import special, stats

rng = np.random.default_rng(20240611)


def cdf(values, weights, at):
    """Weighted share of values <= at."""
    order = np.argsort(values, kind="stable")
    cumulative = np.concatenate([[0], np.cumsum(weights[order])]) / weights.sum()
    return cumulative[np.searchsorted(values[order], at, side="right")]


def weighted_ks(x, y, u, v):
    grid = np.concatenate([x, y])
    return np.abs(cdf(x, u, grid) - cdf(y, v, grid)).max()


def weighted_chi_square(x, y, u, v, edges):
    """ROOT's TH1::Chi2Test with option "WW", under- and overflow included."""
    cuts = np.concatenate([[-np.inf], edges, [np.inf]])
    w1, w2 = np.histogram(x, cuts, weights=u)[0], np.histogram(y, cuts, weights=v)[0]
    s1, s2 = np.histogram(x, cuts, weights=u * u)[0], np.histogram(y, cuts, weights=v * v)[0]
    t1, t2 = w1.sum(), w2.sum()
    return (((t1 * w2 - t2 * w1) ** 2) / (t1 * t1 * s2 + t2 * t2 * s1)).sum()


def w2_squared(x, y, u, v):
    """Integral over probability of the squared difference of the quantile functions."""
    i, j = np.argsort(x, kind="stable"), np.argsort(y, kind="stable")
    a, b = np.cumsum(u[i]) / u.sum(), np.cumsum(v[j]) / v.sum()
    levels = np.unique(np.concatenate([[0.0], a, b]))
    middle = (levels[1:] + levels[:-1]) / 2
    qx = x[i][np.minimum(np.searchsorted(a, middle), len(x) - 1)]
    qy = y[j][np.minimum(np.searchsorted(b, middle), len(y) - 1)]
    return (np.diff(levels) * (qx - qy) ** 2).sum()


def separation(x, y, u, v, edges):
    cuts = np.concatenate([[-np.inf], edges, [np.inf]])
    a = np.histogram(x, cuts, weights=u)[0] / u.sum()
    b = np.histogram(y, cuts, weights=v)[0] / v.sum()
    return (0.5 * (a - b) ** 2 / (a + b)).sum()


def null_of(draw, n, m, cuts, trials=20_000):
    """Mean and deviation of KS, W1, W2 squared and separation between independent samples of one distribution."""
    ks, w1, w2, power = (np.empty(trials) for _ in range(4))
    cuts = np.concatenate([[-np.inf], cuts, [np.inf]])
    for i in range(trials):
        a, b = np.sort(draw(n)), np.sort(draw(m))
        grid = np.sort(np.concatenate([a, b]))
        gap = np.abs(np.searchsorted(a, grid, "right") / n - np.searchsorted(b, grid, "right") / m)
        ks[i] = gap.max()
        w1[i] = (gap[:-1] * np.diff(grid)).sum()
        levels = np.union1d(np.arange(n + 1) / n, np.arange(m + 1) / m)
        middle = (levels[1:] + levels[:-1]) / 2
        w2[i] = (np.diff(levels) * (a[(middle * n).astype(int)] - b[(middle * m).astype(int)]) ** 2).sum()
        f, g = np.histogram(a, cuts)[0] / n, np.histogram(b, cuts)[0] / m
        both = f + g > 0
        power[i] = (0.5 * (f - g)[both] ** 2 / (f + g)[both]).sum()
    names = {"ks": ks, "w1": w1, "w2": w2, "separation": power}
    return {"n": n, "m": m, "trials": trials, "cuts": cuts[1:-1].tolist(),
            **{name: [values.mean(), values.std()] for name, values in names.items()}}


x = np.round(rng.gamma(2.0, 1.0, 400), 5)
y = np.round(rng.gamma(2.2, 0.95, 300), 5)
u = np.round(rng.uniform(0.2, 2.0, 400), 5)
v = np.round(rng.uniform(0.5, 1.5, 300), 5)
counts_x, counts_y = rng.poisson(2.0, 500), rng.poisson(2.3, 400)
edges = [0.5, 1.0, 1.5, 2.0, 3.0, 4.0]
ones_x, ones_y = np.ones(400), np.ones(300)
shares = [0.001, 0.025, 0.16, 0.5, 0.9, 0.999]


def spiked(n):
    """A third of the values at 0, the rest exponential."""
    return np.where(rng.uniform(size=n) < 1 / 3, 0.0, rng.exponential(size=n))


out = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__},
    "x": x.tolist(), "y": y.tolist(), "u": u.tolist(), "v": v.tolist(),
    "countsX": counts_x.tolist(), "countsY": counts_y.tolist(),
    "ks": stats.ks_2samp(x, y, method="asymp").statistic,
    "ksWeighted": weighted_ks(x, y, u, v),
    "ksCounts": stats.ks_2samp(counts_x, counts_y, method="asymp").statistic,
    "w1": stats.wasserstein_distance(x, y),
    "w1Weighted": stats.wasserstein_distance(x, y, u, v),
    "w1Counts": stats.wasserstein_distance(counts_x, counts_y),
    "w2": w2_squared(x, y, ones_x, ones_y),
    "w2Weighted": w2_squared(x, y, u, v),
    "separation": separation(x, y, ones_x, ones_y, edges),
    "separationWeighted": separation(x, y, u, v, edges),
    "deviation": x.std(),
    "deviationWeighted": np.sqrt(np.cov(x, aweights=u, ddof=0)).item(),
    "edges": edges,
    "chiSquare": weighted_chi_square(x, y, ones_x, ones_y, edges),
    "chiSquareWeighted": weighted_chi_square(x, y, u, v, edges),
    "kolmogorovTail": [[t, special.kolmogorov(t)] for t in [0.1, 0.3, 0.5, 0.8276, 0.99, 1.0, 1.2, 1.5, 2.5]],
    "chiSquareTail": [[c, k, stats.chi2.sf(c, k)] for c, k in
                      [(0.1, 1), (3.84, 1), (10, 12), (18.3, 10), (140, 100), (60, 100), (450, 400), (35, 5)]],
    "wilson": [[k, n, c, *stats.binomtest(k, n).proportion_ci(c, "wilson")] for k, n in
               [(0, 12), (1, 40), (30, 100), (873, 1000), (50, 50)] for c in (0.6826894921370859, 0.95)],
    "quantiles": [[p, np.quantile(x, p, method="hazen")] for p in shares],
    "nulls": {
        "normal": null_of(rng.standard_normal, 1000, 500, np.linspace(-2, 2, 21)),
        "exponential": null_of(rng.standard_exponential, 400, 400, np.linspace(0, 4, 21)),
        "poisson": null_of(lambda n: rng.poisson(2.0, n), 600, 600, np.arange(6) + 0.5),
        "flag": null_of(lambda n: (rng.uniform(size=n) < 0.3) * 1.0, 500, 1000, np.array([0.25, 0.5])),
        "spiked": null_of(spiked, 600, 600, np.linspace(0.01, 4, 21)),
    },
}
path = pathlib.Path(__file__).resolve().parents[1] / "data" / "metrics-one-dimensional.json"
path.write_text(json.dumps(out) + "\n")
print(path, path.stat().st_size, "bytes")
