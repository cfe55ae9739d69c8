#!/usr/bin/env bash
# Runs `swift test` with the arguments given. When tests fail, their failures are said once more as
# the last lines: among ten thousand others nobody finds them.
set -uo pipefail
cd "$(dirname "$0")/.."

log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${SWIFT:-swift}" test --disable-xctest "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
if [ "$status" != 0 ]; then
  echo
  echo "What failed:"
  grep -aE '^[^ ]* ?Test .* recorded an issue |^(/.*: )?(fatal )?error: |Fatal error|Program crashed|^Thread .* crashed' "$log" \
    | cut -c 1-240 | head -30
fi
exit "$status"
