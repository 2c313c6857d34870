#!/usr/bin/env bash
# Plans the project and writes what a review needs: plan.json (masked; what `apply --plan-file` compares with),
# plan.md (for the comment), digest.txt, exit.txt. Exit: 0 nothing to do or changes, 3 refused, 5 held, else failed.
# Usage: plan.sh PROJECT OUT [campaignctl options…]
set -euo pipefail
project=$1 out=$2
shift 2
mkdir -p "$out"
rm -f "$out/plan.json" "$out/plan.md" "$out/digest.txt" "$out/exit.txt"
for _ in 1 2 3; do
  code=0
  campaignctl plan "$project" --detailed-exitcode --no-input --format json "$@" > "$out/plan.json" || code=$?
  # 2: changes. 3 and 5 are in the plan too, and the review must see them. Anything else: there is no plan.
  case $code in 0 | 2 | 3 | 5) ;; *) rm -f "$out/plan.json"; exit "$code" ;; esac
  campaignctl plan "$project" --no-input --quiet --format markdown "$@" > "$out/plan.md" || true
  digest=$(sed -n 's/^ *"digest": *"\([0-9a-f]*\)".*/\1/p' "$out/plan.json" | head -n 1)
  # The account may have changed between the two: what is shown and what is applied are the same plan, or none.
  if [ -n "$digest" ] && grep -q "$digest" "$out/plan.md"; then
    echo "$digest" > "$out/digest.txt"
    echo "$code" > "$out/exit.txt"
    echo "plan: exit $code, digest $digest"
    [ "$code" = 2 ] && code=0
    exit "$code"
  fi
done
rm -f "$out/plan.json" "$out/plan.md"
echo "plan: the account changes while it is read; run it again" >&2
exit 1
