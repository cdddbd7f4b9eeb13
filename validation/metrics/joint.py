#!/usr/bin/env python3
"""Numbers from NumPy, SciPy, scikit-learn and POT that src/metrics/joint must reproduce; writes validation/data/metrics-joint.json.

Run: python3 validation/metrics/joint.py   (NumPy 1.24, SciPy 1.10, scikit-learn 1.2, POT 0.8.2)
"""
import json
import pathlib

import numpy as np
import ot
from scipy import linalg, stats
from sklearn.neighbors import NearestNeighbors

rng = np.random.default_rng(20240917)
D, N, M = 4, 240, 200


def sample(n, shift, mix):
    z = rng.normal(size=(n, D)) @ mix
    z[:, 3] = rng.gamma(2.0, 0.6, n)
    return np.round(z + shift, 4)


mix = np.array([[1, 0.5, 0, 0], [0, 1, 0.3, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])
x = sample(N, 0.0, mix)
y = sample(M, np.array([0.2, 0, -0.1, 0.1]), mix + 0.1)
u = np.round(rng.uniform(0.3, 2.0, N), 4)
v = np.round(rng.uniform(0.5, 1.5, M), 4)
directions = rng.normal(size=(6, D))
directions /= np.linalg.norm(directions, axis=1, keepdims=True)
directions = np.round(directions, 6)


def sliced(w_x, w_y):
    """Means over the directions of W1, W2 squared and KS."""
    p, q = w_x / w_x.sum(), w_y / w_y.sum()
    # Direction by direction: ot.sliced_wasserstein_distance of POT 0.8.2 averages over the wrong axis.
    w1, w2 = (np.mean([ot.wasserstein_1d(x @ t, y @ t, p, q, p=power) for t in directions]) for power in (1, 2))
    ks = []
    for theta in directions:
        a, b = x @ theta, y @ theta
        grid = np.concatenate([a, b])
        # Weighted shares at or below each value, by their definition.
        f = (w_x * (a <= grid[:, None])).sum(axis=1) / w_x.sum()
        g = (w_y * (b <= grid[:, None])).sum(axis=1) / w_y.sum()
        ks.append(np.abs(f - g).max())
    return {"w1": float(w1), "w2": float(w2), "ks": float(np.mean(ks))}


def frechet(w_x, w_y):
    """Frechet distance of means and unbiased (reliability) covariances."""
    a, b = np.average(x, axis=0, weights=w_x), np.average(y, axis=0, weights=w_y)
    s, t = np.cov(x.T, aweights=w_x), np.cov(y.T, aweights=w_y)
    root = linalg.sqrtm(s @ t)
    return float(((a - b) ** 2).sum() + np.trace(s + t - 2 * root.real))


def kernel(w_x, w_y):
    """Unbiased squared maximum mean discrepancy, over all pairs of different events."""
    p, q = w_x / w_x.sum(), w_y / w_y.sum()
    gram = lambda a, b: (a @ b.T / D + 1) ** 4
    pairs = lambda a, p: ((p @ gram(a, a) @ p) - (p * p * np.diag(gram(a, a))).sum()) / (1 - (p * p).sum())
    return float(pairs(x, p) + pairs(y, q) - 2 * p @ gram(x, y) @ q)


def correlations(w):
    c = np.cov((x if len(w) == N else y).T, aweights=w)
    scale = np.sqrt(np.diag(c))
    return c / np.outer(scale, scale)


def prdc(k):
    """As clovaai/generative-evaluation-prdc (Naeem et al., arXiv:2002.09797), with scikit-learn's distances."""
    radius = lambda a: NearestNeighbors(n_neighbors=k + 1).fit(a).kneighbors(a)[0][:, -1]
    between = np.sqrt(((x[:, None] - y[None]) ** 2).sum(axis=-1))
    rx, ry = radius(x), radius(y)
    return {
        "precision": float((between < rx[:, None]).any(axis=0).mean()),
        "recall": float((between < ry[None]).any(axis=1).mean()),
        "density": float((between < rx[:, None]).sum(axis=0).mean() / k),
        "coverage": float((between.min(axis=1) < rx).mean()),
    }


def frechet_bias(n, trials=4000):
    """Mean Frechet distance, not extrapolated, of samples of n from one correlated distribution: what the slope must remove."""
    out = []
    for _ in range(trials):
        a, b = rng.normal(size=(n, 3)) @ mix[:3, :3], rng.normal(size=(n, 3)) @ mix[:3, :3]
        s, t = np.cov(a.T), np.cov(b.T)
        root = np.linalg.eigvals(s @ t)
        out.append(((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(s) + np.trace(t) - 2 * np.sqrt(np.abs(root)).sum())
    return [float(np.mean(out)), float(np.std(out) / np.sqrt(trials))]


ones = np.ones(N), np.ones(M)
numbers = {
    "x": x.T.tolist(), "y": y.T.tolist(), "u": u.tolist(), "v": v.tolist(),
    "directions": directions.tolist(),
    "sliced": sliced(*ones), "slicedWeighted": sliced(u, v),
    "frechet": frechet(*ones), "frechetWeighted": frechet(u, v),
    "kernel": kernel(*ones), "kernelWeighted": kernel(u, v),
    "correlation": float(np.linalg.norm(np.corrcoef(x.T) - np.corrcoef(y.T))),
    "correlationWeighted": float(np.linalg.norm(correlations(u) - correlations(v))),
    "corrcoef": np.corrcoef(x.T).tolist(),
    "prdc": prdc(5), "prdc3": prdc(3),
    "frechetBias": {"n": 200, "mix": mix[:3, :3].tolist(), "mean": frechet_bias(200)},
    "skewedTail": [[k, z, float(stats.gamma.sf(k + z * np.sqrt(k), k))] for k in (0.5, 3, 40) for z in (-0.5, 0, 1, 4)],
}
out = pathlib.Path(__file__).resolve().parents[1] / "data" / "metrics-joint.json"
out.write_text(json.dumps(numbers, separators=(",", ":")) + "\n")
print(out, out.stat().st_size, "bytes")
