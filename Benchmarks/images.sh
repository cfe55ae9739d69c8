#!/usr/bin/env bash
# Builds the tool, finds or makes a Python with the peers, and compares kernels on images. Arguments go to
# images.py (see `Benchmarks/images.sh --help`).
set -euo pipefail
cd "$(dirname "$0")"
. ./python.sh

make -s -C .. standalone
exec "$python" images.py --mercer ../.build/static/release/mercer "$@"
