#!/usr/bin/env bash
# Fetches the plan that was reviewed for the commit that is to be applied: of the pull request that brought the commit,
# the last approval by somebody who may write to this repository; of the commit that was approved, the plan that this
# same workflow made. Whatever is missing stops it: exit 3, nothing is applied.
# Usage: github-reviewed.sh OUT NAME    NAME: the artifact's name without its commit.
# Needs gh and jq; GH_TOKEN (contents, pull-requests and actions: read), and what GitHub sets: GITHUB_REPOSITORY,
# GITHUB_SHA, GITHUB_REF_NAME, GITHUB_WORKFLOW_REF.
set -euo pipefail
out=$1 name=$2
stop() { printf '::error title=campaignctl::%s\n' "$1"; exit 3; }
repo=repos/$GITHUB_REPOSITORY

pr=$(gh api "$repo/commits/$GITHUB_SHA/pulls" |
  jq -r --arg branch "$GITHUB_REF_NAME" '[.[] | select(.merged_at != null and .base.ref == $branch)] | first | .number // empty')
[ -n "$pr" ] || stop "$GITHUB_SHA came without a pull request: nobody reviewed a plan, so nothing is applied"

# Each reviewer's last word counts. The word of a passer-by of a public repository is none.
words=$(gh api --paginate "$repo/pulls/$pr/reviews?per_page=100" | jq -s '
  add // [] | map(select(.state == "APPROVED" or .state == "CHANGES_REQUESTED" or .state == "DISMISSED"))
  | map(select(.author_association | IN("OWNER", "MEMBER", "COLLABORATOR")))
  | group_by(.user.login) | map(max_by(.submitted_at))')
against=$(jq -r 'map(select(.state == "CHANGES_REQUESTED") | .user.login) | join(", ")' <<< "$words")
[ -z "$against" ] || stop "in pull request $pr changes are asked for by $against, so nothing is applied"
approved=$(jq -r 'map(select(.state == "APPROVED")) | max_by(.submitted_at) | .commit_id // empty' <<< "$words")
[ -n "$approved" ] || stop "pull request $pr has no approval, so nothing is applied"

# The newest run of this workflow for that commit: another workflow could upload an artifact of the same name. And one
# that planned that pull request onto this branch: the same commit may be in others, and a plan onto another branch is
# another plan. The plan says so itself; what GitHub says of a run's pull requests is only of those still open.
workflow=${GITHUB_WORKFLOW_REF#"$GITHUB_REPOSITORY"/}
workflow=${workflow%%@*}
runs=$(gh api --paginate "$repo/actions/runs?head_sha=$approved&event=pull_request&per_page=100" | jq -rs --arg path "$workflow" '
  [.[].workflow_runs[] | select(.path == $path and .status == "completed")] | sort_by(.run_started_at) | reverse | .[].id')
[ -n "$runs" ] || stop "no plan was made for $approved, the commit that was approved in pull request $pr"

why="the plan of $approved (run ${runs%%$'\n'*}) is not there any more: plan and review again"
for run in $runs; do
  rm -rf "$out"
  gh run download "$run" --repo "$GITHUB_REPOSITORY" --name "$name-$approved" --dir "$out" || continue
  if [ "$(cat "$out/pull-request.txt" 2> /dev/null)" != "$pr $GITHUB_REF_NAME" ]; then
    why="no plan of $approved was made for pull request $pr onto $GITHUB_REF_NAME: plan and review again"
    continue
  fi
  [ "$(cat "$out/commit.txt" 2> /dev/null)" = "$approved" ] || stop "the plan of run $run is not that of $approved"
  echo "The plan of $approved, approved in pull request $pr, made by run $run."
  exit 0
done
rm -rf "$out"
stop "$why"
