"""A CSV file of numbers that several benchmarks read."""

import os
import sys

from common import matrix

COLUMNS = 20


def need(options):
    """Ends the program where no file is named, and writes the one that is named where it is missing."""
    if not options.file:
        sys.exit(f"{os.path.basename(sys.argv[0])}: --file is needed")
    if not os.path.exists(options.file):
        write(options.file, options.rows)


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
