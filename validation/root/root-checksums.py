"""Reads ROOT files with uproot and writes a checksum of every column that uproot can read.

An independent oracle for src/data/formats/root: uproot shares no code with it. Needs uproot 5 and numpy.

    python3 validation/root/root-checksums.py ../shared/data validation/data/root-columns.json

For each column: dtype, width (values an event or list entry), count of values, sum, min and max (NaNs left out), and the
CRC-32 of the little-endian values and of the int32 list lengths (null for a column that is not jagged).
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
    number = lambda x: None if len(good) == 0 or not np.isfinite(float(x)) else float(x)
    return {
        "dtype": dtype,
        "width": width,
        "count": int(flat.size),
        "sum": number(np.sum(good, dtype="f8")) if len(good) else None,
        "min": number(good.min()) if len(good) else None,
        "max": number(good.max()) if len(good) else None,
        "crc": zlib.crc32(flat.tobytes()),
        "lengths": None if lengths is None else zlib.crc32(lengths.tobytes()),
    }


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
        if got is None:
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
