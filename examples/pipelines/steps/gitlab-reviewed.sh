#!/usr/bin/env bash
# Fetches the plan that was reviewed for the commit that is to be applied: of the merge request that brought it, the
# commit that was its newest when it was last approved by somebody else than its author; of the merge request's own
# pipelines, the plan made for that commit. Where a plan is from is asked of GitLab's API: what an artifact says of
# itself, whoever made it could have written. Whatever is missing or cannot be proven stops it: exit 3, nothing is
# applied. Usage: gitlab-reviewed.sh OUT [JOB]
# Needs curl, jq, unzip, CAMPAIGNCTL_GITLAB_TOKEN; GitLab sets CI_API_V4_URL, CI_PROJECT_ID, CI_COMMIT_SHA,
# CI_COMMIT_BRANCH, CI_CONFIG_PATH.
set -euo pipefail
out=$1 job=${2:-campaign:plan}
# shellcheck source=examples/pipelines/steps/gitlab-lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/gitlab-lib.sh"
stop() { echo "apply: $1" >&2; exit 3; }

brought=$(gitlab_all "repository/commits/$CI_COMMIT_SHA/merge_requests" |
  jq -r --arg branch "$CI_COMMIT_BRANCH" 'map(select(.state == "merged" and .target_branch == $branch)) | first // empty')
[ -n "$brought" ] || stop "$CI_COMMIT_SHA came without a merge request: nobody reviewed a plan"
mr=$(jq -r .iid <<< "$brought")

# Each reviewer's last word counts. Nobody reviews what is their own, and a token is no person: whoever can start a job
# with one could approve by it.
author=$(jq -r '.author.id // empty' <<< "$brought")
self=$(gitlab_user user | jq -r '.id // empty') || stop "whose the token is could not be found out"
[ -n "$author" ] && [ -n "$self" ] || stop "who wrote merge request !$mr, or whose the token is, could not be found out"
words=$(gitlab_all "merge_requests/$mr/notes?sort=asc&order_by=created_at" | jq --arg author "$author" --arg self "$self" '
  map(select(.system and (.body | test("^(un)?approved this merge request"))))
  | map(select((.author.id | tostring) as $id | $id != $author and $id != $self))
  | group_by(.author.id) | map(max_by(.created_at)) | map(select(.body | startswith("approved")))')
for user in $(jq -r '.[].author.id' <<< "$words"); do
  bot=$(gitlab_user "users/$user" | jq -r '.bot') || stop "whether user $user is a person could not be asked"
  [ "$bot" != true ] || words=$(jq --argjson user "$user" 'map(select(.author.id != $user))' <<< "$words")
done
at=$(jq -r 'max_by(.created_at) | .created_at // empty' <<< "$words")
[ -n "$at" ] || stop "merge request !$mr has no approval by a person other than its author"
version=$(gitlab_all "merge_requests/$mr/versions" | jq -r --arg at "$at" \
  'map(select(.created_at <= $at)) | max_by(.created_at) // empty')
approved=$(jq -r '.head_commit_sha // empty' <<< "$version")
[ -n "$approved" ] || stop "merge request !$mr has no commit of before its approval"

# A merge request that changes the pipeline is planned by what it brings: such a plan proves nothing. (With the
# configuration in another project, `…@group/project`, it cannot.)
config=${CI_CONFIG_PATH:-.gitlab-ci.yml}
config=${config%%:*}
brings=$(gitlab "merge_requests/$mr/versions/$(jq -r .id <<< "$version")" | jq -r --arg config "$config" '
  if (.state // "") | startswith("overflow") then "is too large to see whether it changes the pipeline"
  elif any(.diffs[]; .new_path, .old_path | . == $config or . == ".gitlab-ci.yml" or startswith(".gitlab/")) then "changes the pipeline, so its plan was made by what it brings"
  else "" end')
[ -z "$brings" ] || stop "merge request !$mr $brings: merge that on its own, or read the plan of the drift job and run a pipeline with CAMPAIGNCTL_EXPECT"

# Its own pipelines, in this project, of that very commit; one of merged results is of a commit that GitLab made, whose
# parents are the target and the commit.
of_approved() { # ref, sha
  case $1 in
    "refs/merge-requests/$mr/head") [ "$2" = "$approved" ] ;;
    "refs/merge-requests/$mr/merge")
      gitlab "repository/commits/$2" 2> /dev/null | jq -e --arg sha "$approved" '.parent_ids | index($sha) != null' > /dev/null
      ;;
    *) false ;;
  esac
}
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
pipelines=$(gitlab_all "merge_requests/$mr/pipelines" | jq -r --arg project "$CI_PROJECT_ID" '
  map(select(.source == "merge_request_event" and (.project_id | tostring) == $project))
  | sort_by(-.id) | .[:30][] | "\(.id) \(.ref) \(.sha)"')
while read -r pipeline ref sha; do
  [ -n "$pipeline" ] && of_approved "$ref" "$sha" || continue
  jobs=$(gitlab_all "pipelines/$pipeline/jobs?include_retried=true" |
    jq -r --arg job "$job" 'map(select(.name == $job and .artifacts_file != null)) | sort_by(-.id) | .[] | .id')
  for id in $jobs; do
    gitlab "jobs/$id/artifacts" --location --output "$found/artifacts.zip" || continue
    rm -rf "$found/planned"
    unzip -q -o "$found/artifacts.zip" 'planned/*' -d "$found" || continue
    # Beside the proof, not instead of it.
    if [ "$(cat "$found/planned/commit.txt" 2> /dev/null)" = "$approved" ]; then
      rm -rf "$out"
      cp -R "$found/planned" "$out"
      echo "The plan of $approved, approved in merge request !$mr, made by job $id."
      exit 0
    fi
  done
done <<< "$pipelines"
stop "the plan of $approved, the commit that was approved in !$mr, is not there (any more): plan and review again"
