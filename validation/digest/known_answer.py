"""Recomputes the known answer in test/data/digest.test.ts with hashlib, from the definition in src/data/digest.ts.

    python3 validation/digest/known_answer.py
"""

import hashlib
import json

import numpy as np

BLOCK = 65_536
EVENTS = 100_000


def sha(data):
    return hashlib.sha256(data).digest()


i = np.arange(EVENTS)
x = (i / 8).astype("<f4")
counts = i % 3
offsets = np.concatenate([[0], np.cumsum(counts)]).astype("<i4")
hits = (np.arange(offsets[-1]) % 1000).astype("<i2")

blocks = b""
for start in range(0, EVENTS, BLOCK):
    stop = min(start + BLOCK, EVENTS)
    first, last = offsets[start], offsets[stop]
    inner = sha((offsets[start : stop + 1] - first).astype("<i4").tobytes()) + sha(hits[first:last].tobytes())
    blocks += sha(sha(x[start:stop].tobytes()) + sha(inner))

head = json.dumps(
    {"version": 1, "fields": [["x", "float32", False, 1], ["hits", "int16", True, 1]], "events": EVENTS},
    separators=(",", ":"),
).encode()
print(sha(head + blocks).hex())
