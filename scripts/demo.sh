#!/usr/bin/env bash
# The demonstration: fits the diamonds table that ships with Mercer, scores it on rows held out, and
# predicts a few prices with the saved model.
# Usage: scripts/demo.sh MERCER [OUTPUT]
set -euo pipefail

mercer="$1"
output="${2:-mercer-out/demo}"
data="$(dirname "$0")/../Examples/data"

show() {
  printf '\n$ mercer %s\n' "$*"
  "$mercer" "$@"
}

mkdir -p "$output"
show fit "$data/diamonds-train.csv.gz" --target price --test "$data/diamonds-test.csv.gz" \
  --output "$output" --seed 0

# The first five of the held-out stones, without their price.
gzip -dc "$data/diamonds-test.csv.gz" | sed -n '1,6p' | cut -d, -f1-6,8- >"$output/new-stones.csv"
printf '\nFive stones the model has not seen:\n'
cat "$output/new-stones.csv"
show predict "$output/model.safetensors" "$output/new-stones.csv"
