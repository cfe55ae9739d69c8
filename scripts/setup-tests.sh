#!/usr/bin/env bash
# Makes sure that what some tests run beside Mercer is there: Python 3 with numpy. On Debian and its kin
# it installs what is missing and says so; elsewhere, or where that fails, those tests are skipped and
# say it.
set -uo pipefail

python3 -c 'import numpy' 2>/dev/null && exit 0
if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null && as_root=(sudo)
  fi
  echo "setup-tests: installing python3 python3-numpy"
  ${as_root[@]+"${as_root[@]}"} apt-get update -qq &&
    ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
      apt-get install -qq --yes --no-install-recommends python3 python3-numpy && exit 0
fi
echo "setup-tests: without Python 3 and numpy the tests that need them are skipped" >&2
exit 0
