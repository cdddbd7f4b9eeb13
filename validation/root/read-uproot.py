"""Reads the files of write-check.mjs with uproot, and compares every value.

    python3 validation/root/read-uproot.py FOLDER

Needs uproot (4 or 5) and numpy. Values and list lengths are compared by their CRC-32, so to the bit; types, fixed lengths
and the numbers of events as they are. Lists are also compared with the counter that the file names for them.
"""
import json
import os
import sys
import zlib

import numpy as np
import uproot

# From this many events on, lists are read basket by basket, since one array an event takes too long.
MANY = 1_000_000


def little(array):
    dtype = np.dtype("u1") if array.dtype.kind == "b" else array.dtype.newbyteorder("<")
    return np.ascontiguousarray(array, dtype=dtype).tobytes()


def of_baskets(branch, dtype):
    """Returns values and list lengths of a branch of lists."""
    values, lengths = [], []
    for i in range(branch.num_baskets):
        basket = branch.basket(i)
        values.append(np.frombuffer(basket.data, dtype=dtype.newbyteorder(">")))
        lengths.append(np.diff(basket.byte_offsets) // dtype.itemsize)
    return np.concatenate(values), np.concatenate(lengths)


def read(branch, many):
    if branch.member("fLeaves")[0].member("fLeafCount") is None:
        return branch.array(library="np"), None
    if many:
        return of_baskets(branch, branch.interpretation.content.from_dtype)
    lists = branch.array(library="np")
    lengths = np.array([len(x) for x in lists], dtype="<i4")
    return (np.concatenate(lists) if len(lists) else np.zeros(0, branch.interpretation.content.to_dtype.base)), lengths


def check(tree, branch, want, many):
    got, lengths = read(branch, many)
    problems = []
    dtype = got.dtype.base
    name = "bool" if dtype.kind == "b" else dtype.name
    if name != want["dtype"]:
        problems.append(f"type {name}, not {want['dtype']}")
    if got.size != want["values"]:
        problems.append(f"{got.size} values, not {want['values']}")
    if got.size and lengths is None and got.size // len(got) != want["width"]:
        problems.append("another width")
    if zlib.crc32(little(got)) != want["crc"]:
        problems.append("other values")
    if (lengths is not None) != want["jagged"]:
        problems.append("lists and no lists")
    if lengths is not None:
        if zlib.crc32(lengths.astype("<i4").tobytes()) != want["crcLengths"]:
            problems.append("other list lengths")
        counter = branch.member("fLeaves")[0].member("fLeafCount")
        counts = tree[counter.member("fName")].array(library="np")
        if not np.array_equal(counts, lengths):
            problems.append("other numbers in its counter")
        if len(counts) and counter.member("fMaximum") != counts.max():
            problems.append(f"maximum {counter.member('fMaximum')}, not {counts.max()}")
    return problems


def main(folder):
    with open(os.path.join(folder, "expected.json")) as file:
        expected = json.load(file)
    failed = columns = values = 0
    for name, want in expected.items():
        tree = uproot.open(os.path.join(folder, name))[want["tree"]]
        many = want["events"] >= MANY
        problems = [] if tree.num_entries == want["events"] else [f"{tree.num_entries} events"]
        branches = {branch.name: branch for branch in tree.branches}
        for column, spec in want["columns"].items():
            problems += [f"{column}: {p}" for p in check(tree, branches[column], spec, many)]
            columns += 1
            values += spec["values"]
        print(name, "; ".join(problems) or f"equal: {want['events']} events, {len(want['columns'])} columns")
        failed += len(problems)
    print(f"uproot {uproot.__version__}: {columns} columns, {values} values, {failed} differences")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
