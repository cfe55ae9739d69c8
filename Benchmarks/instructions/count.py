#!/usr/bin/env python3
"""Counts the instructions of each shape of `mercer-bench count` and compares with counts.json.

Each shape runs under callgrind on one thread, with the loops that every processor has
(MERCER_SIMD=baseline) and a fixed kernel of OpenBLAS, so that the counts do not depend on the
machine. Only what happens inside the marked region counts, after the same work was done once.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

COUNTS = pathlib.Path(__file__).resolve().parent / "counts.json"
# By how much a count may grow, relative, before the check fails.
TOLERANCE = 0.05
ENVIRONMENT = {
    "MERCER_SIMD": "baseline",
    "OPENBLAS_CORETYPE": "Nehalem",
    "OPENBLAS_NUM_THREADS": "1",
    "SWIFT_DETERMINISTIC_HASHING": "1",
}


def fail(message):
    """Ends the run: nothing could be counted."""
    print(f"bench-check: {message}", file=sys.stderr)
    sys.exit(2)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mercer", required=True, help="the mercer-bench binary")
    parser.add_argument("--only", nargs="+", metavar="SHAPE", help="shapes to count (default: all)")
    parser.add_argument("--update", action="store_true", help="keep the counts of this run")
    return parser.parse_args()


def count(binary, shape):
    """The instructions of one shape."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                "valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out",
                "--toggle-collect=*countedRegion*", binary, "count", shape,
            ],
            capture_output=True, text=True, env={**os.environ, **ENVIRONMENT})
    found = re.search(r"Collected : (\d+)", done.stderr)
    instructions = int(found.group(1)) if found else 0
    if done.returncode != 0 or instructions == 0:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        fail(f"{shape} was not counted (exit status {done.returncode}): {last}")
    return instructions


def compiler():
    text = subprocess.run(["swift", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"Swift version ([\d.]+)", text)
    return found.group(1) if found else "unknown"


def compare(counted, kept):
    """Prints a line for each shape; returns the shapes that grew or that have no count yet."""
    bad = []
    width = max(len(shape) for shape in counted)
    for shape, now in counted.items():
        before = kept.get(shape)
        if before is None:
            verdict = "not in counts.json; keep it with --update"
        else:
            change = now / before - 1
            verdict = f"{100 * change:+.2f} % of {before:,}"
            if change > TOLERANCE:
                verdict += f"  GREW by more than {100 * TOLERANCE:.0f} %"
            elif change < -TOLERANCE:
                verdict += "  shrank; keep it with --update"
        if before is None or now > before * (1 + TOLERANCE):
            bad.append(shape)
        print(f"{shape:{width}}  {now:>13,}  {verdict}")
    return bad


def main():
    options = parse()
    listed = subprocess.run([options.mercer, "count"], capture_output=True, text=True)
    shapes = listed.stdout.split()
    if listed.returncode != 0 or not shapes:
        fail("mercer-bench lists no shapes")
    for shape in options.only or []:
        if shape not in shapes:
            fail(f"there is no shape {shape}; the shapes are {', '.join(shapes)}")
    wanted = [shape for shape in shapes if not options.only or shape in options.only]

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        counted = dict(zip(wanted, pool.map(lambda shape: count(options.mercer, shape), wanted)))

    kept = json.loads(COUNTS.read_text()) if COUNTS.exists() else {"instructions": {}}
    bad = compare(counted, kept["instructions"])
    if options.update:
        # Shapes that are no more go; those that were not counted now stay.
        merged = {**kept["instructions"], **counted}
        kept = {
            "compiler": f"Swift {compiler()}",
            "instructions": {shape: merged[shape] for shape in shapes if shape in merged},
        }
        COUNTS.write_text(json.dumps(kept, indent=2) + "\n")
        print(f"bench-check: kept {len(counted)} counts in {COUNTS.name}")
        return
    gone = [shape for shape in kept["instructions"] if shape not in shapes]
    for shape in gone:
        print(f"{shape} is in counts.json, but mercer-bench no longer has it")
    if bad or gone:
        here = f"Swift {compiler()}"
        if kept.get("compiler", here) != here:
            print(f"bench-check: the counts are of {kept['compiler']}, this is {here}")
        print(f"bench-check: failed: {', '.join(bad + gone)}")
        sys.exit(1)
    print(f"bench-check: no shape takes more than {100 * TOLERANCE:.0f} % more instructions")


main()
