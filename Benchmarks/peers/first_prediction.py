"""One row of CSV answered by a Python that starts for it and loads scikit-learn's KernelRidge from a
pickle; the row is parsed by Python's own reader, since importing pandas would take longer."""

import pickle
import subprocess
import sys

import numpy as np
import sklearn
from common import arguments, report
from csv_file import need
from predictor import fitted_model

ANSWER = """
import csv, pickle, sys
import numpy as np
with open(sys.argv[1], "rb") as file:
    model, scaler, mean = pickle.load(file)
with open(sys.argv[2]) as file:
    row = next(csv.DictReader(file))
values = np.array([[float(row[f"x{j}"]) for j in range(19)]])
print(repr(float(model.predict(scaler.transform(values))[0] + mean)))
"""


def main():
    options = arguments(["scikit-learn"], rows=10_000)
    need(options)
    fitted = min(5_000, options.rows // 2)
    kept, row = options.file + ".pickle", options.file + ".row.csv"
    with open(kept, "wb") as file:
        pickle.dump(fitted_model(options.file, fitted), file)
    with open(options.file) as whole, open(row, "w") as file:
        file.writelines([next(whole), next(whole)])
    command = [sys.executable, "-c", ANSWER, kept, row]
    report(
        "first-prediction",
        options,
        {"n": fitted, "d": 19},
        lambda: subprocess.run(command, capture_output=True, text=True, check=True).stdout,
        float,
        {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    )


main()
