"""Errors on rows held out as the rows to learn from grow, on tables of one's own, beside a peer."""

import csv
import itertools
import json
import pathlib
import subprocess

from processes import environment, watched

HERE = pathlib.Path(__file__).resolve().parent
# The first size and the ratio of those that follow; each table ends with all of its rows.
FIRST, RATIO = 10_000, 3
# The target's name in both files of a table.
TARGET = "y"


def tables(folder):
    """The tables of a folder: NAME.train.csv with its rows in random order, NAME.test.csv."""
    for train in sorted(folder.glob("*.train.csv")):
        name = train.name.removesuffix(".train.csv")
        test = folder / f"{name}.test.csv"
        if test.exists():
            yield name, train, test


def sizes(rows):
    """FIRST, RATIO times that, and so on; then all."""
    growing = itertools.takewhile(lambda n: n < 0.8 * rows, (FIRST * RATIO**k for k in range(20)))
    return [*growing, rows]


def count(table):
    with open(table, newline="") as source:
        return sum(1 for _ in csv.reader(source)) - 1


def beginning(train, rows, part):
    """Writes the header and so many rows of a table."""
    with open(train, newline="") as source, open(part, "w", newline="") as target:
        csv.writer(target).writerows(itertools.islice(csv.reader(source), rows + 1))


def ours(options, part, test, output):
    run = watched([
        options.tool, "fit", part, "--target", TARGET, "--test", test, "--output", output,
        "--threads", options.threads, "--quiet"])
    if run["reason"] is None:
        found = json.loads((output / "metrics.json").read_text())
        run |= {"error": found["test"]["rmse_over_std"], "method": found["solver"]}
    return run


def theirs(options, part, test):
    """A peer of `accuracy/peers.py`, with the Python that has it."""
    command = [options.peer_python, HERE / "accuracy" / "fit_peer.py", options.peer, part, test,
               "--threads", options.threads]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True,
                          env=environment(options.threads))
    if done.returncode:
        return {"reason": (done.stderr.strip().splitlines() or ["failed"])[-1]}
    return {"reason": None, **json.loads(done.stdout.strip().splitlines()[-1])}


def measure(options, folder, note):
    lines = []
    for name, train, test in tables(options.tables):
        part = folder / f"{name}.part.csv"
        for rows in sizes(count(train)):
            beginning(train, rows, part)
            line = {"table": name, "rows": rows,
                    "mercer": ours(options, part, test, folder / f"{name}-{rows}")}
            if options.peer_python:
                line["peer"] = theirs(options, part, test)
            note(f"{name}, {rows} rows: "
                 f"{line['mercer'].get('error', line['mercer']['reason'])}")
            lines.append(line)
    return {"peer": options.peer if options.peer_python else None, "lines": lines}
