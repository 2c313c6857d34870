#!/usr/bin/env bash
# The schema in an editor: a real YAML language server completes, explains, and flags what `validate` flags.
# Installs it from npm into target/. Where the registry cannot be reached, that is said and not hidden.
# Argument: the campaignctl to compare with; by default target/release or target/debug.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${1:-}
[ -n "$bin" ] || for c in target/release/campaignctl target/debug/campaignctl; do [ -x "$c" ] && bin=$c && break; done
[ -x "$bin" ] || { echo "no campaignctl: build it first, or name one"; exit 1; }

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nodejs npm >/dev/null
fi

home=target/language-server
version=2.0.0
if ! [ -e "$home/$version" ]; then
  mkdir -p "$home"
  if ! timeout 60 npm view "yaml-language-server@$version" version >/dev/null 2>&1; then
    echo "SKIPPED: the npm registry cannot be reached from here"
    exit 0
  fi
  npm install --prefix "$home" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error "yaml-language-server@$version"
  touch "$home/$version"
fi

node tests/language_server.mjs "$home" "$bin" schemas/campaign.schema.json

# The check itself: with a schema that explains nothing and allows everything, it must fail.
node -e '
  const { readFileSync, writeFileSync } = require("fs");
  const spoil = (value) => {
    if (Array.isArray(value)) return value.map(spoil);
    if (value === null || typeof value !== "object") return value;
    const { description, enum: words, ...rest } = value;
    if (rest.additionalProperties === false) rest.additionalProperties = true;
    return Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, spoil(inner)]));
  };
  writeFileSync(process.argv[2], JSON.stringify(spoil(JSON.parse(readFileSync(process.argv[1])))));
' schemas/campaign.schema.json "$home/spoiled.schema.json"
if node tests/language_server.mjs "$home" "$bin" "$home/spoiled.schema.json" >"$home/spoiled.txt" 2>&1; then
  echo "the check passes with a spoiled schema: it proves nothing"
  exit 1
fi
grep -q 'hover' "$home/spoiled.txt" && grep -q 'completion' "$home/spoiled.txt" && grep -q 'flags nothing' "$home/spoiled.txt"
echo "with a spoiled schema it fails in $(grep -c '^  ' "$home/spoiled.txt") places, as it must"
