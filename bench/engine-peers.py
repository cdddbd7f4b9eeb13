#!/usr/bin/env python3
"""PyTorch beside src/engine: answers one JSON line on stdout for each JSON request on stdin, until end of file.

Run: OPENBLAS_NUM_THREADS=1 python3 bench/engine-peers.py   (Debian: apt install python3-torch libopenblas0-pthread)

  {"task": "train", "network": "mlp", "batch": 4096, "seconds": 2}   gather, noise, forward, backward, Adam
  {"task": "infer", "network": "noise", "batch": 65536}              forward only, evaluation mode
  {"task": "sort", "slices": 1000, "rows": 20000}                    matching for the sliced Wasserstein distance
  {"task": "otus", "batch": 20000, "slices": 1000}                   one OTUS step for Z -> e+ e- (arXiv 2101.08944)

Networks: mlp, noise, residual. "seconds" says how long to repeat, "threads" sets PyTorch's own. The answer holds the
fastest and the median repeat in seconds, and which form of Adam was the faster one. From the environment come
  OPENBLAS_NUM_THREADS  threads of matrix products
  OPENBLAS_CORETYPE     their kernels: old versions do not know new processors and fall back to kernels several times
                        slower, so look at "blas" in the first line (SkylakeX where there is AVX-512, else Haswell)
  OMP_WAIT_POLICY       PASSIVE where PyTorch and OpenBLAS both have threads, lest one spin while the other works
  MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=8000000000 MALLOC_ARENA_MAX=1
                        keeps the memory of large tensors instead of faulting it in anew at each operation
"""
import ctypes
import json
import os
import statistics
import sys
import time

try:
    import torch
except ImportError:
    remedy = "apt install python3-torch libopenblas0-pthread"
    print(json.dumps({"missing": f"PyTorch: not installed for {sys.executable}; {remedy}"}))
    sys.exit(0)

from torch import nn
from torch.nn import functional as F

ROWS = 200_000
INDEX_BATCHES = 16


class Noise(nn.Module):
    """OTUS: noise conditional on the input, then an output network of momenta; energies of massless particles."""

    def __init__(self):
        super().__init__()
        self.noise = nn.Sequential(nn.Linear(8, 128), nn.ReLU(), nn.Linear(128, 12))
        self.out = nn.Sequential(nn.Linear(14, 128), nn.ReLU(), nn.Linear(128, 6))
        self.register_buffer("in_mean", torch.tensor([0.0, 0.0, 0.0, 48.0] * 2))
        self.register_buffer("in_std", torch.tensor([30.0, 30.0, 30.0, 20.0] * 2))
        self.register_buffer("out_mean", torch.zeros(6))
        self.register_buffer("out_std", torch.full((6,), 30.0))

    def forward(self, x):
        x = (x - self.in_mean) / self.in_std
        mu, s = self.noise(x).chunk(2, dim=1)
        eps = torch.addcmul(mu, F.softplus(s), torch.randn_like(mu))
        momenta = torch.addcmul(self.out_mean, self.out(torch.cat([x, eps], dim=1)), self.out_std).view(-1, 2, 3)
        energy = (momenta.square().sum(dim=2, keepdim=True) + 1e-12).sqrt()
        return torch.cat([momenta, energy], dim=2).view(-1, 8)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter = nn.Linear(42, 64)
        self.block = nn.Sequential(nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 64),
                                   nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 64))
        self.leave = nn.Linear(64, 18)

    def forward(self, x):
        x = self.enter(x)
        return self.leave(x + self.block(x))


def mlp():
    return nn.Sequential(nn.Linear(16, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(),
                         nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 16))


def four_vectors(rows):
    momenta = 30 * torch.randn(rows, 2, 3)
    return torch.cat([momenta, momenta.norm(dim=2, keepdim=True)], dim=2).view(rows, 8)


def data(network, rows):
    """Inputs and targets: all that counts for speed is that they are ordinary numbers."""
    if network == "noise":
        return four_vectors(rows), four_vectors(rows)
    columns = {"mlp": (16, 16), "residual": (42, 18)}[network]
    return torch.randn(rows, columns[0]), torch.randn(rows, columns[1])


NETWORKS = {"mlp": mlp, "noise": Noise, "residual": Residual}


def measure(step, seconds):
    """Seconds of each repeat, after one tenth of the time for warming up."""
    def repeat(limit):
        times = []
        stop = time.perf_counter() + limit
        while not times or time.perf_counter() < stop:
            start = time.perf_counter()
            step()
            times.append(time.perf_counter() - start)
        return times

    repeat(seconds / 10)
    return repeat(seconds)


def training(modules, loss, seconds):
    """Times loss, gradients and Adam, in whichever form of Adam a brief trial finds the faster."""
    parameters = [p for module in modules for p in module.parameters()]

    def step(adam):
        adam.zero_grad(set_to_none=True)
        loss().backward()
        adam.step()

    forms = {name: torch.optim.Adam(parameters, lr=1e-3, foreach=name == "foreach") for name in ("foreach", "single")}
    trials = {name: min(measure(lambda: step(adam), seconds / 8)) for name, adam in forms.items()}
    best = min(trials, key=trials.get)
    return measure(lambda: step(forms[best]), seconds), best


def indices(batch):
    """An endless round of batches of random rows."""
    drawn = torch.randint(ROWS, (INDEX_BATCHES, batch))
    while True:
        yield from drawn


def train(network, batch, seconds=2):
    model = NETWORKS[network]().train()
    x, target = data(network, ROWS)
    rows = indices(batch)

    def loss():
        index = next(rows)
        return F.mse_loss(model(x.index_select(0, index)), target.index_select(0, index))

    return training([model], loss, seconds)


def infer(network, batch, seconds=2):
    model = NETWORKS[network]().eval()
    x, _ = data(network, batch)
    with torch.inference_mode():
        return measure(lambda: model(x), seconds), None


def sort(slices, rows, seconds=5):
    source, target = torch.randn(slices, rows), torch.randn(slices, rows)

    def match():
        order = torch.sort(source, dim=1).indices
        return torch.empty_like(target).scatter_(1, order, torch.sort(target, dim=1).values)

    with torch.inference_mode():
        return measure(match, seconds), None


def sliced_wasserstein(a, b, slices):
    directions = F.normalize(torch.randn(slices, a.shape[1]), dim=1)
    return F.mse_loss(torch.sort(directions @ a.t(), dim=1).values, torch.sort(directions @ b.t(), dim=1).values)


def angle(a, b):
    return 1 - F.cosine_similarity(a[:, :3], b[:, :3], dim=1).mean()


def otus(batch=20_000, slices=1000, seconds=10):
    encoder, decoder = Noise(), Noise()
    all_x, all_z = four_vectors(ROWS), four_vectors(ROWS)
    x_rows, z_rows = indices(batch), indices(batch)

    def loss():
        x, z = all_x.index_select(0, next(x_rows)), all_z.index_select(0, next(z_rows))
        encoded = encoder(x)
        return (F.mse_loss(decoder(encoded), x) + sliced_wasserstein(z, encoded, slices)
                + 50 * angle(x, encoded) + 50 * angle(z, decoder(z)))

    return training([encoder, decoder], loss, seconds)


TASKS = {"train": train, "infer": infer, "sort": sort, "otus": otus}


def answer(request):
    task = TASKS[request.pop("task")]
    if "threads" in request:
        torch.set_num_threads(request.pop("threads"))
    torch.manual_seed(1)
    times, adam = task(**request)
    return {"seconds": min(times), "median": statistics.median(times), "repeats": len(times),
            "threads": torch.get_num_threads(), "adam": adam}


def blas():
    """OpenBLAS with its kernels and threads where that is what PyTorch has loaded; else its own words."""
    try:
        library = ctypes.CDLL("libopenblas.so.0", mode=os.RTLD_NOLOAD)
        library.openblas_get_config.restype = library.openblas_get_corename.restype = ctypes.c_char_p
        version = " ".join(library.openblas_get_config().decode().split()[:2])
        kernels = library.openblas_get_corename().decode().strip()
        return f"{version}, {kernels} kernels, threads: {library.openblas_get_num_threads()}"
    except (AttributeError, OSError):
        info = torch.__config__.parallel_info().splitlines()
        return "; ".join(line.strip() for line in info if "MKL" in line and "NUM_THREADS" not in line)


torch.set_flush_denormal(True)
print(json.dumps({"torch": torch.__version__, "threads": torch.get_num_threads(), "blas": blas()}), flush=True)
for line in sys.stdin:
    if line.strip():
        try:
            reply = answer(json.loads(line))
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)
