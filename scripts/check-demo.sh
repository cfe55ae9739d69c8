#!/usr/bin/env bash
# Checks that the numbers of the demonstration hold: reads the metrics that `make demo` wrote and
# fails when the error on the held-out rows is above the bound. Needs only sed and awk.
# Usage: scripts/check-demo.sh [metrics.json]
set -euo pipefail

# The largest RMSE on the held-out stones, in standard deviations of their price, that is accepted:
# somewhat more than an idle machine reaches, as a busy one may have to stop its search early.
MAXIMUM_TEST_RMSE_OVER_STD=0.150

metrics="${1:-mercer-out/demo/metrics.json}"
if [ ! -f "$metrics" ]; then
  echo "check-demo: no $metrics; run 'make demo' first" >&2
  exit 1
fi

# The "test" object alone, without what is nested in it, so that the key found is the right one in
# whatever order they are written.
value="$(tr -d ' \t\r\n' <"$metrics" \
  | sed -n 's/.*"test":{//p' \
  | sed ':nested; s/{[^{}]*}//g; s/\[[^][]*\]//g; tnested; s/}.*//' \
  | sed -n 's/.*"rmse_over_std":\([-+0-9.eE]*\).*/\1/p')"

if [ -z "$value" ]; then
  echo "check-demo: $metrics has no test.rmse_over_std" >&2
  exit 1
fi
if awk -v value="$value" -v bound="$MAXIMUM_TEST_RMSE_OVER_STD" \
  'BEGIN { exit !(value + 0 > 0 && value + 0 <= bound + 0) }'; then
  echo "check-demo: test rmse_over_std $value, at most $MAXIMUM_TEST_RMSE_OVER_STD: holds"
else
  echo "check-demo: test rmse_over_std $value, expected above 0 and at most $MAXIMUM_TEST_RMSE_OVER_STD" >&2
  exit 1
fi
