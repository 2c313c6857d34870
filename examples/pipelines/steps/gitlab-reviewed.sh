#!/usr/bin/env bash
# Fetches the plan that was reviewed for the commit that is to be applied: of the merge request that brought it, the
# commit that was its newest when it was last approved; of the merge request's pipelines, the plan made for that commit.
# Whatever is missing stops it: exit 3, nothing is applied. Usage: gitlab-reviewed.sh OUT [JOB]
# Needs curl, jq, unzip, CAMPAIGNCTL_GITLAB_TOKEN; GitLab sets CI_API_V4_URL, CI_PROJECT_ID, CI_COMMIT_SHA, CI_COMMIT_BRANCH.
set -euo pipefail
out=$1 job=${2:-campaign:plan}
# shellcheck source=examples/pipelines/steps/gitlab-lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/gitlab-lib.sh"
stop() { echo "apply: $1" >&2; exit 3; }

mr=$(gitlab_all "repository/commits/$CI_COMMIT_SHA/merge_requests" |
  jq -r --arg branch "$CI_COMMIT_BRANCH" 'map(select(.state == "merged" and .target_branch == $branch)) | first | .iid // empty')
[ -n "$mr" ] || stop "$CI_COMMIT_SHA came without a merge request: nobody reviewed a plan"

# Each reviewer's last word counts.
at=$(gitlab_all "merge_requests/$mr/notes?sort=asc&order_by=created_at" | jq -r '
  map(select(.system and (.body | test("^(un)?approved this merge request"))))
  | group_by(.author.id) | map(max_by(.created_at)) | map(select(.body | startswith("approved")))
  | max_by(.created_at) | .created_at // empty')
[ -n "$at" ] || stop "merge request !$mr has no approval"
approved=$(gitlab_all "merge_requests/$mr/versions" | jq -r --arg at "$at" \
  'map(select(.created_at <= $at)) | max_by(.created_at) | .head_commit_sha // empty')
[ -n "$approved" ] || stop "merge request !$mr has no commit of before its approval"

found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
for pipeline in $(gitlab_all "merge_requests/$mr/pipelines" | jq -r 'sort_by(-.id) | .[:30][] | .id'); do
  jobs=$(gitlab_all "pipelines/$pipeline/jobs?include_retried=true" |
    jq -r --arg job "$job" 'map(select(.name == $job and .artifacts_file != null)) | sort_by(-.id) | .[] | .id')
  for id in $jobs; do
    gitlab "jobs/$id/artifacts" --location --output "$found/artifacts.zip" || continue
    rm -rf "$found/planned"
    unzip -q -o "$found/artifacts.zip" 'planned/*' -d "$found" || continue
    if [ "$(cat "$found/planned/commit.txt" 2> /dev/null)" = "$approved" ]; then
      rm -rf "$out"
      cp -R "$found/planned" "$out"
      echo "The plan of $approved, approved in merge request !$mr, made by job $id."
      exit 0
    fi
  done
done
stop "the plan of $approved, the commit that was approved in !$mr, is not there (any more): plan and review again"
