"""What the peer scripts share: the numbers, the clock, the form of the report."""

import argparse
import json
import os
import platform
import time

import numpy as np


def arguments(peers, rows):
    """Command line of a peer script."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", choices=peers, default=peers[0])
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rows", type=int, default=rows)
    parser.add_argument("--features", type=int)
    parser.add_argument("--outputs", type=int)
    parser.add_argument("--centres", type=int)
    parser.add_argument("--element", choices=["float", "double"], default="float")
    parser.add_argument("--file")
    return parser.parse_args()


def uniform(count, stream):
    """Doubles in [0, 1), the same as `SharedNumbers.uniform` of mercer-bench."""
    with np.errstate(over="ignore"):
        position = np.arange(1, count + 1, dtype=np.uint64)
        z = (np.uint64(stream << 40) + position) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def matrix(rows, columns, stream, dtype=np.float64):
    """rows × columns numbers in [0, 1)."""
    return uniform(rows * columns, stream).reshape(rows, columns).astype(dtype)


def report(name, options, size, work, check, versions):
    """Times the work and prints one JSON object on one line.

    `check` makes one number of what the work returned, after the clock has stopped; it must agree
    with Mercer's. It gives None where the work has no such number.
    """
    seconds = []
    for _ in range(options.repeats):
        result = None  # Let go of the last one, so that two are never in memory.
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    number = check(result)
    print(
        json.dumps(
            {
                "name": name,
                "peer": options.peer,
                "size": size,
                "threads": options.threads,
                "seconds": seconds,
                "check": None if number is None else float(number),
                "versions": {"python": platform.python_version(), **versions},
            }
        )
    )
