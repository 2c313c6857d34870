#!/usr/bin/env bash
# Names a project and its environment, for artifacts and comments: no two have the same name, and it is one that GitHub
# takes for an artifact. Usage: name.sh PROJECT ENVIRONMENT    ENVIRONMENT may be empty.
set -euo pipefail
project=$1 environment=${2:-default}
sum() { if command -v sha256sum > /dev/null; then sha256sum; else shasum -a 256; fi; }
readable=$(printf '%.60s-%.40s' "$project" "$environment" | tr -c 'A-Za-z0-9._-' '-')
hash=$(printf '%s\n%s' "$project" "$environment" | sum)
printf '%s-%.12s\n' "$readable" "$hash"
