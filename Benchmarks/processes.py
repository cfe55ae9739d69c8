"""Runs what is measured, each run a process of its own."""

import json
import os
import subprocess
import tempfile
import time

# Seconds after which a run that prints its own times is given up.
TIME_LIMIT = 900


def environment(threads):
    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]
    return {**os.environ, **{name: str(threads) for name in names}}


def execute(command, threads):
    """The JSON object that a run prints last, or None and why not."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment(threads), timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        return None, f"not done after {TIME_LIMIT} s"
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        return None, lines[-1] if lines else f"exit status {done.returncode}"
    return json.loads(done.stdout.strip().splitlines()[-1]), None


def watched(command):
    """Seconds by the clock and of the processors, the highest resident memory, and why it failed."""
    with tempfile.TemporaryFile("w+") as messages:
        start = time.perf_counter()
        process = subprocess.Popen(
            list(map(str, command)), stdout=subprocess.DEVNULL, stderr=messages)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        messages.seek(0)
        lines = messages.read().strip().splitlines()
    reason = None
    if process.returncode:
        reason = lines[-1] if lines else f"exit status {process.returncode}"
    # In kilobytes, but on macOS in bytes.
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return {"seconds": seconds, "processor": usage.ru_utime + usage.ru_stime,
            "bytes": usage.ru_maxrss * unit, "reason": reason}
