#!/usr/bin/env bash
# Makes sure that what some tests run beside Mercer is there: Chromium with a font, which the tests of
# pages and plots drive, and Python 3 with numpy, which reads models. On Debian and its kin it installs
# what is missing and says so; elsewhere, or where that fails, those tests are skipped and say it.
set -uo pipefail

packages=()
has_browser=""
for name in "${MERCER_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
  if [ -n "$name" ] && command -v "$name" >/dev/null; then has_browser=yes; fi
done
[ -n "$has_browser" ] || packages+=(chromium fonts-dejavu-core)
python3 -c 'import numpy' 2>/dev/null || packages+=(python3 python3-numpy)
[ ${#packages[@]} -gt 0 ] || exit 0

if command -v apt-get >/dev/null; then
  as_root=()
  if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null; then as_root=(sudo); fi
  echo "setup-tests: installing ${packages[*]}"
  ${as_root[@]+"${as_root[@]}"} apt-get update -qq &&
    ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
      apt-get install -qq --yes --no-install-recommends "${packages[@]}" >/dev/null && exit 0
fi
echo "setup-tests: not installed: ${packages[*]}; the tests that need them are skipped" >&2
