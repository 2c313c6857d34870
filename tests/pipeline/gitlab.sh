#!/usr/bin/env bash
# The steps of the GitLab template, as its jobs run them, with a stand-in for GitLab's API and the sandbox for MoltFlow's.
# CAMPAIGNCTL=path of the binary.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
for tool in jq unzip curl; do
  command -v "$tool" > /dev/null || { echo "SKIPPED: $tool is not here, and the image of the template has it"; exit 0; }
done
bin=${CAMPAIGNCTL:-$PWD/target/debug/campaignctl}
work=$(mktemp -d)
server='' forge=''
cleanup() { for pid in $server $forge; do kill "$pid" 2> /dev/null; done; rm -rf "$work"; true; }
trap cleanup EXIT
mkdir -p "$work/bin" "$work/gitlab/pipelines" "$work/repo/campaign"
ln -s "$bin" "$work/bin/campaignctl"
steps=$root/examples/pipelines/steps
export PATH="$work/bin:$PATH" CAMPAIGNCTL_SETTLE_SECONDS=0 NO_COLOR=1 MOLTFLOW_API_KEY=key-canary-5c1e
unset CI GITHUB_ACTIONS
campaignctl sandbox serve --port 0 --data "$work/data" > "$work/serve.txt" 2>&1 &
server=$!
python3 "$root/tests/pipeline/gitlab.py" "$work/gitlab" > "$work/forge.txt" &
forge=$!
for _ in $(seq 100); do grep -q '^http://' "$work/serve.txt" && grep -q '^http://' "$work/forge.txt" && break; sleep 0.05; done
MOLTFLOW_API_URL=$(grep -m1 '^http://' "$work/serve.txt")
CI_API_V4_URL=$(cat "$work/forge.txt")/api/v4
export MOLTFLOW_API_URL CI_API_V4_URL CI_PROJECT_ID=1 CI_COMMIT_BRANCH=main CI_MERGE_REQUEST_IID=7
export CAMPAIGNCTL_GITLAB_TOKEN=glpat-canary-20c4
cd "$work/repo"

fail() { echo "FAILED: $1" >&2; [ ! -s "$work/out.txt" ] || cat "$work/out.txt" >&2; exit 1; }
says() { grep -qF -- "$2" "$1" || fail "$1 does not say: $2"; }
must() { # exit code, then the command
  local want=$1 code=0
  shift
  "$@" > "$work/out.txt" 2>&1 || code=$?
  [ "$code" = "$want" ] || fail "$* ended with $code, not $want"
  for secret in "$MOLTFLOW_API_KEY" "$CAMPAIGNCTL_GITLAB_TOKEN" 2125550101; do
    ! grep -qF -- "$secret" "$work/out.txt" || fail "$* shows a secret"
  done
}
yaml() {
  cat > campaign/campaign.yaml <<YAML
version: 1
project: shop
defaults: {session: main, timezone: Europe/London}
sessions: {main: {name: Main Line}}
groups:
  vip: {members: ["+12125550101", "+16135550142"]}
schedules:
  news: {group: vip, message: "$1", weekly: {on: monday, at: "09:00"}}
YAML
}
plan() { # commit, pipeline
  rm -rf planned
  CI_COMMIT_SHA=$1 must "${3:-0}" "$steps/gitlab-plan.sh" campaign
  mkdir -p "$work/gitlab/pipelines/$2"
  cp -R planned "$work/gitlab/pipelines/$2/planned"
  jq -n --arg sha "$1" '{sha: $sha, ref: "refs/merge-requests/7/head"}' > "$work/gitlab/pipelines/$2/api.json"
}
reviewed() { rm -rf reviewed; CI_COMMIT_SHA=mmmm must "$1" "$steps/gitlab-reviewed.sh" reviewed; }
note() { jq --arg body "$1" --arg at "2026-11-22T$2Z" '. + [{id: (200 + length), system: true, author: {id: '"${3:-9}"'}, body: $body, created_at: $at}]' \
  "$work/gitlab/notes.json" > "$work/both.json" && cp "$work/both.json" "$work/gitlab/notes.json"; }

yaml "The news."
plan aaaa 1
yaml "The latest news."
plan bbbb 2
[ "$(jq length "$work/gitlab/notes.json")" = 1 ] || fail "one note, updated in place"
says "$work/gitlab/notes.json" "commit bbbb"
sed -i 's/^groups:/grops:/' campaign/campaign.yaml
plan cccc 3 1
says "$work/gitlab/notes.json" "No plan for cccc"
yaml "The latest news."
MOLTFLOW_API_KEY='' CI_COMMIT_SHA=dddd "$steps/gitlab-plan.sh" campaign > "$work/out.txt" 2>&1 || fail "a fork is checked"
says "$work/gitlab/notes.json" "from a fork"
CAMPAIGNCTL_GITLAB_TOKEN='' CI_COMMIT_SHA=dddd "$steps/gitlab-plan.sh" campaign > "$work/out.txt" 2>&1 || fail "no token is no failure"
says "$work/out.txt" "no CAMPAIGNCTL_GITLAB_TOKEN here"

reviewed 3; says "$work/out.txt" "without a merge request"
echo '{"mmmm": [{"iid": 7, "state": "merged", "target_branch": "main", "author": {"id": 5}}]}' > "$work/gitlab/merged.json"
reviewed 3; says "$work/out.txt" "has no approval"
echo '[{"id": 1, "head_commit_sha": "aaaa", "created_at": "2026-11-22T10:00:00Z"}, {"id": 2, "head_commit_sha": "bbbb", "created_at": "2026-11-22T11:00:00Z"}]' \
  > "$work/gitlab/versions.json"
# Nobody approves what is their own; a token is no person, neither ours nor another.
for nobody in 5 42 43; do note "approved this merge request" 10:29:00 $nobody; reviewed 3; says "$work/out.txt" "no approval by a person other than its author"; done
# Approved when aaaa was the newest: bbbb was pushed afterwards, and is refused.
note "approved this merge request" 10:30:00; reviewed 0
[ "$(cat reviewed/commit.txt)" = aaaa ] || fail "the plan of the commit that was approved"
must 3 "$steps/apply.sh" campaign reviewed applied; says "$work/out.txt" "not the plan that was reviewed"
note "unapproved this merge request" 10:40:00; reviewed 3
note "approved this merge request" 11:30:00; reviewed 0
must 0 "$steps/apply.sh" campaign reviewed applied
must 0 "$steps/drift.sh" campaign
# Where the plan is from is what GitLab says: a pipeline of another commit, of a branch, of another merge request or of a
# fork may have written anything into its artifact.
api=$work/gitlab/pipelines/2/api.json
cp "$api" "$work/api.json"
for lie in '{"sha": "cccc"}' '{"source": "push", "ref": "news"}' '{"ref": "refs/merge-requests/8/head"}' '{"project_id": 2}' \
  '{"ref": "refs/merge-requests/7/merge", "sha": "eeee"}'; do
  jq --argjson lie "$lie" '. + $lie' "$work/api.json" > "$api"
  reviewed 3; says "$work/out.txt" "is not there"
done
# One of merged results: GitLab's own commit, whose parent is the one that was approved.
echo '{"eeee": ["0000", "bbbb"]}' > "$work/gitlab/parents.json"; reviewed 0
cp "$work/api.json" "$api"; reviewed 0
# A merge request that changes the pipeline was planned by what it brings.
cp "$work/gitlab/versions.json" "$work/versions.json"
for path in .gitlab-ci.yml .gitlab/ci/campaign.yml; do
  jq --arg path "$path" '.[1].diffs = [{new_path: "x", old_path: $path}]' "$work/versions.json" > "$work/gitlab/versions.json"
  reviewed 3; says "$work/out.txt" "changes the pipeline"
done
jq '.[1].state = "overflow"' "$work/versions.json" > "$work/gitlab/versions.json"; reviewed 3; says "$work/out.txt" "too large"
cp "$work/versions.json" "$work/gitlab/versions.json"; reviewed 0
rm -rf "$work/gitlab/pipelines/2"; reviewed 3; says "$work/out.txt" "is not there"
CAMPAIGNCTL_GITLAB_TOKEN=wrong reviewed 1
echo "gitlab: every step did what it must"
