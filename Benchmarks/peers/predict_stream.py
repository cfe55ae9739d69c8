"""Predictions for a CSV file, some rows at a time, by scikit-learn's KernelRidge between pandas' reader
and writer; the model is that of `FirstPrediction.swift`."""

import numpy as np
import pandas as pd
import sklearn
from common import arguments, report
from csv_file import need
from predictor import fitted_model


def main():
    options = arguments(["scikit-learn"], rows=200_000)
    need(options)
    fitted = min(5_000, options.rows // 2)
    model, scaler, mean = fitted_model(options.file, fitted)
    columns = [f"x{j}" for j in range(19)]

    def predict():
        total = 0.0
        with open(options.file + ".predictions", "w") as file:
            file.write("prediction\n")
            for part in pd.read_csv(options.file, usecols=columns, chunksize=4096, engine="c"):
                values = model.predict(scaler.transform(part.to_numpy())) + mean
                pd.Series(values).to_csv(file, index=False, header=False)
                total += np.abs(values).sum()
        return total / options.rows

    report(
        "predict-stream",
        options,
        {"rows": options.rows, "n": fitted, "d": 19},
        predict,
        lambda mean: mean,
        {"numpy": np.__version__, "pandas": pd.__version__, "scikit-learn": sklearn.__version__},
    )


main()
