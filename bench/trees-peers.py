"""The peers of bench/trees.mjs, which calls this: python3 trees-peers.py FOLDER THREADS. Prints one JSON object a line."""
import importlib
import json
import os
import sys
import time

folder, threads = sys.argv[1], int(sys.argv[2])
os.environ["OMP_NUM_THREADS"] = str(threads)


def have(module, remedy):
    try:
        return importlib.import_module(module)
    except ImportError:
        print(json.dumps({"skipped": f"{module} skipped: not installed for {sys.executable}; {remedy}"}))
        return None


np = have("numpy", "apt install python3-numpy")
if np is None:
    sys.exit(0)


def load(name, columns):
    return np.fromfile(os.path.join(folder, name), dtype="<f4").reshape(columns, -1)


def show(task, who, fit, predict, quality):
    print(json.dumps({"task": task, "who": who, "fit": fit, "predict": predict, "quality": quality}), flush=True)


def log_loss(p, truth):
    p = np.clip(p.astype(float), 1e-12, 1 - 1e-12)
    return f"{-(truth * np.log(p) + (1 - truth) * np.log1p(-p)).mean():.5f}"


def rate(n, seconds):
    return f"{n / seconds / 1e6:.2f} M/s"


train, test = load("train.bin", 5), load("test.bin", 5)
x, y, xt, truth = train[:3].T.copy(), train[4], test[:3].T.copy(), test[3].astype(float)

xgb = have("xgboost", "apt install python3-xgboost")
if xgb:
    t = time.time()
    data = xgb.DMatrix(x, label=y, nthread=threads)
    model = xgb.train(
        dict(tree_method="hist", max_bin=256, max_depth=10, eta=0.1, objective="binary:logistic", nthread=threads), data, 100
    )
    fit = time.time() - t
    matrix = xgb.DMatrix(xt, nthread=threads)
    model.predict(matrix)
    model.set_param({"nthread": 1})
    matrix = xgb.DMatrix(xt, nthread=1)
    t = time.time()
    p = model.predict(matrix)
    show("boosting", f"XGBoost {xgb.__version__}, {threads} threads", f"{fit:.1f} s",
         f"{rate(len(xt), time.time() - t)} (1 thread)", log_loss(p, truth))

if have("sklearn", "apt install python3-sklearn"):
    import sklearn
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.tree import DecisionTreeRegressor

    model = HistGradientBoostingClassifier(max_iter=100, max_depth=10, max_leaf_nodes=None, learning_rate=0.1,
                                           min_samples_leaf=1, early_stopping=False)
    t = time.time()
    model.fit(x, y)
    fit = time.time() - t
    t = time.time()
    p = model.predict_proba(xt)[:, 1]
    show("boosting", f"scikit-learn {sklearn.__version__} histogram boosting", f"{fit:.1f} s",
         f"{rate(len(xt), time.time() - t)} ({threads} threads)", log_loss(p, truth))

    donors = load("donors.bin", 6)
    n = donors.shape[1]
    rng = np.random.default_rng(1)
    inputs = np.concatenate([donors[:3].T, rng.random((n, 5), dtype=np.float32)], axis=1)
    targets = donors[3:].T.copy()
    model = DecisionTreeRegressor(random_state=1)
    t = time.time()
    model.fit(inputs, targets)
    fit = time.time() - t
    query = np.concatenate([xt[:n], rng.random((min(n, len(xt)), 5), dtype=np.float32)], axis=1)
    t = time.time()
    model.predict(query)
    predict = time.time() - t
    again = model.predict(np.concatenate([donors[:3].T, rng.random((n, 5), dtype=np.float32)], axis=1))
    show(f"donors {n} x 3", f"scikit-learn {sklearn.__version__} DecisionTreeRegressor, 5 random inputs",
         f"{fit:.1f} s a tree", f"{rate(len(query), predict)} (1 thread)",
         f"width x {np.sqrt((again[:, 1] ** 2).mean() / (targets[:, 1] ** 2).mean()):.3f}")

if have("scipy", "apt install python3-scipy"):
    import scipy
    from scipy.spatial import cKDTree

    points = load("donors.bin", 6)[:3].T.astype(float)
    t = time.time()
    tree = cKDTree(points)
    build = time.time() - t
    for k in (1, 8):
        t = time.time()
        tree.query(xt.astype(float), k=k)
        show(f"{k} nearest of {len(points)}", f"SciPy {scipy.__version__} cKDTree", f"{build:.2f} s",
             f"{rate(len(xt), time.time() - t)} (1 thread)", "exact")
