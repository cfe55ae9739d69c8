"""Runs a process within limits, and says what else the machine did meanwhile."""

import json
import os
import resource
import signal
import subprocess
import time

# Clock time is limited, too, for a process that waits; other work may slow one down by so much.
PATIENCE = 20
# Cores that others may use before a time is only an upper bound.
QUIET = 0.25


def busy_seconds():
    """Processor seconds that the whole machine has worked; None where it does not say."""
    try:
        with open("/proc/stat") as file:
            ticks = [int(field) for field in file.readline().split()[1:]]
    except OSError:
        return None
    idle, waiting = ticks[3], ticks[4]
    return (sum(ticks[:8]) - idle - waiting) / os.sysconf("SC_CLK_TCK")


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def execute(command, threads, limit):
    """The JSON object that a process prints last, with how long it took; or why there is none.

    The limit is in seconds on an idle machine: `limit` × `threads` seconds of processor time, so
    that other work does not end a run. A process that reaches it gives {"is_timeout": True}.
    """
    environment = dict(os.environ)
    for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
        environment[name] = str(threads)
    processor_limit = int(limit * threads)

    def set_limit():
        resource.setrlimit(resource.RLIMIT_CPU, (processor_limit, processor_limit + 5))

    before, before_children, start = busy_seconds(), children_seconds(), time.perf_counter()
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, preexec_fn=set_limit,
            timeout=PATIENCE * limit)
    except subprocess.TimeoutExpired:
        return {"is_timeout": True, "limit": limit}, None
    elapsed, own = time.perf_counter() - start, children_seconds() - before_children
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL) and own >= processor_limit - 1:
        return {"is_timeout": True, "limit": limit}, None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        return None, lines[-1] if lines else f"exit status {done.returncode}"
    is_quiet = before is not None and busy_seconds() - before - own <= QUIET * elapsed
    run = {"threads": threads, "run_seconds": elapsed, "run_processor_seconds": own,
           "is_quiet": is_quiet}
    # All of it where it is one object, else its last line.
    text = done.stdout.strip()
    return json.loads(text if text.startswith("{") else text.splitlines()[-1]) | run, None
