#!/usr/bin/env bash
# Installs what goes with an installed binary: its manual page, and completions for bash, zsh and fish.
# Usage: scripts/install-extras.sh PREFIX
set -euo pipefail
cd "$(dirname "$0")/.."
share="$1/share"
mercer="$1/bin/mercer"

put() {  # a file from standard input
  install -d "$(dirname "$share/$1")"
  cat >"$share/$1"
  chmod 644 "$share/$1"
  echo "installed $share/$1"
}

"$mercer" --experimental-dump-help | "${SWIFT:-swift}" scripts/manual.swift | put man/man1/mercer.1
"$mercer" --generate-completion-script bash | put bash-completion/completions/mercer
"$mercer" --generate-completion-script zsh | put zsh/site-functions/_mercer
"$mercer" --generate-completion-script fish | put fish/vendor_completions.d/mercer.fish
