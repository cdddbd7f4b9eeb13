#!/usr/bin/env python3
"""Numbers from NumPy and scikit-learn that src/metrics/classifier must reproduce; writes validation/data/metrics-classifier.json.

Run: python3 validation/metrics/classifier.py   (NumPy 1.24, scikit-learn 1.2)
"""
import json
import pathlib

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import log_loss, roc_auc_score, roc_curve

rng = np.random.default_rng(20240611)


def psi(x, y):
    return (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])


def delong(labels, *scores):
    """AUCs and their covariance, from all pairs: DeLong, DeLong, Clarke-Pearson (1988), equations 4 to 6."""
    pairs = [psi(s[labels == 1], s[labels == 0]) for s in scores]
    v10 = np.array([p.mean(1) for p in pairs])
    v01 = np.array([p.mean(0) for p in pairs])
    covariance = np.cov(v10) / v10.shape[1] + np.cov(v01) / v01.shape[1]
    return [p.mean() for p in pairs], covariance


def uniform(index, seed):
    """A 32-bit hash of the index, the same in both languages: lowbias32 by Wellons."""
    x = (index.astype(np.uint64) + np.uint64(seed) * np.uint64(0x9E3779B9)) & np.uint64(0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x ^= x >> np.uint64(shift)
        x = (x * np.uint64(factor)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    return (x.astype(float) + 0.5) / 2**32


def events(n, seed, rho):
    """Ten features; two correlations, one spread that depends on another feature, and one product change with rho."""
    i = np.arange(n)
    c = [
        np.sqrt(-2 * np.log(uniform(i, 20 * seed + 2 * k))) * np.cos(2 * np.pi * uniform(i, 20 * seed + 2 * k + 1))
        for k in range(10)
    ]
    c[1] = rho * c[0] + np.sqrt(1 - rho * rho) * c[1]
    c[3] = np.exp(c[3]) * (1 + rho * c[2] ** 2)
    c[5] = c[5] + rho * c[4] * c[6]
    c[8] = c[8] - rho * c[9]
    return np.array(c).T


def hard_problem(n, shift):
    """AUC of HistGradientBoosting, trained as the trees of src/metrics/classifier are, on a large test sample."""
    found = []
    train, test = int(0.8 * n), 100_000
    y = np.r_[np.ones(train), np.zeros(train)]
    yt = np.r_[np.ones(test), np.zeros(test)]
    xt = np.vstack([events(test, 901, 0.1), events(test, 902, 0.1 + shift)])
    for repeat in range(5):
        x = np.vstack([events(train, 2 * repeat + 1, 0.1), events(train, 2 * repeat + 2, 0.1 + shift)])
        model = HistGradientBoostingClassifier(
            max_iter=300, early_stopping=True, validation_fraction=0.25, n_iter_no_change=25, random_state=repeat
        )
        model.fit(x, y)
        found.append(roc_auc_score(yt, model.predict_proba(xt)[:, 1]))
    return {"n": n, "shift": shift, "auc": np.mean(found), "spread": np.std(found, ddof=1)}


n = 300
labels = (rng.random(n) < 0.4).astype(int)
a = np.round(rng.normal(size=n) + 0.7 * labels, 1)
b = np.round(a + rng.normal(size=n) - 0.2 * labels, 1)
weights = np.round(rng.exponential(size=n) + 0.1, 3)
(auc_a, auc_b), covariance = delong(labels, a, b)
fpr, tpr, _ = roc_curve(labels, a, sample_weight=weights, drop_intermediate=False)
grid = np.arange(0, 1.005, 0.01)

x = np.sort(rng.normal(size=200))
y = (rng.random(200) < 1 / (1 + np.exp(-x))).astype(float)
w = np.round(rng.exponential(size=200) + 0.05, 3)
shares = IsotonicRegression().fit_transform(x, y, sample_weight=w)
p = np.round(rng.uniform(0.05, 0.95, n), 4)

out = {
    "versions": {"numpy": np.__version__, "sklearn": sklearn.__version__},
    "labels": labels.tolist(),
    "a": a.tolist(),
    "b": b.tolist(),
    "weights": weights.tolist(),
    "auc": [auc_a, auc_b],
    "aucSklearn": [roc_auc_score(labels, a), roc_auc_score(labels, b)],
    "aucWeighted": roc_auc_score(labels, a, sample_weight=weights),
    "errors": np.sqrt(np.diag(covariance)).tolist(),
    "errorOfDifference": float(np.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])),
    # Just right of the corners, where the curve is one-valued.
    "roc": np.interp(grid[1:-1] + 1e-9, fpr, tpr).tolist(),
    "isotonic": {"y": y.tolist(), "w": w.tolist(), "shares": shares.tolist()},
    "p": p.tolist(),
    "logLoss": log_loss(labels, p, sample_weight=weights),
    "hash": uniform(np.arange(5), 7).tolist(),
    "event": events(3, 5, 0.2)[2].tolist(),
    "hard": hard_problem(30_000, 0.15),
}
path = pathlib.Path(__file__).parent.parent / "data" / "metrics-classifier.json"
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(path, path.stat().st_size, out["hard"], out["auc"], out["aucSklearn"])
