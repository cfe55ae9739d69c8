#!/usr/bin/env python3
"""Fits Mercer and its peers to the same rows of many tables, and compares their errors.

Mercer is told the target and nothing else. What has been measured is kept in a file and not
measured again. Run it through `make bench-accuracy`, or `Benchmarks/accuracy/run.sh`.
"""

import argparse
import doctest
import json
import pathlib
import sys

import collected
import execution
import measures
import mercer
import page
import peers
import sources
import splits
import store
import summary
import tables

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK = HERE.parent / ".data" / "accuracy"
# The results of the last whole run, an object a line.
RESULTS = HERE / "results.json"
NOT_RUN = "not run"


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mercer", help="the mercer binary")
    parser.add_argument("--tables", nargs="*", choices=[one.name for one in tables.ALL])
    parser.add_argument("--seeds", nargs="*", type=int, choices=splits.SEEDS)
    parser.add_argument("--peers", nargs="*", choices=list(peers.BY_NAME))
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--only-mercer", action="store_true",
                      help="run no peer; their kept results are shown")
    only.add_argument("--only-peers", action="store_true", help="do not run Mercer")
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared" / "data",
                        help="a directory with tables that no package has (default: %(default)s)")
    parser.add_argument("--work", type=pathlib.Path, default=WORK,
                        help="where downloads and splits go")
    parser.add_argument("--cache", type=pathlib.Path,
                        help="the file of kept results (default: results.jsonl in --work)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--limit", type=float, default=300,
                        help="seconds after which a fit is given up (default: %(default)s)")
    parser.add_argument("--prepare", action="store_true", help="write all splits and stop")
    parser.add_argument("--check", action="store_true", help="check the arithmetic and stop")
    options = parser.parse_args()
    if not (options.mercer or options.only_peers or options.prepare or options.check):
        parser.error("--mercer BINARY is needed, or --only-peers")
    return options


def check():
    """The examples in the comments; each must be as it says."""
    for module in (measures, splits, summary):
        failed, tried = doctest.testmod(module)
        if failed or not tried:
            sys.exit(f"bench: {module.__name__}: {failed} of {tried} checks failed")
        print(f"bench: {module.__name__}: {tried} checks passed")


def prepared(options, chosen, seeds, left_out):
    """The files and the digest of every split, by table and seed."""
    found = {}
    for table in chosen:
        for seed in seeds:
            try:
                found[table.name, seed] = tables.write(table, seed, options.work, options.data)
            except sources.Unavailable as error:
                left_out.append(f"{table.name}: {error}")
                print(f"bench: left out: {left_out[-1]}", file=sys.stderr, flush=True)
                break
    return found


def run(options, learner, table, files):
    """What a learner measures on a split, or None and why not."""
    if learner == collected.MERCER:
        return mercer.fit(options.mercer, table, files, options.threads, options.limit)
    command = [sys.executable, str(HERE / "fit_peer.py"), learner, *map(str, files),
               "--threads", str(options.threads)]
    return execution.execute(command, options.threads, options.limit)


def shape(files):
    """The rows of both files and the columns without the target."""
    rows, header = [], ""
    for file in files:
        with open(file) as stream:
            header = next(stream)
            rows.append(sum(1 for _ in stream))
    return {"rows": rows, "columns": header.count(",")}


def main():
    options = parse()
    if options.check:
        return check()
    chosen = [one for one in tables.ALL if not options.tables or one.name in options.tables]
    seeds = [seed for seed in splits.SEEDS if not options.seeds or seed in options.seeds]
    names = [name for name in peers.BY_NAME if name in (options.peers or peers.DEFAULT)]
    versions = {name: peers.versions()[peers.BY_NAME[name].package] for name in names}
    if options.mercer:
        versions = {collected.MERCER: mercer.version(options.mercer)} | versions
    left_out, missing = [], {}
    ready = prepared(options, chosen, seeds, left_out)
    if options.prepare:
        return
    kept = store.Store(options.cache or options.work / "results.jsonl")
    results = {}
    # Fast learners and small tables come first, so that there is soon something to see.
    for seed in seeds:
        for learner, version in versions.items():
            for table in chosen:
                if (table.name, seed) not in ready:
                    continue
                files, digest = ready[table.name, seed]
                about = dict(zip(store.KEY, (table.name, digest, seed, learner, version)))
                result, reason = kept.get(tuple(about.values())), NOT_RUN
                # More time than the last try had may be enough.
                is_open = not result or result.get("limit", options.limit) < options.limit
                is_mercer = learner == collected.MERCER
                if is_open and not (options.only_peers if is_mercer else options.only_mercer):
                    result, reason = run(options, learner, table, files)
                    if result:
                        result = about | shape(files) | result
                        kept.add(result)
                    said = f"{learner} on {table.name}, split {seed}"
                    outcome = reason or f"{result.get('error', 'over the limit')}"
                    print(f"bench: {said}: {outcome}", file=sys.stderr, flush=True)
                if result:
                    results.setdefault((table.name, seed), {})[learner] = result
                else:
                    missing.setdefault((learner, table.name, reason), []).append(seed)
    if not results:
        sys.exit("bench: nothing was measured")
    found = collected.Collected(chosen, seeds, list(versions), results)
    absent = [f"{learner} on {table}: {reason} ({len(which)} of {len(seeds)} splits)"
              for (learner, table, reason), which in missing.items()]
    lines = page.measured(
        found, left_out + absent, versions.get(collected.MERCER), options.threads)
    print("\n".join(lines))
    if collected.MERCER not in versions or options.tables or options.seeds or options.peers:
        return
    if any(reason == NOT_RUN for _, _, reason in missing):
        print("not written to the page: there are fits that were not run")
    else:
        page.write(lines)
        everything = [one for group in results.values() for one in group.values()]
        lines = ",\n".join(json.dumps(one, sort_keys=True) for one in everything)
        RESULTS.write_text(f"[\n{lines}\n]\n")
        print(f"written to {page.PAGE.relative_to(ROOT)} and {RESULTS.relative_to(ROOT)}")


main()
