#!/usr/bin/env bash
# Plans the project and writes what a review needs: plan.json (masked; what `apply --plan-file` compares with),
# plan.md (for the comment), digest.txt. Exit: 0 nothing to do or changes, 3 refused, 5 held, 1 failed.
# Usage: plan.sh PROJECT OUT [campaignctl options…]
set -euo pipefail
project=$1 out=$2
shift 2
mkdir -p "$out"
code=0
campaignctl plan "$project" --detailed-exitcode --no-input --format json "$@" > "$out/plan.json" || code=$?
# 1: nothing was planned. 2: changes. 3 and 5 are in the plan, and the review must see them.
[ "$code" = 1 ] && exit 1
campaignctl plan "$project" --no-input --quiet --format markdown "$@" > "$out/plan.md" || true
sed -n 's/^ *"digest": *"\([0-9a-f]*\)".*/\1/p' "$out/plan.json" | head -n 1 > "$out/digest.txt"
echo "$code" > "$out/exit.txt"
echo "plan: exit $code, digest $(cat "$out/digest.txt")"
[ "$code" = 2 ] && code=0
exit "$code"
