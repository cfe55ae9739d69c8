#!/usr/bin/env python3
"""Opens a model of Mercer with numpy alone and predicts: read_model.py model.safetensors table.csv
Prints predictions of numbers, or probabilities of classes, as `mercer predict` does. The formulas for columns,
kernels and outputs are in `mercer_model` beside this file; what they do not know they name.
"""
import csv, json, sys
import numpy as np
from mercer_model import columns, kernels, local, outputs
TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8"}

def opened(path):
    """What a file says of its model, and the arrays in it by name."""
    raw = open(path, "rb").read()
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    about = header.pop("__metadata__")
    if about["format_version"] not in ("3", "4"):
        sys.exit(f"{path} has format version {about['format_version']}, which is unknown here")
    arrays = {}
    for name, array in header.items():
        first, end = (start + offset for offset in array["data_offsets"])
        arrays[name] = np.frombuffer(raw[first:end], TYPES[array["dtype"]]).reshape(array["shape"]).astype(float)
    return json.loads(about["model"]), arrays

def scores(model, arrays, x):
    """The weighted mean over the members of K(X*, X) α + offset."""
    weights = np.array([member.get("weight", 1) for member in model["members"]])
    total = 0
    for i, (member, weight) in enumerate(zip(model["members"], weights / weights.sum())):
        k = kernels.values(member["kernel"], x, arrays["inputs"])
        total = total + weight * (k @ arrays[f"coefficients.{i}"] + arrays[f"offsets.{i}"])
    return total + (local.values(model["correction"], arrays, x) if model.get("correction") else 0)

if __name__ == "__main__":
    model, arrays = opened(sys.argv[1])
    rows = list(csv.DictReader(open(sys.argv[2], encoding="utf-8-sig", newline="")))
    x = columns.coordinates(model["encoder"]["columns"], rows)
    print(",".join(["probability_" + name for name in model["target"]["classNames"]] or ["prediction"]))
    for line in outputs.of(model, scores(model, arrays, x)):
        print(",".join(repr(float(value)) for value in line))
