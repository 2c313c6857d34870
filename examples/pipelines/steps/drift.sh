#!/usr/bin/env bash
# Says whether somebody changed the account behind the YAML's back. Exit: 0 no, 2 yes, 3 refused, 5 held.
# Usage: drift.sh PROJECT [campaignctl options…]
set -euo pipefail
project=$1
shift
campaignctl plan "$project" --detailed-exitcode --no-input "$@"
