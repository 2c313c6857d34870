#!/usr/bin/env bash
# Fetches the plan that was reviewed for the commit that is to be applied: of the pull request that brought the commit,
# the last approval by a person who may write to this repository; of the commit that was approved, the plan that this
# same workflow made for that pull request onto this branch. Where a plan is from is asked of GitHub's API: what an
# artifact says of itself, whoever made it could have written. Whatever is missing or cannot be proven stops it: exit 3,
# nothing is applied.
# Usage: github-reviewed.sh OUT NAME    NAME: the artifact's name without its commit.
# Needs gh and jq; GH_TOKEN (contents, pull-requests and actions: read), and what GitHub sets: GITHUB_REPOSITORY,
# GITHUB_SHA, GITHUB_REF_NAME, GITHUB_WORKFLOW_REF.
set -euo pipefail
out=$1 name=$2
stop() { printf '::error title=campaignctl::%s\n' "${1//##/# #}"; exit 3; }
repo=repos/$GITHUB_REPOSITORY

# "Re-run jobs" of an old run would apply what main may have taken back since.
if [ "${GITHUB_RUN_ATTEMPT:-1}" != 1 ]; then
  tip=$(gh api "$repo/commits/$GITHUB_REF_NAME" | jq -r '.sha // empty')
  [ "$tip" = "$GITHUB_SHA" ] ||
    stop "this run is one again of $GITHUB_SHA, and $GITHUB_REF_NAME has moved on: run the job of its newest commit again instead"
fi

brought=$(gh api "$repo/commits/$GITHUB_SHA/pulls" |
  jq -r --arg branch "$GITHUB_REF_NAME" '[.[] | select(.merged_at != null and .base.ref == $branch)] | first // empty')
[ -n "$brought" ] || stop "$GITHUB_SHA came without a pull request: nobody reviewed a plan, so nothing is applied"
pr=$(jq -r .number <<< "$brought")
head=$(jq -r '.head.ref // empty' <<< "$brought")
from=$(jq -r '.head.repo.full_name // empty' <<< "$brought")
[ "$from" = "$GITHUB_REPOSITORY" ] ||
  stop "pull request $pr is from a fork or a repository that is gone: its plan was not made here; push its branch to this repository"

# Each reviewer's last word counts, of people who may write here. What a passer-by of a public repository says is no
# word, nor is what a workflow says with its own token. A member of the organisation may be one who only reads: asked.
words=$(gh api --paginate "$repo/pulls/$pr/reviews?per_page=100" | jq -s '
  add // [] | map(select(.state == "APPROVED" or .state == "CHANGES_REQUESTED" or .state == "DISMISSED"))
  | map(select(.user.type == "User" and (.author_association | IN("OWNER", "MEMBER", "COLLABORATOR"))))
  | group_by(.user.login) | map(max_by(.submitted_at)) | map(select(.state != "DISMISSED"))')
for user in $(jq -r '.[].user.login' <<< "$words"); do
  may=$(gh api "$repo/collaborators/$user/permission" | jq -r '.permission // empty') ||
    stop "whether $user may write to this repository could not be asked, so nothing is applied"
  case $may in
    admin | write) ;;
    *) words=$(jq --arg user "$user" 'map(select(.user.login != $user))' <<< "$words") ;;
  esac
done
against=$(jq -r 'map(select(.state == "CHANGES_REQUESTED") | .user.login) | join(", ")' <<< "$words")
[ -z "$against" ] || stop "in pull request $pr changes are asked for by $against, so nothing is applied"
approved=$(jq -r 'map(select(.state == "APPROVED")) | max_by(.submitted_at) | .commit_id // empty' <<< "$words")
[ -n "$approved" ] || stop "pull request $pr has no approval by somebody who may write here, so nothing is applied"

# A pull request that changes .github is planned by what it brings: such a plan proves nothing.
tree() { gh api "$repo/git/trees/$1" | jq -r '[.tree[] | select(.path == ".github") | .sha] | first // "none"'; }
base=$(jq -r '.base.sha' <<< "$brought")
fork_point=$(gh api "$repo/compare/$base...$approved" | jq -r '.merge_base_commit.sha // empty')
[ -n "$fork_point" ] || stop "where $approved left $GITHUB_REF_NAME could not be found out, so nothing is applied"
before=$(tree "$fork_point")
after=$(tree "$approved")
[ "$before" = "$after" ] ||
  stop "pull request $pr changes .github, so its plan was made by what it brings: merge that on its own, or read the plan of the drift job and start the workflow with its digest"

# The runs of this workflow for that commit, of a branch of this repository, the newest first: another workflow could
# upload an artifact of the same name, and so could a pull request of the same commit onto a branch whose workflow says
# something else.
workflow=${GITHUB_WORKFLOW_REF#"$GITHUB_REPOSITORY"/}
workflow=${workflow%%@*}
runs=$(gh api --paginate "$repo/actions/runs?head_sha=$approved&event=pull_request&per_page=100" |
  jq -s --arg path "$workflow" --arg sha "$approved" --arg head "$head" --arg repo "$GITHUB_REPOSITORY" '
  [.[].workflow_runs[] | select((.path | split("@")[0]) == $path and .event == "pull_request" and .status == "completed"
    and .head_sha == $sha and .head_branch == $head and .head_repository.full_name == $repo)]
  | sort_by(.run_started_at) | reverse')
[ "$(jq length <<< "$runs")" != 0 ] || stop "no plan was made for $approved, the commit that was approved in pull request $pr"

# GitHub names the pull requests of a run only while they are open. So: no other pull request of that branch was open at
# the time (an hour more, for runs that begin late), and ours had the same base ever since.
others=$(gh api --paginate "$repo/pulls?state=all&head=${GITHUB_REPOSITORY%%/*}:$head&per_page=100" |
  jq -s --argjson pr "$pr" 'add // [] | map(select(.number != $pr) | {number, created_at, closed_at})')
moved=$(gh api --paginate "$repo/issues/$pr/events?per_page=100" |
  jq -rs 'add // [] | map(select(.event == "base_ref_changed") | .created_at) | max // ""')
unproven() { # run (JSON): why it may be another pull request's, or empty
  jq -r --argjson pr "$pr" --arg base "$GITHUB_REF_NAME" --argjson others "$others" --arg moved "$moved" '
    . as $run
    | ([$others[] | select(.created_at <= $run.created_at
        and (.closed_at == null or (.closed_at | fromdate) + 3600 >= ($run.created_at | fromdate))) | .number] | first) as $other
    | if ((.pull_requests // []) | any(.number != $pr or .base.ref != $base)) then "GitHub says that it is of another pull request or branch as well"
      elif $other != null then "pull request \($other) was of the same branch at that time"
      elif $moved >= .created_at then "the pull request was moved to another base afterwards"
      else "" end'
}

why=
for run in $(jq -r '.[].id' <<< "$runs"); do
  doubt=$(jq --argjson run "$run" '.[] | select(.id == $run)' <<< "$runs" | unproven)
  if [ -n "$doubt" ]; then
    why="that run $run planned $approved for pull request $pr onto $GITHUB_REF_NAME cannot be proven ($doubt): push a commit, so that it is planned and reviewed again"
    continue
  fi
  rm -rf "$out"
  if ! gh run download "$run" --repo "$GITHUB_REPOSITORY" --name "$name-$approved" --dir "$out"; then
    why=${why:-"the plan of $approved (run $run) is not there any more: plan and review again"}
    continue
  fi
  # Beside the proof, not instead of it.
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
