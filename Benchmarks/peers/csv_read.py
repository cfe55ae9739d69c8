"""A numeric CSV file into memory, as pandas' C reader does it; and the file itself."""

import pandas as pd
from common import arguments, report
from csv_file import COLUMNS, need


def main():
    options = arguments(["pandas"], rows=1_000_000)
    need(options)

    report(
        "csv-read",
        options,
        {"rows": options.rows, "columns": COLUMNS},
        lambda: pd.read_csv(options.file, engine="c"),
        lambda table: table.to_numpy().sum(),
        {"pandas": pd.__version__},
    )


main()
