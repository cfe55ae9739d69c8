#!/usr/bin/env bash
# Feeds each reader of files and texts with inputs that libFuzzer makes, for some seconds each, beginning
# with the committed corpus. A finding (a crash, a hang, memory without end, a property that does not
# hold) prints where the input is that reproduces it, and fails.
#
#   Fuzz/run.sh [SECONDS] [TARGET…]      targets: csv npy npz safetensors model kernel
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}
[ $# -gt 0 ] && shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(csv npy npz safetensors model kernel)

swift build -c release --sanitize=fuzzer
bin=$(swift build -c release --sanitize=fuzzer --show-bin-path)

# Swift's own report of a crash would take its place; OpenBLAS needs no threads for such sizes.
export SWIFT_BACKTRACE=enable=no OPENBLAS_NUM_THREADS=1
failed=()
for target in "${targets[@]}"; do
  # What is learned stays for the next run, out of the committed corpus.
  learned=.build/learned/$target
  mkdir -p "$learned" findings
  options=(-max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -print_final_stats=1
    -artifact_prefix="$PWD/findings/$target-")
  [ -f "corpus/$target.dict" ] && options+=(-dict="corpus/$target.dict")
  # Longer inputs find nothing that shorter ones do not, and are slow.
  case $target in csv) options+=(-max_len=2000) ;; kernel) options+=(-max_len=400) ;; esac
  log=.build/fuzz-$target.log
  echo "fuzz: $target for $seconds s"
  if "$bin/fuzz-$target" "${options[@]}" "$learned" "corpus/$target" >"$log" 2>&1; then
    grep -E 'number_of_executed_units|new_units_added' "$log" | sed 's/^stat::/  /'
  else
    failed+=("$target")
    grep -E 'does not hold|must not fail|Fatal error|ERROR: libFuzzer|SUMMARY' "$log" | head -5 || true
    path=$(grep -oE 'Test unit written to .*' "$log" | sed 's/.*written to //' | tail -1)
    echo "fuzz: $target has a finding; to see it again: $bin/fuzz-$target ${path:-(see Fuzz/$log)}"
  fi
done
[ ${#failed[@]} -eq 0 ] || { echo "fuzz: findings in ${failed[*]}" >&2; exit 1; }
