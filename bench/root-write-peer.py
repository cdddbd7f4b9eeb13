"""Writes float32 columns with uproot, as root-write.mjs does; prints the best time as JSON.

    python3 bench/root-write-peer.py NUMBERS COLUMNS FILE none|zlib CHUNK REPEATS
"""
import json
import sys
import time

import numpy as np
import uproot


def main(numbers, columns, path, compression, chunk, repeats):
    table = np.fromfile(numbers, dtype="<f4").reshape(int(columns), -1)
    names = [f"x{c}" for c in range(int(columns))]
    step = int(chunk)
    best = float("inf")
    for _ in range(int(repeats)):
        start = time.perf_counter()
        with uproot.recreate(path, compression=uproot.ZLIB(1) if compression == "zlib" else None) as file:
            tree = file.mktree("Events", {name: np.float32 for name in names})
            for at in range(0, table.shape[1], step):
                tree.extend({name: table[c, at : at + step] for c, name in enumerate(names)})
        best = min(best, time.perf_counter() - start)
    print(json.dumps({"version": uproot.__version__, "seconds": best}))


if __name__ == "__main__":
    main(*sys.argv[1:])
