#!/usr/bin/env python3
"""Runs Mercer beside its peers on the same data, in turns, and reports the medians.

Each run is a process of its own: Mercer, peer, Mercer, peer, … so that what else the machine does
falls on both. Run it through `make bench`.
"""

import argparse
import copy
import json
import os
import pathlib
import statistics
import subprocess
import sys

import comparisons
import page
from processes import execute

HERE = pathlib.Path(__file__).resolve().parent
# What the single numbers made of the results may differ by, relative: Float sums on one side.
CHECK_TOLERANCE = 1e-4
# What reads the CSV file that its peer writes.
READING = {"csv-read", "predict-stream", "first-prediction"}


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mercer", required=True, help="the mercer-bench binary")
    parser.add_argument("--tool", required=True, help="the mercer binary, as it is installed")
    parser.add_argument("--jax-python", help="a Python that has peers/requirements-jax.txt")
    parser.add_argument("--only", nargs="*", help="names of benchmarks")
    parser.add_argument("--peers", nargs="*", help="names of peers")
    parser.add_argument("--replace", action="store_true",
                        help="with --only or --peers: put these rows in the place of the old ones")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side (median)")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0))
                        if hasattr(os, "sched_getaffinity") else os.cpu_count())
    parser.add_argument("--quick", action="store_true",
                        help="small sizes, to see that everything runs; nothing is written")
    parser.add_argument("--once", action="store_true",
                        help="one round at full size, to see that results agree; nothing is written")
    options = parser.parse_args()
    if options.once:
        options.rounds = 1
    elif options.rounds < 5 and not options.quick:
        parser.error("a median of fewer than 5 rounds is not reported")
    return options


def commands(options, one):
    """The command lines and the threads of both sides."""
    tail = ["--rows", str(one.rows_when_quick if options.quick else one.rows), *one.arguments]
    if one.benchmark in READING:
        tail += ["--file", str(HERE / ".data" / f"numbers-{tail[1]}.csv")]
    threads = one.other_threads or options.threads
    python = options.jax_python if one.needs_jax else sys.executable
    if one.script:
        other = [
            python, str(HERE / "peers" / one.script), "--peer", one.peer, *one.script_arguments]
    else:
        other = [options.mercer, one.other_benchmark or one.benchmark]
    return {
        # The peer goes first, since it writes the file that both read.
        one.peer: (other + tail + ["--threads", str(threads)], threads),
        "mercer": (
            [options.mercer, one.benchmark, *tail, "--threads", str(options.threads),
             "--tool", options.tool],
            options.threads),
    }


def compare(options, one):
    """Medians of both sides of one comparison, or None and why there are none."""
    if one.needs_jax and not options.jax_python:
        return None, "there is no Python with JAX (peers/requirements-jax.txt)"
    sides = commands(options, one)
    seconds = {side: [] for side in sides}
    last = {}
    # The first round compiles what is compiled on first use, which little data does as well; a file
    # that is read should be in the disk cache as a whole.
    warm_up = 0 if options.once else 1
    small = copy.copy(options)
    small.quick = options.quick or one.benchmark not in READING
    for round_number in range(warm_up + options.rounds):
        now = commands(small, one) if round_number < warm_up else sides
        for side, (command, threads) in now.items():
            result, reason = execute(command, threads)
            if result is None:
                return None, f"{side}: {reason}"
            last[side] = result
            if round_number >= warm_up:
                seconds[side] += result["seconds"]
    ours, theirs = last["mercer"]["check"], last[one.peer]["check"]
    if one.comparable and not (
            abs(ours - theirs) <= CHECK_TOLERANCE * max(abs(ours), abs(theirs))):
        sys.exit(
            f"bench: {one.benchmark}: Mercer got {ours}, {one.peer} got {theirs}; they must agree")
    mercer, other = statistics.median(seconds["mercer"]), statistics.median(seconds[one.peer])
    return {
        "name": one.benchmark,
        "size": last[one.peer]["size"],
        "peer": one.peer,
        "version": last[one.peer]["versions"].get(one.peer, ""),
        "mercer": mercer,
        "other": other,
        "ratio": other / mercer,
        "spread": [
            (max(values) - min(values)) / statistics.median(values)
            for values in (seconds["mercer"], seconds[one.peer])
        ],
        "comparable": one.comparable,
        "peak_bytes_beyond": last["mercer"].get("peak_bytes_beyond"),
        "loops": last["mercer"]["versions"].get("loops", ""),
        "counted": last["mercer"].get("counted"),
    }, None


def bounds(options):
    """What the machine does at most, as `mercer bench` measures it."""
    done = subprocess.run(
        [options.tool, "bench", "--only", "ntk-fill", "--scale", "0.02", "--json",
         "--threads", str(options.threads)], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["bounds"]


def add_bounds(options, rows):
    """Entries a second, and the share of the bound, of rows whose arithmetic is counted."""
    counted = [row for row in rows if row["counted"]]
    if not counted:
        return
    most = bounds(options)
    for row in counted:
        suffix = "_double" if row["size"].get("element") == "double" else ""
        counts = row["counted"]
        least = (counts["operations"] / most[f"fma_gflops{suffix}"]
                 + counts.get("functions", 0) / most[f"exp_billions_per_second{suffix}"]) * 1e-9
        row["entries_per_second"] = counts["entries"] / row["mercer"]
        row["fraction_of_bound"] = least / row["mercer"]


def main():
    options = parse()
    available = subprocess.run(
        [options.mercer], capture_output=True, text=True, check=True).stdout.split()
    rows, missing = [], []
    for one in comparisons.ALL:
        if options.only and one.benchmark not in options.only:
            continue
        if options.peers and one.peer not in options.peers:
            continue
        name = f"{' '.join([one.benchmark, *one.arguments])} beside {one.peer}"
        row, reason = None, "mercer-bench does not have it"
        if one.benchmark in available:
            row, reason = compare(options, one)
        if row:
            rows.append(row)
            print(f"bench: measured: {name}", file=sys.stderr, flush=True)
        else:
            missing.append(f"{name}: {reason}")
            print(f"bench: not measured: {missing[-1]}", file=sys.stderr, flush=True)
    if not rows:
        sys.exit("bench: nothing was measured")
    add_bounds(options, rows)
    page.print_table(rows)
    for line in page.bound_lines(rows):
        print(line)
    for line in page.memory_lines(rows):
        print(f"peak memory beside inputs and outputs, {line}")
    if options.quick or options.once:
        return
    partial = options.only or options.peers
    if not partial or options.replace:
        if partial:
            page.replace_rows(rows)
        else:
            page.write_page(options, rows, missing)
        print(f"written to {page.PAGE.relative_to(HERE.parent)}")


main()
