#!/usr/bin/env bash
# Applies exactly the plan that was reviewed. Usage: apply.sh PROJECT REVIEWED OUT [campaignctl options…]
# REVIEWED is the directory that plan.sh wrote, or one with a digest.txt that a person put there; OUT gets report.json and
# events.ndjson. Exit codes are campaignctl's.
set -euo pipefail
project=$1 reviewed=$2 out=$3
shift 3
if [ ! -s "$reviewed/digest.txt" ]; then
  echo "apply: $reviewed/digest.txt is not there: nothing was reviewed, so nothing is applied" >&2
  exit 3
fi
# With the plan itself, a refusal says what differs.
compare=()
[ ! -s "$reviewed/plan.json" ] || compare=(--plan-file "$reviewed/plan.json")
mkdir -p "$out"
code=0
campaignctl apply "$project" --yes --no-input \
  --expect "$(cat "$reviewed/digest.txt")" "${compare[@]}" \
  --events "$out/events.ndjson" --report "$out/report.json" "$@" || code=$?
case $code in
  0) echo "apply: done" ;;
  3) echo "apply: refused; the plan is not the one that was reviewed, or another run holds the ledger. Plan again." ;;
  4) echo "apply: partly done. The rest is a plan of its own: have it planned and reviewed (docs/pipelines.md)" ;;
  5) echo "apply: something is held and needs a person; see docs/sending.md" ;;
  130) echo "apply: interrupted. The rest is a plan of its own: have it planned and reviewed (docs/pipelines.md)" ;;
  1) echo "apply: failed before anything was changed" ;;
  126 | 127) echo "apply: campaignctl could not be started (exit $code); nothing was changed" ;;
  *) echo "apply: ended in a way that it should not (exit $code); what was begun is in the ledger. Plan again: the plan says what is left" ;;
esac
exit "$code"
