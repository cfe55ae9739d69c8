"""The made table that `mercer fit` gets at any number of rows, and how wrong a model of it is."""

import csv
import json
import math

import numpy as np

COLUMNS = 20
NOISE = 0.5
# Rows made and written at once.
CHUNK = 50_000


def truth(x):
    """A known function of nine of the twenty columns: waves, products, a bend and a step's slope."""
    return (
        2 * np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + np.abs(x[:, 3]) + 1.5 * np.tanh(2 * x[:, 4])
        + np.exp(-x[:, 5] ** 2 - x[:, 6] ** 2) + 0.5 * x[:, 7] * np.cos(x[:, 8]))


def write(path, rows, stream):
    """Writes so many rows of independent normal columns and y with noise, unless they are there from
    before; returns the function's values and y."""
    generator = np.random.Generator(np.random.PCG64([7, stream]))
    clean, noisy = [], []
    done = path.with_suffix(".done")
    keeps = not (done.exists() and path.exists())
    with open(path if keeps else "/dev/null", "w") as file:
        file.write(",".join([f"x{j}" for j in range(COLUMNS)] + ["y"]) + "\n")
        for start in range(0, rows, CHUNK):
            count = min(CHUNK, rows - start)
            x = generator.standard_normal((count, COLUMNS)).round(5)
            f = truth(x)
            y = (f + NOISE * generator.standard_normal(count)).round(5)
            clean.append(f)
            noisy.append(y)
            if keeps:
                pattern = ",".join(["%g"] * (COLUMNS + 1))
                file.writelines(
                    pattern % tuple(row) + "\n" for row in np.column_stack([x, y]).tolist())
    done.touch()
    return np.concatenate(clean), np.concatenate(noisy)


def errors(path, held_out):
    """Root mean square errors of the predictions in a file, against y and against the function."""
    with open(path, newline="") as file:
        predicted = np.array([float(row["prediction"]) for row in csv.DictReader(file)])
    clean, noisy = held_out
    return {
        "error": math.sqrt(np.mean((predicted - noisy) ** 2)),
        "function_error": math.sqrt(np.mean((predicted - clean) ** 2)),
    }


def method(output):
    """What `mercer fit` says it did."""
    with open(output / "metrics.json") as file:
        return json.load(file).get("solver", "")
