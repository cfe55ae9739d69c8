#!/usr/bin/env bash
# Counts the instructions of small fixed operations and compares them with counts.json, which is
# steadier than any clock. Arguments go to count.py (see `Benchmarks/instructions/run.sh --help`).
# The exit status is 0, 1 when an operation takes more instructions than before, and 2 when nothing
# could be counted.
set -euo pipefail
cd "$(dirname "$0")/.."

missing() {
  echo "bench-check: $1" >&2
  exit 2
}
command -v python3 >/dev/null || missing "it needs Python 3 (on Debian: apt-get install python3)"
command -v valgrind >/dev/null || missing "it needs valgrind (on Debian: apt-get install valgrind)"
command -v strip >/dev/null || missing "it needs strip (on Debian: apt-get install binutils)"
[ "$(uname -m)" = x86_64 ] || missing "the counts are those of x86_64, and this is $(uname -m)"

swift build -c release --product mercer-bench || missing "mercer-bench could not be built"
# Valgrind may not read debug information of a newer form than its own; the names of functions stay.
binary=.build/mercer-bench-to-count
strip --strip-debug -o "$binary" "$(swift build -c release --show-bin-path)/mercer-bench"
exec python3 instructions/count.py --mercer "$binary" "$@"
