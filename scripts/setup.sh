#!/usr/bin/env bash
# Makes sure that what Mercer links is there: OpenBLAS, zlib, libzip, and pkg-config to find them.
# On Debian and its kin it installs the missing packages and says which; elsewhere it says what to
# install. When nothing is missing it does nothing, needs no network, and prints nothing.
set -euo pipefail

# The pthread build of OpenBLAS by name: the generic package may choose the OpenMP one, whose own
# threads get in the way of Mercer's.
packages=(libopenblas-pthread-dev libzip-dev zlib1g-dev pkg-config)
libraries=(openblas libzip zlib)

if ! command -v swift >/dev/null; then
  echo "setup: no 'swift' on the PATH; install Swift 6.3 or later from https://www.swift.org/install" >&2
  exit 1
fi

is_installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_libraries() {
  local library
  for library in "${libraries[@]}"; do
    pkg-config --exists "$library" 2>/dev/null || echo "$library"
  done
}

if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
  missing=()
  for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && exit 0

  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "setup: run this as root, then again 'make': apt-get install ${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "setup: installing ${missing[*]}"
  # Old package lists name files that are gone, so they are renewed before anything is installed.
  ${as_root[@]+"${as_root[@]}"} apt-get update -qq
  ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq --yes --no-install-recommends "${missing[@]}"
  echo "setup: installed ${missing[*]}"
  exit 0
fi

missing="$(missing_libraries)"
[ -z "$missing" ] && exit 0
{
  echo "setup: pkg-config does not find:" $missing
  case "$(uname -s)" in
    Darwin)
      echo "setup: brew install pkgconf openblas libzip zlib"
      echo "setup: then add their pkgconfig folders (brew --prefix openblas, …) to PKG_CONFIG_PATH"
      ;;
    *)
      echo "setup: install pkg-config and the development packages of OpenBLAS (the pthread build),"
      echo "setup: libzip and zlib: openblas-devel libzip-devel zlib-devel on Fedora and openSUSE,"
      echo "setup: openblas libzip zlib on Arch"
      ;;
  esac
} >&2
exit 1
