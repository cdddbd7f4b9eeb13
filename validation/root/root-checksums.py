"""Reads ROOT files with uproot and writes a checksum of every column that uproot can read.

An independent oracle for src/data/formats/root: uproot shares no code with it. Needs uproot 5 and numpy.

    python3 validation/root/root-checksums.py ../shared/data validation/data/root-columns.json

For each column: dtype, width (values an event or list entry), count of values, CRC-32 of the little-endian values, CRC-32
of the int32 list lengths (null for a column that is not jagged), and sum, min and max to 9 digits (NaNs left out; null
where there is no finite one). fBits of TObject is left out: the reader does not offer it.
"""
import json
import os
import sys
import warnings
import zlib

import numpy as np
import uproot

warnings.filterwarnings("ignore")


def leaf_branches(parent, prefix=""):
    for branch in parent.branches:
        path = prefix + branch.name
        if len(branch.branches):
            yield from leaf_branches(branch, path + "/")
        else:
            yield path, branch


def is_number(array):
    return array.dtype.kind in "biuf"


def read(branch):
    """Returns (values, list lengths or None, width), or None where the branch holds something else than numbers."""
    kind = type(branch.interpretation).__name__
    if kind not in ("AsDtype", "AsJagged", "AsDouble32", "AsFloat16", "AsObjects"):
        return None
    if kind == "AsObjects" and not any(w in branch.typename for w in ("vector<", "RVec<")):
        return None
    array = branch.array(library="np")
    if array.dtype.fields is not None:
        return {name: (array[name], None) for name in array.dtype.names}
    if array.dtype != object:
        return (array, None) if is_number(array) else None
    lists = [np.asarray(x) for x in array]
    if any(x.dtype == object or not is_number(x) for x in lists if len(x)):
        return None
    lengths = np.array([len(x) for x in lists], dtype="<i4")
    filled = [x for x in lists if len(x)]
    if not filled:
        if kind == "AsObjects":
            return None
        return np.zeros((0,), dtype=lists[0].dtype if lists else "f4"), lengths
    return np.concatenate(filled), lengths


def summary(values, lengths):
    values = np.ascontiguousarray(values)
    rows = int(lengths.sum()) if lengths is not None else len(values)
    width = int(values.size // rows) if rows else 1
    dtype = "bool" if values.dtype.kind == "b" else values.dtype.name
    flat = values.reshape(-1).astype(values.dtype.newbyteorder("<"))
    good = flat[~np.isnan(flat)] if flat.dtype.kind == "f" else flat
    return [
        dtype,
        width,
        int(flat.size),
        zlib.crc32(flat.tobytes()),
        None if lengths is None else zlib.crc32(lengths.tobytes()),
        *(rounded(f(good)) if len(good) else None for f in (lambda x: np.sum(x, dtype="f8"), np.min, np.max)),
    ]


def rounded(x):
    return float(f"{float(x):.9g}") if np.isfinite(float(x)) else None


def columns_of(tree):
    found, failed = [], {}
    branches = list(leaf_branches(tree))
    count = {}
    for path, branch in branches:
        count[branch.name] = count.get(branch.name, 0) + 1
    seen = set()
    out = {}
    for path, branch in branches:
        name = branch.name if count[branch.name] == 1 else path
        unique, k = name, 2
        while unique in seen:
            unique, k = f"{name}#{k}", k + 1
        seen.add(unique)
        try:
            got = read(branch)
        except Exception as error:
            failed[unique] = f"{type(error).__name__}: {error}"[:120]
            continue
        if got is None or branch.name.endswith("fBits"):
            continue
        if isinstance(got, dict):
            for leaf, (values, lengths) in got.items():
                out[f"{unique}.{leaf}"] = summary(values, lengths)
        else:
            out[unique] = summary(*got)
    return out, failed


def main(folder, target):
    result = {"made_with": f"uproot {uproot.__version__}, numpy {np.__version__}", "trees": {}}
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".root"):
            continue
        try:
            file = uproot.open(os.path.join(folder, name))
            trees = file.keys(filter_classname=lambda c: c in ("TTree", "TNtuple", "TNtupleD"), cycle=False)
        except Exception as error:
            print(name, "does not open:", str(error)[:100], file=sys.stderr)
            continue
        for tree in dict.fromkeys(trees):
            try:
                object = file[tree]
                columns, failed = columns_of(object)
            except Exception as error:
                print(name, tree, "failed:", str(error)[:100], file=sys.stderr)
                continue
            for column, reason in failed.items():
                if not column.endswith("fBits"):
                    print(name, tree, column, reason, file=sys.stderr)
            result["trees"][f"{name}:{tree}"] = {"entries": int(object.num_entries), "columns": columns}
    with open(target, "w") as out:
        lines = ",\n".join(
            f' {json.dumps(key)}: {{"entries": {t["entries"]}, "columns": {{\n'
            + ",\n".join(f"  {json.dumps(c)}: {json.dumps(s, separators=(',', ':'))}" for c, s in t["columns"].items())
            + "\n }}"
            for key, t in result["trees"].items()
        )
        out.write(f'{{"made_with": {json.dumps(result["made_with"])}, "trees": {{\n{lines}\n}}}}\n')


main(*sys.argv[1:3])
