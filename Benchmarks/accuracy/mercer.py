"""Fits Mercer to the two files of a split, without being told anything."""

import hashlib
import subprocess
import tempfile

import pandas as pd
from execution import execute
from tables import TARGET

# Of the error in metrics.json and the one computed here, relative: both are rounded sums.
TOLERANCE = 1e-9


def version(binary):
    """The version and a digest of the binary, since a version has many builds."""
    text = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout
    with open(binary, "rb") as file:
        return f"{text.strip()} {hashlib.file_digest(file, 'sha256').hexdigest()[:8]}"


def fit(binary, table, files, threads, limit):
    """What a run measured, or None and why not."""
    training, held_out = map(str, files)
    with tempfile.TemporaryDirectory() as output:
        result, reason = execute(
            [binary, "fit", training, "--target", TARGET, "--test", held_out, "--json",
             "--threads", str(threads), "--output", output], threads, limit)
    if result is None or result.get("is_timeout"):
        return result, reason
    if (result["task"] == "regression") == table.is_classes:
        return None, f"it took the target for {result['task']}"
    test = result["test"]
    kept = {name: result[name] for name in ("threads", "run_seconds", "is_quiet")}
    kept |= {"seconds": result["run_seconds"], "processor_seconds": result["run_processor_seconds"],
             "phases": result["seconds"], "peak_memory_bytes": result.get("peak_memory_bytes")}
    if table.is_classes:
        names = ("error", "log_loss", "calibration_error")
        return kept | {name: test[name] for name in names}, None
    target = pd.read_csv(held_out, usecols=[TARGET])[TARGET]
    error = test["rmse"] / target.std(ddof=0)
    if abs(error - test["rmse_over_std"]) > TOLERANCE * error:
        return None, f"its rmse_over_std is {test['rmse_over_std']}, its rmse over σ is {error}"
    return kept | {
        "error": error, "interval_coverage": test["interval_coverage"].get("0.9")}, None
