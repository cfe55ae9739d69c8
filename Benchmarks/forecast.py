#!/usr/bin/env python3
"""Pretends that only an eighth of a table is there, forecasts, and sees whether it comes true.

    Benchmarks/forecast.py --mercer .build/release/mercer --target price train.csv test.csv

For each pair of files, one to learn from and one held out, it forecasts from n / 8 random rows and
fits to n / 4, n / 2 and n of them. Forecasts over measured errors are printed for each measure.
"""

import argparse
import csv
import gzip
import json
import pathlib
import random
import subprocess
import sys
import tempfile

MULTIPLES = (2, 4, 8)
# How far a forecast may be off.
BAR = 0.15


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mercer", required=True, help="the mercer binary")
    parser.add_argument("--target", default="y", help="the column to predict (default: y)")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1], help="of the rows chosen")
    parser.add_argument("--rows", type=int, default=4000,
                        help="of the first table, at most so many (default: 4000)")
    parser.add_argument("--keep", type=pathlib.Path,
                        help="a folder that keeps measured errors, so that they are measured once")
    parser.add_argument("files", nargs="+", metavar="TRAIN TEST")
    options = parser.parse_args()
    if len(options.files) % 2:
        parser.error("files come in pairs: to learn from, and held out")
    return options


def read(path):
    """The header and the rows of a CSV file."""
    opener = gzip.open if str(path).endswith(".gz") else open
    with opener(path, "rt", newline="") as stream:
        rows = list(csv.reader(stream))
    return rows[0], rows[1:]


def write(path, header, rows):
    with open(path, "w", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def mercer(binary, *arguments):
    """What a run prints with --json; nothing, and a note, where it fails."""
    done = subprocess.run([binary, *map(str, arguments), "--json"], capture_output=True, text=True)
    if done.returncode:
        print(done.stderr.strip(), file=sys.stderr)
        return None
    return json.loads(done.stdout)


def measured_errors(options, training, held_out, rows, header, seed, folder):
    """By multiple, the metrics of a fit on the held-out table."""
    kept = None
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        kept = options.keep / f"{pathlib.Path(training).stem}.{len(rows)}.{seed}.json"
        if kept.exists():
            return json.loads(kept.read_text())
    found = {}
    for multiple in MULTIPLES:
        part = folder / "part.csv"
        write(part, header, rows[:multiple * (len(rows) // 8)])
        fit = mercer(options.mercer, "fit", part, "--target", options.target, "--test", held_out,
                     "--output", folder / "model")
        if fit is None:
            return None
        found[str(multiple)] = fit["test"]
    if kept:
        kept.write_text(json.dumps(found))
    return found


def compare(options, training, held_out, seed, folder):
    """By measure, the forecast and the measured error at each multiple."""
    header, rows = read(training)
    random.Random(seed).shuffle(rows)
    rows = rows[:options.rows]
    count = len(rows) // 8
    part = folder / "part.csv"
    write(part, header, rows[:count])
    forecast = mercer(options.mercer, "forecast", part, "--target", options.target)
    measured = measured_errors(options, training, held_out, rows, header, seed, folder)
    found = {}
    if forecast is None or measured is None:
        return count, found
    for name, measure in forecast["measures"].items():
        for multiple in MULTIPLES:
            wanted = multiple * forecast["rows"]
            point = min(measure["forecasts"], key=lambda one: abs(one["rows"] - wanted))
            found.setdefault(name, []).append((point, measured[str(multiple)][name]))
    return count, found


def main():
    options = parse()
    print(f"{'table':20} {'rows':>5} {'seed':>4} {'measure':8} " + " ".join(
        f"{f'at {multiple} times the rows':>30}" for multiple in MULTIPLES))
    close, inside, total = 0, 0, 0
    for seed in options.seeds:
        for training, held_out in zip(options.files[::2], options.files[1::2]):
            with tempfile.TemporaryDirectory() as folder:
                count, found = compare(options, training, held_out, seed, pathlib.Path(folder))
            for name, points in found.items():
                cells = []
                for point, truth in points:
                    is_inside = point["lower"] <= truth <= point["upper"]
                    ratio = point["error"] / truth
                    total += 1
                    close += abs(ratio - 1) <= BAR
                    inside += is_inside
                    cells.append(f"{point['error']:9.4g} / {truth:8.4g} = "
                                 f"{ratio:4.2f}{' ' if is_inside else '*'}")
                print(f"{pathlib.Path(training).name:20} {count:5} {seed:4} {name:8} "
                      + " ".join(f"{cell:>30}" for cell in cells), flush=True)
    print("forecast / measured; * where the measured error is outside the 90 % interval")
    if total:
        print(f"within {BAR:.0%}: {close} of {total}; inside the interval: {inside} of {total}")


main()
