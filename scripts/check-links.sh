#!/usr/bin/env bash
# Checks that what the Markdown pages point to is there: relative links, and the files that
# docs/methods.md names.
set -euo pipefail
cd "$(dirname "$0")/.."

pages="$(find . -name '*.md' -not -path '*/.*/*' -not -path './mercer-out/*')"
dead="$(
  for page in $pages; do
    # Targets of [text](target) that are neither addresses nor places on the same page.
    grep -o ']([^)]*)' "$page" | sed 's/^](//; s/)$//; s/#.*//' | grep -v '^[a-z]*:' \
      | while read -r target; do
        [ -z "$target" ] || [ -e "$(dirname "$page")/$target" ] || echo "$page: dead link: $target"
      done || true
  done
  grep -o '`\(Sources\|Tests\)/[^`]*`' docs/methods.md | tr -d '`' | sort -u \
    | while read -r file; do
      [ -e "$file" ] || echo "docs/methods.md: no such file: $file"
    done
)"
[ -z "$dead" ] || {
  echo "$dead" >&2
  exit 1
}
