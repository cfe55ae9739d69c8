#!/usr/bin/env python3
"""Runs Mercer beside its peers on the same data, in turns, and reports the medians.

Each run is a process of its own: Mercer, peer, Mercer, peer, … so that what else the machine does
falls on both. Run it through `make bench`.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

# name of the benchmark, script of the peers, peers, rows, rows with --quick
COMPARISONS = [
    ("gaussian-product", "gaussian_product.py", ["numpy", "scikit-learn", "pykeops"], 20_000, 2_000),
    ("krr-fit", "krr_fit.py", ["scikit-learn"], 8_000, 1_000),
    ("csv-read", "csv_read.py", ["pandas"], 1_000_000, 20_000),
]
# What the single numbers made of the results may differ by, relative: Float sums on one side.
CHECK_TOLERANCE = 1e-4


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mercer", required=True, help="the mercer-bench binary")
    parser.add_argument("--only", nargs="*", help="names of benchmarks")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side (median)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0))
                        if hasattr(os, "sched_getaffinity") else os.cpu_count())
    parser.add_argument("--quick", action="store_true",
                        help="small sizes, to see that everything runs; nothing is written")
    options = parser.parse_args()
    if options.rounds < 5 and not options.quick:
        parser.error("a median of fewer than 5 rounds is not reported")
    return options


def execute(command, threads):
    """The JSON object that a run prints last, or None and why not."""
    environment = dict(os.environ)
    for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
        environment[name] = str(threads)
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        return None, lines[-1] if lines else f"exit status {done.returncode}"
    return json.loads(done.stdout.strip().splitlines()[-1]), None


def compare(options, name, script, peer, rows):
    """Medians of both sides of one comparison, or None after saying why not."""
    tail = ["--rows", str(rows), "--threads", str(options.threads)]
    if name == "csv-read":
        tail += ["--file", str(HERE / ".data" / f"numbers-{rows}.csv")]
    sides = {
        # The peer goes first, since it writes the file that both read.
        peer: [sys.executable, str(HERE / "peers" / script), "--peer", peer] + tail,
        "mercer": [options.mercer, name] + tail,
    }
    seconds = {side: [] for side in sides}
    last = {}
    # The first round warms the disk cache and compiles what is compiled on first use.
    for round_number in range(options.rounds + 1):
        for side, command in sides.items():
            result, reason = execute(command, options.threads)
            if result is None:
                print(f"bench: {name} beside {peer} not measured: {side}: {reason}")
                return None
            last[side] = result
            if round_number > 0:
                seconds[side] += result["seconds"]
    ours, theirs = last["mercer"]["check"], last[peer]["check"]
    if abs(ours - theirs) > CHECK_TOLERANCE * max(abs(ours), abs(theirs)):
        sys.exit(f"bench: {name}: Mercer got {ours}, {peer} got {theirs}; they must agree")
    mercer, other = statistics.median(seconds["mercer"]), statistics.median(seconds[peer])
    return {
        "name": name,
        "size": last[peer]["size"],  # in the order the script gives
        "peer": peer,
        "version": last[peer]["versions"].get(peer, ""),
        "mercer": mercer,
        "other": other,
        "ratio": other / mercer,
        "spread": [
            (max(values) - min(values)) / statistics.median(values)
            for values in (seconds["mercer"], seconds[peer])
        ],
        "loops": last["mercer"]["versions"].get("loops", ""),
    }


HEADER = ["benchmark", "size", "peer", "Mercer s", "peer s", "peer / Mercer", "spread"]


def cells(row):
    size = ", ".join(f"{key} {value}" for key, value in row["size"].items())
    spread = " / ".join(f"{100 * value:.0f} %" for value in row["spread"])
    return [
        row["name"],
        size.replace("_", " "),
        f"{row['peer']} {row['version']}".strip(),
        f"{row['mercer']:.3f}",
        f"{row['other']:.3f}",
        f"{row['ratio']:.2f}",
        spread,
    ]


def print_table(rows):
    lines = [HEADER] + [cells(row) for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADER))]
    for line in lines:
        print("  ".join(
            cell.rjust(width) if 3 <= i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths))).rstrip())


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def write_page(options, rows):
    """Puts the table of this run, and nothing older, between the marks of the page."""
    text = PAGE.read_text()
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    lines = [
        "",
        f"{datetime.date.today().isoformat()}, {processor()}, {options.threads} threads, "
        f"{platform.system()} {platform.machine()}, Mercer's loops for {rows[0]['loops']}. "
        f"Medians of {options.rounds} runs of each side, in turns; spread is (longest − shortest) / "
        "median, Mercer / peer.",
        "",
        "| " + " | ".join(HEADER) + " |",
        "|---|---|---|--:|--:|--:|--:|",
        *("| " + " | ".join(cells(row)) + " |" for row in rows),
        "",
    ]
    PAGE.write_text(before + BEGIN + "\n".join(lines) + END + after)


def main():
    options = parse()
    available = subprocess.run(
        [options.mercer], capture_output=True, text=True, check=True).stdout.split()
    rows = []
    for name, script, peers, full, quick in COMPARISONS:
        if options.only and name not in options.only:
            continue
        if name not in available:
            print(f"bench: {name} not measured: mercer-bench does not have it")
            continue
        for peer in peers:
            row = compare(options, name, script, peer, quick if options.quick else full)
            if row:
                rows.append(row)
    if not rows:
        sys.exit("bench: nothing was measured")
    print_table(rows)
    if not options.quick and not options.only:
        write_page(options, rows)
        print(f"written to {PAGE.relative_to(HERE.parent)}")


main()
