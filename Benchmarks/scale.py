#!/usr/bin/env python3
"""Measures how time, memory and error of Mercer's solvers grow, and writes the page's part on scale.

Everything runs on the same cores, each measurement a process of its own; where there is a peer, it
runs in turns with Mercer. Run it through `make bench-scale`.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import scale_page
import scale_rows
import scale_table
from processes import execute, watched

HERE = pathlib.Path(__file__).resolve().parent
PARTS = ["curve", "preconditioners", "centres", "fit", "rows"]
# Centres of the curves. Beyond the last one the peer stores more than 3 GB of features.
OUR_CENTRES = [250, 500, 1000, 1250, 1500, 2000, 4000, 8000]
PEER_CENTRES = [250, 500, 1000, 2000]
# Rows that `mercer fit` gets, and those that no fit sees.
FIT_ROWS = [10_000, 100_000, 300_000, 1_000_000]
HELD_OUT = 20_000


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mercer", required=True, help="the mercer-bench binary")
    parser.add_argument("--tool", required=True, help="the mercer binary, as it is installed")
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS,
                        help="parts to measure; the others keep what the page says")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each side (median)")
    parser.add_argument("--rows", type=int, nargs="*", help="tables for `mercer fit`, by rows")
    parser.add_argument("--memory", default="4GB", help="the --memory of `mercer fit`")
    parser.add_argument("--table", help="a CSV file for the preconditioners; the last column of "
                        "numbers is the target (default: a made table)")
    parser.add_argument("--tables", type=pathlib.Path, help="a folder of NAME.train.csv, in random "
                        "order, and NAME.test.csv with the target y, for errors as rows grow")
    parser.add_argument("--peer", default="catboost", help="of accuracy/peers.py, beside them")
    parser.add_argument("--peer-python", help="a Python that has it (default: Mercer alone)")
    parser.add_argument("--keep", type=pathlib.Path, help="a folder that keeps the tables")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0))
                        if hasattr(os, "sched_getaffinity") else os.cpu_count())
    parser.add_argument("--quick", action="store_true",
                        help="small sizes, to see that everything runs; nothing is written")
    options = parser.parse_args()
    if not options.rows:
        options.rows = [2000, 4000] if options.quick else FIT_ROWS
    return options


def note(text):
    print(f"bench-scale: {text}", file=sys.stderr, flush=True)


def curve(options):
    """Error against time of ridge regression on so many uniform centres, both sides in turns."""
    rows = 2000 if options.quick else 100_000
    ours, theirs = (([50, 100], [50]) if options.quick else (OUR_CENTRES, PEER_CENTRES))
    peer = [sys.executable, str(HERE / "peers" / "nystrom_ridge.py")]
    lines = []
    for centres in ours:
        tail = ["--rows", str(rows), "--centres", str(centres), "--threads", str(options.threads)]
        sides = {"Mercer": [options.mercer, "nystrom-ridge", *tail]}
        if centres in theirs:
            sides["scikit-learn"] = [*peer, *tail]
        found = {side: [] for side in sides}
        for _ in range(1 if options.quick else options.rounds):
            for side, command in sides.items():
                result, reason = execute(command, options.threads)
                if result is None:
                    note(f"{side}, {centres} centres: {reason}")
                else:
                    found[side].append(result)
        for side, results in found.items():
            if results:
                lines.append({
                    "side": side, "centres": centres, "rows": rows, "runs": len(results),
                    "seconds": statistics.median(r["seconds"][0] for r in results),
                    "error": results[-1]["check"]})
                note(f"{side}, {centres} centres: {lines[-1]['seconds']:.2f} s")
    return lines


def text_of(options, *arguments, **variables):
    """What mercer-bench prints for these, line by line, cells apart."""
    command = [options.mercer, *map(str, arguments), "--threads", str(options.threads)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **variables})
    if done.returncode:
        sys.exit(f"bench-scale: {' '.join(command)}: {done.stderr.strip()}")
    return [line.split("  ") for line in done.stdout.splitlines()]


def preconditioners(options):
    """Products with K to a residual of 1e-6 by conjugate gradients, with each preconditioner."""
    table = ["--file", options.table] if options.table else []
    title, _, *lines = text_of(
        options, "preconditioners", "--rows", 1000 if options.quick else 20_000, *table)
    names = ["name", "rank", "products", "residual", "seconds", "stop"]
    note("preconditioners are measured")
    return {"title": title[0], "made": not options.table,
            "lines": [dict(zip(names, line)) for line in lines]}


def centres(options):
    """Seconds an epoch and peak memory of EigenPro against the number of centres."""
    # glibc gives blocks of this size back when they are free: peaks are of what is in use.
    title, _, *lines = text_of(
        options, "centres", "--rows", 8000 if options.quick else 262_144,
        MALLOC_MMAP_THRESHOLD_=str(128 << 10))
    names = ["centres", "seconds", "products", "bytes", "batch"]
    note("centres are measured")
    return {"title": title[0],
            "lines": [dict(zip(names, line)) for line in lines if len(line) > 1],
            "slopes": dict(line[0].rsplit(": ", 1) for line in lines if len(line) == 1)}


def fit(options, folder):
    """`mercer fit` from a CSV file to a model, and the error of that model on other rows."""
    held_out = scale_table.write(folder / "held-out.csv", HELD_OUT, stream=1)
    lines = []
    for rows in sorted(options.rows):
        table = folder / f"rows-{rows}.csv"
        scale_table.write(table, rows, stream=2)
        output = folder / f"model-{rows}"
        run = watched([
            options.tool, "fit", table, "--target", "y", "--output", output, "--memory",
            options.memory, "--threads", options.threads, "--quiet"])
        line = {"rows": rows, **run}
        if run["reason"] is None:
            predictions = folder / f"predictions-{rows}.csv"
            answer = watched([
                options.tool, "predict", output / "model.safetensors", folder / "held-out.csv",
                "--output", predictions])
            line["reason"] = answer["reason"]
            if answer["reason"] is None:
                line |= scale_table.errors(predictions, held_out)
                line["method"] = scale_table.method(output)
        if line["reason"] is None:
            note(f"fit of {rows} rows: {line['seconds']:.1f} s, {line['bytes'] / 1e6:.0f} MB")
        else:
            note(f"fit of {rows} rows: {line['reason']}")
        lines.append(line)
        if not options.keep:
            table.unlink()
    return {"memory": options.memory, "lines": lines}


def main():
    options = parse()
    results = {}
    if "curve" in options.only:
        results["curve"] = curve(options)
    if "preconditioners" in options.only:
        results["preconditioners"] = preconditioners(options)
    if "centres" in options.only:
        results["centres"] = centres(options)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if "fit" in options.only:
            results["fit"] = fit(options, folder)
        if "rows" in options.only and options.tables:
            results["rows"] = scale_rows.measure(options, folder, note)
    scale_page.write(options, results)


main()
