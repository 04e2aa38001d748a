#!/usr/bin/env bash
# Does a compiled binary work on this machine? tools/smoke.sh BINARY
set -euo pipefail

binary=$(realpath "$1")
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

version=$(sed -n 's/^ *"version": "\(.*\)",$/\1/p' deno.json)
said=$("$binary" --version </dev/null)
case "$said" in
  *"$version"*) echo "--version: $said" ;;
  *) echo "--version says \"$said\", deno.json $version" >&2; exit 1 ;;
esac

# The library must not need a place on the disk where the system can do without.
if [ "$(uname -s)" = Linux ]; then
  export TMPDIR=/nonexistent
fi

"$binary" --source testdata/golden.jsonl --db "$scratch/demo.db" \
  </dev/null >"$scratch/turns.jsonl"
diff -u testdata/golden.turns.jsonl "$scratch/turns.jsonl"
echo "golden log: $(wc -l <"$scratch/turns.jsonl") records as expected"

turns=$(grep -o '"turn_id_glob":[0-9]*' "$scratch/turns.jsonl" | sort -u | wc -l)
"$binary" status --db "$scratch/demo.db" --json </dev/null |
  grep -q "\"turns\":{\"total\":$turns," && echo "status: $turns turns as expected"
