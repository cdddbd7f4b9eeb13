"""Takes the first values of packed floating-point columns, as stored and as uproot decodes them, from two files of
scikit-hep-testdata. An independent oracle for src/data/formats/root/packed-float.ts. Needs uproot 5 and numpy.

    python3 validation/root/root-packed-floats.py validation/data/root-packed-floats.json \\
        uproot-double32-float16.root uproot-demo-double32.root
"""
import json
import sys

import numpy as np
import uproot

FIRST = 12
out = {}


def leaf_branches(parent):
    for branch in parent.branches:
        yield from leaf_branches(branch) if len(branch.branches) else [branch]


for source in sys.argv[2:]:
    file = uproot.open(source)
    for branch in leaf_branches(file[file.keys()[0]]):
        interpretation = branch.interpretation
        if type(interpretation).__name__ not in ("AsDouble32", "AsFloat16") or len(branch.member("fLeaves")) != 1:
            continue
        leaf = branch.member("fLeaves")[0]
        title = branch.streamer.title if branch.streamer is not None else leaf.member("fTitle")
        values = branch.array(library="np", entry_stop=FIRST).reshape(-1)[:FIRST]
        size = 3 if interpretation.is_truncated else 4
        out[branch.name] = {
            "type": "Float16_t" if values.dtype == np.float32 else "Double32_t",
            "comment": title,
            "bytes": bytes(branch.basket(0).data[: size * FIRST]).hex(),
            "values": [float(x) for x in values],
        }
with open(sys.argv[1], "w") as file:
    file.write("{\n" + ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in out.items()) + "\n}\n")
