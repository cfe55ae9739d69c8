"""A numeric CSV file into memory, as pandas' C reader does it; and the file itself."""

import os
import sys

import pandas as pd
from common import arguments, matrix, report

COLUMNS = 20


def write(path, rows):
    """Writes the file: a header, then numbers with up to seven significant digits."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    partial = path + ".partial"
    step = 100_000
    with open(partial, "w") as file:
        file.write(",".join(f"x{j}" for j in range(COLUMNS)) + "\n")
        for start in range(0, rows, step):
            count = min(step, rows - start)
            numbers = (matrix(count, COLUMNS, 10 + start // step) - 0.5) * 1000
            file.writelines(
                ",".join(f"{value:.7g}" for value in row) + "\n" for row in numbers.tolist()
            )
    os.rename(partial, path)


def main():
    options = arguments(["pandas"], rows=1_000_000)
    if not options.file:
        sys.exit("csv_read.py: --file is needed")
    if not os.path.exists(options.file):
        write(options.file, options.rows)

    report(
        "csv-read",
        options,
        {"rows": options.rows, "columns": COLUMNS},
        lambda: pd.read_csv(options.file, engine="c"),
        lambda table: table.to_numpy().sum(),
        {"pandas": pd.__version__},
    )


main()
