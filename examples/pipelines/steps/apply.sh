#!/usr/bin/env bash
# Applies exactly the plan that was reviewed. Usage: apply.sh PROJECT REVIEWED OUT [campaignctl options…]
# REVIEWED is the directory that plan.sh wrote; OUT gets report.json and events.ndjson. Exit codes are campaignctl's.
set -euo pipefail
project=$1 reviewed=$2 out=$3
shift 3
for file in digest.txt plan.json; do
  if [ ! -s "$reviewed/$file" ]; then
    echo "apply: $reviewed/$file is not there: nothing was reviewed, so nothing is applied" >&2
    exit 3
  fi
done
mkdir -p "$out"
code=0
campaignctl apply "$project" --yes --no-input \
  --expect "$(cat "$reviewed/digest.txt")" --plan-file "$reviewed/plan.json" \
  --events "$out/events.ndjson" --report "$out/report.json" "$@" || code=$?
case $code in
  0) echo "apply: done" ;;
  3) echo "apply: refused; the plan is not the one that was reviewed, or another run holds the ledger. Plan again." ;;
  4) echo "apply: partly done; run the pipeline again" ;;
  5) echo "apply: something is held and needs a person; see docs/sending.md" ;;
  130) echo "apply: interrupted; run the pipeline again" ;;
  *) echo "apply: failed before anything was changed" ;;
esac
exit "$code"
