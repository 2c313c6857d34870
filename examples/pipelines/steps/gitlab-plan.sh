#!/usr/bin/env bash
# What the template's plan job does: plans, keeps the plan by its commit, and says it in the merge request.
# Usage: gitlab-plan.sh PROJECT [campaignctl options…]    ENVIRONMENT: of the YAML, for the note; given to campaignctl too.
set -uo pipefail
project=$1
shift
[ -z "${ENVIRONMENT:-}" ] || set -- -e "$ENVIRONMENT" "$@"
steps=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# In a pipeline of merged results CI_COMMIT_SHA is a commit that nobody wrote: the reviewed one has a name of its own.
commit=${CI_MERGE_REQUEST_SOURCE_BRANCH_SHA:-$CI_COMMIT_SHA}
mkdir -p planned
code=0
no_plan() { printf '### No plan for %s\n\n%s\n' "$commit" "$1" > planned/plan.md; }
campaignctl validate "$project" "$@" || code=$?
case $code in
  0) ;;
  1) no_plan "The project has mistakes, or could not be read; the job says which." ;;
  126 | 127) no_plan "campaignctl could not be started (exit $code), so nothing was checked and nothing was planned." ;;
  *) no_plan "campaignctl could not check the project (exit $code), so nothing was planned; the job says why." ;;
esac
if [ "$code" != 0 ]; then
  :
elif [ -z "${MOLTFLOW_API_KEY:-}${MOLTFLOW_TOKEN:-}" ]; then
  echo "no key, as in a merge request from a fork: checked, not planned"
  no_plan "The files are valid; there is no key here, as in a merge request from a fork."
else
  "$steps/plan.sh" "$project" planned "$@" || code=$?
  [ -s planned/plan.md ] || no_plan "campaignctl could not make one (exit $code); the job says why."
fi
echo "$commit" > planned/commit.txt
CI_COMMIT_SHA=$commit "$steps/gitlab-comment.sh" planned/plan.md "$("$steps/name.sh" "$project" "${ENVIRONMENT:-}")" || echo "the note could not be written"
exit "$code"
