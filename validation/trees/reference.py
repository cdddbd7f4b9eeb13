"""Reference numbers for the tests of the trees: scikit-learn, XGBoost and SciPy on a small data set made by a formula.

Run: python3 validation/trees/reference.py   (writes validation/data/trees-reference.json)
Needs numpy, scipy, scikit-learn and xgboost; the versions used are stored beside the numbers.
"""
import json
import pathlib

import numpy as np
import scipy
import scipy.spatial
import sklearn
import xgboost
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.tree import DecisionTreeRegressor

ROWS = 8000


def column(offset: int, rows: int, modulus: int) -> np.ndarray:
    """Values of a linear congruential generator: exact integers, so that TypeScript makes the same ones."""
    state = np.empty(rows, dtype=np.int64)
    x = offset
    for i in range(rows):
        x = (x * 1103515245 + 12345) % 2147483648
        state[i] = x >> 8
    return ((state % modulus) / modulus).astype(np.float32)


def data(offset: int):
    x = np.stack([column(offset + k, ROWS, 200 if k == 2 else 65536) for k in range(3)], axis=1)
    u = column(offset + 7, ROWS, 65536)
    p = np.where(x[:, 0] + 0.3 * x[:, 1] > 0.6, 0.85, 0.1) * (0.6 + 0.4 * x[:, 2])
    label = (u < p).astype(np.float32)
    target = (p + 0.2 * (u - 0.5)).astype(np.float32)
    return x, label, target


def log_loss(y, p):
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log1p(-p)))


train, y, t = data(1)
test, y_test, t_test = data(1001)
params = dict(max_depth=5, eta=0.2, max_bin=256, tree_method="hist", min_child_weight=1, reg_lambda=1, nthread=1)
xgb_class = xgboost.train(
    dict(params, objective="binary:logistic", base_score=float(y.mean())), xgboost.DMatrix(train, label=y), 50
)
xgb_value = xgboost.train(
    dict(params, objective="reg:squarederror", base_score=float(t.mean())), xgboost.DMatrix(train, label=t), 50
)
common = dict(max_iter=50, max_depth=5, max_leaf_nodes=None, learning_rate=0.2, min_samples_leaf=1,
              l2_regularization=1, early_stopping=False, max_bins=255)
sk_class = HistGradientBoostingClassifier(**common).fit(train, y)
sk_value = HistGradientBoostingRegressor(**common).fit(train, t)

cart = DecisionTreeRegressor(min_samples_leaf=20, max_depth=6).fit(train, np.stack([t, y], axis=1))
distance, index = scipy.spatial.cKDTree(train.astype(np.float64)).query(test[:50].astype(np.float64), k=5)

out = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
                 "xgboost": xgboost.__version__},
    "data": {"sumX": train.sum(axis=0, dtype=np.float64).tolist(), "positives": int(y.sum()),
             "sumTarget": float(t.sum(dtype=np.float64))},
    "logLoss": {
        "xgboost": {"train": log_loss(y, xgb_class.predict(xgboost.DMatrix(train)).astype(float)),
                    "test": log_loss(y_test, xgb_class.predict(xgboost.DMatrix(test)).astype(float))},
        "sklearn": {"train": log_loss(y, sk_class.predict_proba(train)[:, 1]),
                    "test": log_loss(y_test, sk_class.predict_proba(test)[:, 1])},
    },
    "meanSquare": {
        "xgboost": {"train": float(np.mean((xgb_value.predict(xgboost.DMatrix(train)) - t) ** 2)),
                    "test": float(np.mean((xgb_value.predict(xgboost.DMatrix(test)) - t_test) ** 2))},
        "sklearn": {"train": float(np.mean((sk_value.predict(train) - t) ** 2)),
                    "test": float(np.mean((sk_value.predict(test) - t_test) ** 2))},
    },
    "cart": {"leaves": int(cart.get_n_leaves()),
             "leafSizes": sorted(np.bincount(cart.apply(train))[np.unique(cart.apply(train))].tolist())},
    "nearest": {"index": index.tolist(), "distance": distance.tolist()},
}
target = pathlib.Path(__file__).parent.parent / "data" / "trees-reference.json"
target.write_text(json.dumps(out))
print({k: out[k] for k in ("data", "logLoss", "meanSquare", "cart")})
