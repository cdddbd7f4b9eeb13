#!/usr/bin/env python3
"""Training runs of three small networks by PyTorch that src/engine must reproduce.

Run: python3 validation/engine/networks.py   (writes validation/data/engine-networks.json; PyTorch 1.13, NumPy 1.24)

Each network takes 100 Adam steps in float32 on one thread, and again in float64 to learn how much of that is rounding.
Weights, data, noise and batches are made by a counter hash in exactly rounded double arithmetic, so that TypeScript
makes the same bits and only salts are stored:

  hash(i, salt)   h = i * 0x9E3779B1 + salt; then murmur3's finaliser; all modulo 2^32
  uniform(i)      (hash(i) + 0.5) / 2^32
  normal(i)       sqrt(3) * (uniform(4i) + uniform(4i + 1) + uniform(4i + 2) + uniform(4i + 3) - 2): unit variance

i counts the elements of an array in row-major order. Every array is rounded to float32 before it is used further.
Weights are [in, out] (y = x @ w + b); element j of all parameters, end to end, starts as mean + scale * normal(j).
Row i of step t's batch is data row hash(256 t + i) mod 4096; its noise is row 256 t + i of one long noise array, which
goes on behind the last step for the four rows that the trained network is shown (data rows 0 to 3).

A pre-activation within rounding of ReLU's kink falls on either side of it, and Adam makes much of the difference: with
4096 different inputs float32 and float64 part company by 1e-3 in the loss of the mlp within 60 steps (softplus in place
of ReLU: 2e-7). So it sees 16 inputs, and salts are such that nothing comes too near ("nearestKink").
Another trap: the bias in front of a batch normalisation has no gradient but rounding, which Adam blows up to steps.
Such biases ("idle") stay out of the sums; in float32 they shift the running mean behind them, and so, by some 1e-4, the
output in evaluation mode. In double they stay where they are. Hence "Double" values, from the same run in float64.
"""
import json
import math
import os
import pathlib

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.nn import functional as F  # noqa: E402

ROWS, BATCH, STEPS, SHOWN = 4096, 256, 100, 4
IN_MEAN, IN_STD = [1, -1, 2, 48] * 2, [30, 30, 30, 20] * 2
OUT_MEAN, OUT_STD = [1, -1, 2, -1, 1, -2], [29, 30, 31, 29, 30, 31]


def hashed(count, salt):
    h = (np.arange(count, dtype=np.uint64) * 0x9E3779B1 + salt).astype(np.uint32)
    h ^= h >> 16
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> 13
    h *= np.uint32(0xC2B2AE35)
    return h ^ (h >> 16)


def normal(salt, *shape):
    u = ((hashed(4 * math.prod(shape), salt) + 0.5) / 2**32).reshape(*shape, 4)
    return math.sqrt(3) * (u[..., 0] + u[..., 1] + u[..., 2] + u[..., 3] - 2)


def float32(x):
    """Rounded to float32, in double again."""
    return x.astype(np.float32).astype(np.float64)


def four_vectors(p):
    """[n, 6] momenta to [n, 8] massless four-vectors."""
    p = float32(p)
    px, py, pz = p[:, 0::3], p[:, 1::3], p[:, 2::3]
    return np.stack([px, py, pz, np.sqrt(px * px + py * py + pz * pz)], axis=2).reshape(-1, 8)


def dense(name, rows, columns):
    return [(f"{name}.w", [rows, columns], 0, math.sqrt(1 / rows)), (f"{name}.b", [columns], 0, 0.1)]


def norm(name, columns):
    return [(f"{name}.gamma", [columns], 1, 0.1), (f"{name}.beta", [columns], 0, 0.1)]


class Network:
    """Noise columns, biases without a gradient, and how near to ReLU's kink a pre-activation came."""

    noise = 0
    idle = []
    nearest = math.inf

    def relu(self, x):
        self.nearest = min(self.nearest, x.detach().abs().min().item())
        return F.relu(x)


class Mlp(Network):
    """16-256-256-256-16 with ReLU between."""

    salts = {"parameters": 0x243F6A88, "rows": 0x85A308D3, "x": 0x13198A2E, "target": 0x03707344}
    parameters = dense("0", 16, 256) + dense("1", 256, 256) + dense("2", 256, 256) + dense("3", 256, 16)
    made = "x: row i is row i mod 16 of normal; target[i, j] = x[i, j] * x[i, (j + 1) mod 16] + 0.1 normal"

    def data(self):
        x = float32(np.tile(normal(self.salts["x"], 16, 16), (ROWS // 16, 1)))
        return x, x * np.roll(x, -1, axis=1) + 0.1 * normal(self.salts["target"], ROWS, 16)

    def output(self, p, x, noise, training):
        for layer in "012":
            x = self.relu(x @ p[f"{layer}.w"] + p[f"{layer}.b"])
        return x @ p["3.w"] + p["3.b"]


class Noise(Network):
    """The conditional-noise network of OTUS for Z -> e+ e- (arXiv 2101.08944)."""

    salts = {"parameters": 0x9216D5D9, "rows": 0x299F31D0, "x": 0x082EFA98, "target": 0xEC4E6C89, "noise": 0x452821E6}
    parameters = dense("noise0", 8, 128) + dense("noise1", 128, 12) + dense("out0", 14, 128) + dense("out1", 128, 6)
    made = "momenta: x 30 normal, target 0.97 x + 2 normal, [n, 6]; each [px, py, pz] followed by E = |p|"
    noise = 6

    def data(self):
        x = four_vectors(30 * normal(self.salts["x"], ROWS, 6))
        momenta = x[:, [0, 1, 2, 4, 5, 6]]
        return x, four_vectors(0.97 * momenta + 2 * normal(self.salts["target"], ROWS, 6))

    def output(self, p, x, noise, training):
        x = (x - x.new_tensor(IN_MEAN)) / x.new_tensor(IN_STD)
        hidden = self.relu(x @ p["noise0.w"] + p["noise0.b"])
        mu, s = (hidden @ p["noise1.w"] + p["noise1.b"]).split(6, dim=1)
        hidden = self.relu(torch.cat([x, mu + F.softplus(s) * noise], dim=1) @ p["out0.w"] + p["out0.b"])
        momenta = (hidden @ p["out1.w"] + p["out1.b"]) * x.new_tensor(OUT_STD) + x.new_tensor(OUT_MEAN)
        momenta = momenta.view(-1, 2, 3)
        energy = (momenta.square().sum(dim=2, keepdim=True) + 1e-12).sqrt()
        return torch.cat([momenta, energy], dim=2).view(-1, 8)


class Residual(Network):
    """The residual network of OTUS for top pairs: 42-64, one pre-activation block with batch normalisation, 64-18."""

    salts = {"parameters": 0x38D01377, "rows": 0xBE5466CF, "x": 0x34E90C6C, "target": 0xC0AC29B7}
    parameters = (dense("in", 42, 64) + norm("norm0", 64) + dense("block0", 64, 64) + norm("norm1", 64)
                  + dense("block1", 64, 64) + dense("out", 64, 18))
    made = "target[i, j] = x[i, j] * x[i, j + 18] + 0.5 x[i, j + 24] + 0.1 normal"
    idle = ["block0.b"]

    def __init__(self):
        self.running = {}

    def data(self):
        x = float32(normal(self.salts["x"], ROWS, 42))
        return x, x[:, :18] * x[:, 18:36] + 0.5 * x[:, 24:] + 0.1 * normal(self.salts["target"], ROWS, 18)

    def norm(self, p, name, x, training):
        if name not in self.running:
            self.running[name] = x.new_zeros(64), x.new_ones(64)
        mean, variance = self.running[name]
        return F.batch_norm(x, mean, variance, p[f"{name}.gamma"], p[f"{name}.beta"], training, 0.1, 1e-5)

    def output(self, p, x, noise, training):
        x = x @ p["in.w"] + p["in.b"]
        y = self.relu(self.norm(p, "norm0", x, training)) @ p["block0.w"] + p["block0.b"]
        y = self.relu(self.norm(p, "norm1", y, training)) @ p["block1.w"] + p["block1.b"]
        return (x + y) @ p["out.w"] + p["out.b"]


def train(network, start, x, target, rows, noise, dtype):
    """The loss before each step; parameters and shown output after the last."""
    as_tensor = {"dtype": dtype}
    x, target, noise = (torch.tensor(a, **as_tensor) for a in (x, target, noise))
    parameters = {name: torch.tensor(a, **as_tensor, requires_grad=True) for name, a in start.items()}
    adam = torch.optim.Adam(parameters.values(), lr=1e-3, betas=(0.9, 0.999), eps=1e-8, foreach=False)
    losses = []
    for t in range(STEPS):
        batch = torch.from_numpy(rows[t])
        output = network.output(parameters, x[batch], noise[t * BATCH:(t + 1) * BATCH], True)
        loss = F.mse_loss(output, target[batch])
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()
        losses.append(loss.item())
    with torch.no_grad():
        shown = network.output(parameters, x[:SHOWN], noise[STEPS * BATCH:], False)
    return losses, {name: p.detach().double().numpy() for name, p in parameters.items()}, shown.double().numpy()


def digits(x, n=9):
    """Numbers of n significant digits: nine tell all float32 apart."""
    return [digits(v, n) for v in x] if np.ndim(x) else float(f"{x:.{n}g}")


def bits(x):
    """Sum modulo 2^32 of the bit patterns, as float32 or as uint32: equal arrays have equal sums."""
    return int((x if x.dtype == np.uint32 else x.astype(np.float32).view(np.uint32)).sum(dtype=np.uint64) % 2**32)


def largest(a, b):
    """Largest difference, relative to the largest value."""
    a, b = np.asarray(a), np.asarray(b)
    return digits(np.abs(a - b).max() / np.abs(b).max(), 2)


def sums(parameters, idle, n):
    """Sum and sum of squares, of all but the idle parameters and of each."""
    each = {name: (a.sum(), (a * a).sum()) for name, a in parameters.items()}
    total = np.sum([pair for name, pair in each.items() if name not in idle], axis=0)
    return {"all": digits(total, n), "each": {name: digits(pair, n) for name, pair in each.items()}}


def state(running, n):
    mean, variance = running
    return {"mean": digits(mean.tolist(), n), "variance": digits(variance.tolist(), n)}


def run(kind):
    salts = kind.salts
    sizes = [math.prod(shape) for _, shape, _, _ in kind.parameters]
    draws = np.split(normal(salts["parameters"], sum(sizes)), np.cumsum(sizes)[:-1])
    start = {name: float32(mean + scale * z).reshape(shape)
             for (name, shape, mean, scale), z in zip(kind.parameters, draws)}
    x, target = (float32(a) for a in kind().data())
    rows = hashed(STEPS * BATCH, salts["rows"]) % np.uint32(ROWS)
    noise = float32(normal(salts.get("noise", 0), STEPS * BATCH + SHOWN, kind.noise))
    inputs = (start, x, target, rows.astype(np.int64).reshape(STEPS, BATCH), noise)
    single, double = kind(), kind()
    loss, after, shown = train(single, *inputs, torch.float32)
    loss64, after64, shown64 = train(double, *inputs, torch.float64)

    out = {
        "what": kind.__doc__, "salts": salts, "data": kind.made, "idle": kind.idle,
        "parameters": [{"name": name, "shape": shape, "mean": mean, "scale": scale}
                       for name, shape, mean, scale in kind.parameters],
        "bits": {"x": bits(x), "target": bits(target), "rows": bits(rows),
                 "parameters": bits(np.concatenate([a.ravel() for a in start.values()])),
                 **({"noise": bits(noise)} if kind.noise else {})},
        "loss": digits(loss), "lossDouble": digits(loss64, 12),
        "sums": sums(after, kind.idle, 9), "sumsDouble": sums(after64, kind.idle, 12),
        "output": digits(shown), "outputDouble": digits(shown64, 12),
        "nearestKink": digits(double.nearest, 2),
        "rounding": {
            "loss": digits(np.abs(np.divide(loss, loss64) - 1).max(), 2),
            "parameters": {name: digits(np.abs(after[name] - after64[name]).max(), 2) for name in after},
            "output": largest(shown, shown64),
        },
    }
    if kind is Noise:
        out["standardisation"] = {"inMean": IN_MEAN, "inStd": IN_STD, "outMean": OUT_MEAN, "outStd": OUT_STD}
    if kind is Residual:
        out["running"] = {name: state(pair, 9) for name, pair in single.running.items()}
        out["runningDouble"] = {name: state(pair, 12) for name, pair in double.running.items()}
        out["rounding"]["running"] = {
            name: dict(zip(("mean", "variance"), (largest(a.double(), b) for a, b in zip(pair, double.running[name]))))
            for name, pair in single.running.items()}
    return out


torch.set_num_threads(1)
result = {
    "versions": {"torch": torch.__version__, "numpy": np.__version__},
    "rows": ROWS, "batch": BATCH, "steps": STEPS, "shown": SHOWN,
    "adam": {"rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    "norm": {"epsilon": 1e-5, "momentum": 0.1},
    "networks": {"mlp": run(Mlp), "noise": run(Noise), "residual": run(Residual)},
}
path = pathlib.Path(__file__).resolve().parents[1] / "data" / "engine-networks.json"
path.write_text(json.dumps(result) + "\n")
for key, network in result["networks"].items():
    print(key, network["loss"][0], network["loss"][-1], network["rounding"])
print(path, path.stat().st_size, "bytes")
