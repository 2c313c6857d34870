#!/usr/bin/env bash
# What the template's plan job does: plans, keeps the plan by its commit, and says it in the merge request.
# Usage: gitlab-plan.sh PROJECT [campaignctl options…]
set -uo pipefail
project=$1
shift
steps=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# In a pipeline of merged results CI_COMMIT_SHA is a commit that nobody wrote: the reviewed one has a name of its own.
commit=${CI_MERGE_REQUEST_SOURCE_BRANCH_SHA:-$CI_COMMIT_SHA}
mkdir -p planned
code=0
if ! campaignctl validate "$project" "$@"; then
  code=1
  printf '### No plan for %s\n\nThe project has mistakes; the job says which.\n' "$commit" > planned/plan.md
elif [ -z "${MOLTFLOW_API_KEY:-}${MOLTFLOW_TOKEN:-}" ]; then
  echo "no key, as in a merge request from a fork: checked, not planned"
  printf '### No plan for %s\n\nThe files are valid; there is no key here, as in a merge request from a fork.\n' "$commit" > planned/plan.md
else
  "$steps/plan.sh" "$project" planned "$@" || code=$?
  [ -s planned/plan.md ] || printf '### No plan for %s\n\ncampaignctl could not make one (exit %s); the job says why.\n' "$commit" "$code" > planned/plan.md
fi
echo "$commit" > planned/commit.txt
CI_COMMIT_SHA=$commit "$steps/gitlab-comment.sh" planned/plan.md "$project-${CI_ENVIRONMENT_NAME:-default}" || echo "the note could not be written"
exit "$code"
