"""SciPy's times for bench/metrics.mjs: two files of doubles; prints one JSON object of seconds."""
import json
import sys
import time

import numpy as np
from scipy import stats


def shortest(work, runs=3):
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


x, y = (np.fromfile(name, "f8") for name in sys.argv[1:])
print(json.dumps({
    "ks": shortest(lambda: stats.ks_2samp(x, y, method="asymp")),
    "w1": shortest(lambda: stats.wasserstein_distance(x, y)),
}))
