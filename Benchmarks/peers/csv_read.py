"""A numeric CSV file into memory, as pandas' C reader does it; and the file itself."""

import os
import sys

import pandas as pd
from common import arguments, report
from csv_file import COLUMNS, write


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
