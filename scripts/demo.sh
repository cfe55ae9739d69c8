#!/usr/bin/env bash
# The demonstration: fits the diamonds table that ships with Mercer, scores it on rows held out, and
# predicts a few prices with the saved model.
# Usage: scripts/demo.sh MERCER [OUTPUT], OUTPUT from the project's folder
set -euo pipefail

mercer="$(realpath "$1")"
output="${2:-mercer-out/demo}"
data=Examples/data
cd "$(dirname "$0")/.."

show() {
  printf '\n$ mercer %s\n' "$*"
  "$mercer" "$@"
}

mkdir -p "$output"
show fit "$data/diamonds-train.csv.gz" --target price --test "$data/diamonds-test.csv.gz" \
  --output "$output" --seed 0

# Five of the held-out stones, from all over the range of sizes, without their price.
gzip -dc "$data/diamonds-test.csv.gz" | sed -n '1p; 200p; 600p; 1000p; 1400p; 1800p' | cut -d, -f1-6,8- >"$output/new-stones.csv"
printf '\nFive stones the model has not seen:\n'
cat "$output/new-stones.csv"
show predict "$output/model.safetensors" "$output/new-stones.csv"
