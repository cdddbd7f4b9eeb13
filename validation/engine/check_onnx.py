#!/usr/bin/env python3
"""Whether ONNX files keep to the standard, by the standard's own checker.

Run: python3 validation/engine/check_onnx.py FILE...   (python3-onnx 1.12)

Each file must pass onnx.checker (full check) and strict shape inference, use ops of the standard only, and declare for
each output the type and number of axes that are inferred for it. One line a file; ends with 1 if any failed.
"""
import pathlib
import sys

import onnx

STANDARD = {"", "ai.onnx", "ai.onnx.ml"}


def axes(value):
    tensor = value.type.tensor_type
    return tensor.elem_type, [dim.dim_param or dim.dim_value for dim in tensor.shape.dim]


def differ(a, b):
    """Whether two sizes cannot be the same; a name, or 0 for none, may be any."""
    return isinstance(a, int) and isinstance(b, int) and 0 not in (a, b) and a != b


def check(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    foreign = {node.domain for node in model.graph.node} - STANDARD
    if foreign:
        raise ValueError(f"ops of {', '.join(sorted(foreign))}; expected the standard's only")
    # Without what the file says of its outputs, so that inference has to find it.
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    for value in bare.graph.output:
        value.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(bare, check_type=True, strict_mode=True, data_prop=True)
    for declared, found in zip(model.graph.output, inferred.graph.output):
        (dtype, shape), (found_dtype, found_shape) = axes(declared), axes(found)
        known = found.type.tensor_type.HasField("shape")
        if dtype != found_dtype or known and (len(shape) != len(found_shape) or any(map(differ, shape, found_shape))):
            raise ValueError(f"output {declared.name} is {found_shape}; expected {shape} as declared")
    opsets = ", ".join(f"{entry.domain or 'ai.onnx'} {entry.version}" for entry in model.opset_import)
    return f"IR {model.ir_version}, {opsets}, {len(model.graph.node)} nodes, {len(model.graph.initializer)} initializers"


failed = 0
for argument in sys.argv[1:]:
    name = pathlib.Path(argument).name
    try:
        print(f"ok {name}: {check(argument)}")
    except Exception as error:  # noqa: BLE001 - the checker throws a kind of its own for each rule
        failed += 1
        print(f"FAIL {name}: {' '.join(str(error).split())}")
if len(sys.argv) < 2:
    sys.exit("check_onnx: no files; expected FILE..., got none.")
sys.exit(1 if failed else 0)
