#!/usr/bin/env bash
# Makes sure that Chromium is there, which the tests of pages and plots drive, and a font for it. On
# Debian and its kin it installs what is missing; elsewhere it says what to install. Those tests are
# skipped without it, so only in continuous integration (CI is set) its absence is a failure.
set -euo pipefail

packages=(chromium fonts-dejavu-core)

[ -n "${MERCER_CHROMIUM:-}" ] && exit 0
for name in chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null && exit 0
done

as_root=()
if [ "$(id -u)" -ne 0 ] && command -v sudo >/dev/null; then as_root=(sudo); fi
if command -v apt-get >/dev/null; then
  echo "setup-tests: installing ${packages[*]}"
  if ${as_root[@]+"${as_root[@]}"} apt-get update -qq \
    && ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
      apt-get install -qq --yes --no-install-recommends "${packages[@]}" >/dev/null; then
    echo "setup-tests: installed ${packages[*]}"
    exit 0
  fi
fi

echo "setup-tests: no Chromium; the tests of pages will be skipped. Install Chromium or Chrome, or" >&2
echo "setup-tests: name its program in MERCER_CHROMIUM." >&2
[ -z "${CI:-}" ]
