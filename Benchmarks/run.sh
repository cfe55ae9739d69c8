#!/usr/bin/env bash
# Builds mercer-bench, finds or makes a Python with the peers, and runs the comparisons.
# Arguments go to run.py (see `Benchmarks/run.sh --help`).
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
cd "$here"

. ./python.sh

# Neural-tangents needs versions of its own, and JAX is not built for every machine; without it that
# row is left out, and the table says so.
jax_python=.venv-jax/bin/python
has_jax() { [ -x "$jax_python" ] && "$jax_python" -c 'import jax, neural_tangents' 2>/dev/null; }
if ! has_jax; then
  echo "bench: installing neural-tangents into Benchmarks/.venv-jax"
  if ! { python3 -m venv .venv-jax &&
    "$jax_python" -m pip install --quiet --requirement peers/requirements-jax.txt; } || ! has_jax; then
    echo "bench: neural-tangents cannot be installed here (it needs Python 3.9 to 3.12)" >&2
    jax_python=
  fi
fi

make -s -C .. standalone
swift build -c release --product mercer-bench
exec "$python" run.py --mercer "$(swift build -c release --show-bin-path)/mercer-bench" \
  --tool ../.build/static/release/mercer \
  ${jax_python:+--jax-python "$jax_python"} "$@"
