# Sourced: finds or makes a Python with the peers, and sets `python`. The working directory is
# Benchmarks/.
if ! command -v python3 >/dev/null; then
  echo "bench: the peers need Python 3.11 or later (on Debian: python3 and python3-venv)" >&2
  exit 1
fi
has_peers() { "$1" -c 'import numpy, scipy, sklearn, pandas' 2>/dev/null; }

python=python3
if ! has_peers "$python"; then
  python=.venv/bin/python
  if [ ! -x "$python" ] || ! has_peers "$python"; then
    echo "bench: installing the peers into Benchmarks/.venv"
    python3 -m venv .venv || {
      echo "bench: no venv module (on Debian: python3-venv)" >&2
      exit 1
    }
    "$python" -m pip install --quiet --requirement peers/requirements.txt
  fi
fi
