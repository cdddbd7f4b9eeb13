"""The peer of bench/metrics-classifier.mjs, which calls this: python3 metrics-classifier-peer.py FOLDER THREADS. Prints one JSON line."""
import json
import os
import sys
import time

folder, threads = sys.argv[1], int(sys.argv[2])
os.environ["OMP_NUM_THREADS"] = str(threads)

try:
    import numpy as np
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
except ImportError:
    print(json.dumps({"skipped": f"scikit-learn skipped: not installed for {sys.executable}; apt install python3-sklearn"}))
    sys.exit(0)


def load(name):
    rows = np.fromfile(os.path.join(folder, name), dtype="<f4").reshape(11, -1)
    return rows[:10].T.copy(), rows[10]


(x, y), (xt, yt) = load("train.bin"), load("test.bin")
# A quarter held out: 150,000 of 200,000 a class to train on, as the trees of src/metrics/classifier have it.
model = HistGradientBoostingClassifier(
    max_iter=300, early_stopping=True, validation_fraction=0.25, n_iter_no_change=25, random_state=1
)
start = time.time()
model.fit(x, y)
fit = time.time() - start
start = time.time()
p = model.predict_proba(xt)[:, 1]
print(json.dumps({"trees": model.n_iter_, "fit": fit, "predict": time.time() - start, "auc": roc_auc_score(yt, p)}))
