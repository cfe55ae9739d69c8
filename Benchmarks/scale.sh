#!/usr/bin/env bash
# Builds mercer-bench and the tool, finds or makes a Python with the peers, and measures how time,
# memory and error grow. Arguments go to scale.py (see `Benchmarks/scale.sh --help`).
set -euo pipefail
cd "$(dirname "$0")"
. ./python.sh

make -s -C .. standalone
swift build -c release --product mercer-bench
exec "$python" scale.py --mercer "$(swift build -c release --show-bin-path)/mercer-bench" \
  --tool ../.build/static/release/mercer "$@"
