"""SciPy's and scikit-learn's times for bench/metrics.mjs; prints one JSON object."""
import json
import sys
import time

import numpy as np


def shortest(work, runs=5):
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def single(a, b):
    from scipy import stats

    x, y = np.fromfile(a, "f8"), np.fromfile(b, "f8")
    return {
        "ks": shortest(lambda: stats.ks_2samp(x, y, method="asymp"), 3),
        "w1": shortest(lambda: stats.wasserstein_distance(x, y), 3),
    }


def classifier(a, b, rows):
    """Trains on as many rows, stops early on a fifth of them besides, and tests on the rest, as the tree test does."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score

    samples = [np.fromfile(name, "f4").reshape(-1, 10) for name in (a, b)]
    total = len(samples[0])
    held = total // 5
    x = np.concatenate([s[: rows + held] for s in samples])
    y = np.repeat([1, 0], rows + held)
    start = time.perf_counter()
    model = HistGradientBoostingClassifier(
        learning_rate=0.1, max_iter=300, max_depth=6, max_leaf_nodes=None, early_stopping=True,
        validation_fraction=held / (rows + held), n_iter_no_change=10, random_state=1,
    ).fit(x, y)
    test = np.concatenate([s[rows + held :] for s in samples])
    scores = model.decision_function(test)
    seconds = time.perf_counter() - start
    labels = np.repeat([1, 0], total - rows - held)
    return {"seconds": seconds, "auc": roc_auc_score(labels, scores), "trees": int(model.n_iter_)}


what, *rest = sys.argv[1:]
print(json.dumps(single(*rest) if what == "single" else classifier(rest[0], rest[1], int(rest[2]))))
