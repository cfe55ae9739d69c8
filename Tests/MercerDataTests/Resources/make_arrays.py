"""Writes the array files in arrays/ that the tests read.

Needs numpy, safetensors and ml_dtypes (for bfloat16): python3 make_arrays.py
"""

import pathlib

import numpy as np
import ml_dtypes
from safetensors.numpy import save_file

here = pathlib.Path(__file__).parent / "arrays"
here.mkdir(exist_ok=True)

# Every type, byte order and memory order, 2 x 3: -2 ... 3, or 0 ... 5 without a sign.
signed = np.arange(-2, 4).reshape(2, 3)
unsigned = np.arange(6).reshape(2, 3)
arrays = {}
for code in ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]:
    numbers = unsigned % 2 if code == "b1" else unsigned if code[0] == "u" else signed
    for order, byte_order in [("little", "<"), ("big", ">")]:
        typed = numbers.astype(np.dtype(code).newbyteorder(byte_order))
        arrays[f"{code}_{order}_C"] = np.ascontiguousarray(typed)
        arrays[f"{code}_{order}_F"] = np.asfortranarray(typed)
np.savez_compressed(here / "all_types.npz", **arrays)
np.savez(here / "stored.npz", first=np.float64([1.5, -2.5]), second=np.int32([[7]]))

# Every exponent of binary16, subnormal numbers, zeros and infinities.
bits = np.arange(0, 65536, 257, dtype=np.uint16)
half = bits.view(np.float16)
half = half[~np.isnan(half)]
np.save(here / "half.npy", half)
np.save(here / "half_as_double.npy", half.astype(np.float64))

# Format versions.
for version in [(1, 0), (2, 0), (3, 0)]:
    with open(here / f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, np.float64([[1, 2], [3, 4]]), version=version)

# Ranks: entry (i, j, k) is 100 i + 10 j + k.
cube = np.fromfunction(lambda i, j, k: 100 * i + 10 * j + k, (2, 3, 4), dtype=int)
np.save(here / "rank0.npy", np.float64(6.25))
np.save(here / "rank1.npy", np.float32([1, 2, 3]))
np.save(here / "rank3.npy", cube.astype(np.int16))
np.save(here / "rank3_fortran_big.npy", np.asfortranarray(cube.astype(">f4")))
np.save(here / "no_rows.npy", np.zeros((0, 5)))
np.save(here / "beyond_double.npy", np.int64([1, 2**53, 2**53 + 1]))

# What is refused.
np.save(here / "object.npy", np.array([1, "two"], dtype=object), allow_pickle=True)
np.save(here / "complex.npy", np.array([1 + 2j]))
np.save(here / "text.npy", np.array(["one", "two"]))
np.save(here / "dates.npy", np.array(["2024-02-29"], dtype="datetime64[D]"))
np.save(here / "records.npy", np.array([(1, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")]))

# By the reference implementation of safetensors.
save_file(
    {
        "weights": np.float32([[1, 2, 3], [4, 5, 6]]),
        "bias": np.float64([0.5, -0.25]),
        "half": np.float16([1.5, -2]),
        "brain": np.array([1.5, -2], dtype=ml_dtypes.bfloat16),
        "codes": np.int32([-1, 0, 1]),
        "long": np.int64([-(2**40)]),
        "flags": np.array([True, False, True]),
        "bytes": np.uint8([0, 255]),
        "none": np.zeros((0, 4), dtype=np.float32),
    },
    here / "reference.safetensors",
    metadata={"format": "1", "note": 'a "quoted" text, é'},
)
