#!/usr/bin/env bash
# The steps of the GitHub action, as the action runs them, with a stand-in for `gh` and the sandbox for the API: what is
# planned, said, kept, found again and applied; and every way in which a plan must not be taken for reviewed.
# CAMPAIGNCTL=path of the binary.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
if ! command -v jq > /dev/null; then
  echo "SKIPPED: jq is not here, and GitHub's runners have it"
  exit 0
fi
bin=${CAMPAIGNCTL:-$PWD/target/debug/campaignctl}
work=$(mktemp -d)
server=
cleanup() { [ -n "$server" ] && kill "$server" 2> /dev/null; rm -rf "$work"; true; }
trap cleanup EXIT
mkdir -p "$work/bin" "$work/github" "$work/repo/campaign"
ln -s "$bin" "$work/bin/campaignctl"
ln -s "$root/tests/pipeline/gh" "$work/bin/gh"
steps=$root/examples/pipelines/steps
key="key-canary-5c1e"
export PATH="$work/bin:$PATH" FAKE_GITHUB=$work/github CAMPAIGNCTL_SETTLE_SECONDS=0 NO_COLOR=1
export GITHUB_ACTIONS=true GITHUB_REPOSITORY=acme/shop GITHUB_REF_NAME=main GH_TOKEN=token-canary-91b2 PR=7
export GITHUB_REF=refs/pull/7/merge GITHUB_BASE_REF=main
export GITHUB_WORKFLOW_REF=acme/shop/.github/workflows/campaign.yml@refs/heads/main
unset CI
campaignctl sandbox serve --port 0 --data "$work/data" --api-key "$key" > "$work/serve.txt" 2>&1 &
server=$!
for _ in $(seq 100); do grep -q '^http://' "$work/serve.txt" && break; sleep 0.05; done
MOLTFLOW_API_URL=$(grep -m1 '^http://' "$work/serve.txt")
export MOLTFLOW_API_URL MOLTFLOW_API_KEY=$key
cd "$work/repo"

fail() { echo "FAILED: $1" >&2; [ ! -s "$work/out.txt" ] || cat "$work/out.txt" >&2; exit 1; }
says() { grep -qF -- "$2" "$1" || fail "$1 does not say: $2"; }
silent() { ! grep -qF -- "$2" "$1" || fail "$1 says: $2"; }
must() { # exit code, then the command
  local want=$1 code=0
  shift
  GITHUB_OUTPUT=$work/output.txt GITHUB_STEP_SUMMARY=$work/summary.txt
  export GITHUB_OUTPUT GITHUB_STEP_SUMMARY
  : > "$GITHUB_OUTPUT"
  : > "$GITHUB_STEP_SUMMARY"
  "$@" > "$work/out.txt" 2>&1 || code=$?
  [ "$code" = "$want" ] || fail "$* ended with $code, not $want"
  for file in "$work/out.txt" "$GITHUB_OUTPUT" "$GITHUB_STEP_SUMMARY" "$work/github/comments.json"; do
    [ -e "$file" ] || continue
    for secret in "$key" "$GH_TOKEN" 2125550101; do silent "$file" "$secret"; done
  done
}
yaml() { # the text of the news
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
plan() { # commit: plans it, says it, keeps it as run N of the workflow
  rm -rf planned
  HEAD_SHA=$1 must "${2:-0}" "$steps/github-run.sh" plan campaign
  cp "$work/output.txt" "$work/planned-output.txt"
  HEAD_SHA=$1 must 0 "$steps/github-comment.sh" planned/plan.md "$name"
}
keep() { # commit, run, path of the workflow, when, what else the API says of the run
  mkdir -p "$work/github/artifacts/$2"
  rm -rf "$work/github/artifacts/$2/campaignctl-plan-$name-$1"
  cp -R planned "$work/github/artifacts/$2/campaignctl-plan-$name-$1"
  [ -s "$work/github/runs.json" ] || echo '{}' > "$work/github/runs.json"
  jq --arg sha "$1" --argjson run "$2" --arg path "$3" --arg at "${4:-10:00:00}" --argjson more "${5:-{\}}" \
    '.[$sha] = ((.[$sha] // []) | map(select(.id != $run))) + [{id: $run, path: $path, status: "completed",
      event: "pull_request", head_sha: $sha, head_branch: "news", head_repository: {full_name: "acme/shop"},
      created_at: "2026-11-22T\($at)Z", run_started_at: "2026-11-22T\($at)Z", pull_requests: []} + $more]' \
    "$work/github/runs.json" > "$work/both.json"
  cp "$work/both.json" "$work/github/runs.json"
}
review() { # state, commit, association, user, time
  [ -s "$work/github/reviews.json" ] || echo '{"7": []}' > "$work/github/reviews.json"
  jq --arg state "$1" --arg sha "$2" --arg who "$3" --arg user "$4" --arg at "2026-11-22T$5Z" \
    '."7" += [{state: $state, commit_id: $sha, author_association: $who, user: {login: $user, type: "User"}, submitted_at: $at}]' \
    "$work/github/reviews.json" > "$work/both.json"
  cp "$work/both.json" "$work/github/reviews.json"
}
merged() { # the commit of the merge
  jq -n --arg sha "$1" '{($sha): [{number: 7, merged_at: "2026-11-22T12:00:00Z", base: {ref: "main", sha: "000000000000000000000000000000000000ba5e"},
    head: {ref: "news", repo: {full_name: "acme/shop"}}}]}' > "$work/github/pulls.json"
  export GITHUB_SHA=$1
}
reviewed() { rm -rf reviewed; must "$1" "$steps/github-reviewed.sh" reviewed "campaignctl-plan-$name"; }
ours=.github/workflows/campaign.yml
name=$("$steps/name.sh" campaign "")
a=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb m=dddddddddddddddddddddddddddddddddddddddd

# Names: another project or environment, another name, and one that GitHub takes for an artifact.
for pair in "a-b c" "a b-c" "a/b c" "a_b c" "a/b default" "a/b "; do "$steps/name.sh" "${pair% *}" "${pair#* }"; done > "$work/names.txt"
[ "$(sort -u "$work/names.txt" | wc -l)" = 5 ] || fail "two projects have one name, or one has two"
! grep -vqE '^[A-Za-z0-9._-]+$' "$work/names.txt" || fail "a name that GitHub takes"

# Nothing that people wrote is a command to the runner: what is outside of the stopped part is our own.
on_the_way() {
  awk '/^::stop-commands::/ {token = substr($0, 18); off = 1} $0 == "::" token "::" {off = 0; next} !off' "$work/out.txt" > "$work/live.txt"
  ! grep -vE '^(::(error|warning|notice) (file|title)=.*|)$' "$work/live.txt" || fail "something else reaches the runner"
}

# A plan: summary, outputs, the comment.
yaml "The news."
plan $a
says "$work/planned-output.txt" "digest=$(cat planned/digest.txt)"
says "$work/planned-output.txt" "changes=true"
says "$work/planned-output.txt" "exit-code=0"
[ "$(jq length "$work/github/comments.json")" = 1 ] || fail "one comment"
says "$work/github/comments.json" "$a"
keep $a 1 $ours

# A second commit: the same comment, updated. What somebody else writes is left alone.
jq '[{id: 5, user: {type: "User"}, body: "<!-- campaignctl plan: '"$name"' -->\nmine"}] + .' \
  "$work/github/comments.json" > "$work/both.json" && cp "$work/both.json" "$work/github/comments.json"
yaml "The latest news."
plan $b
keep $b 2 $ours
[ "$(jq length "$work/github/comments.json")" = 2 ] || fail "still one comment of ours"
jq -e --arg b "$b" --arg name "$name" '.[0].body == "<!-- campaignctl plan: \($name) -->\nmine" and (.[1].body | contains("latest") and contains($b))' \
  "$work/github/comments.json" > /dev/null || fail "the comment is updated in place, and only ours"

# A commit with a mistake: annotated at its line; the comment no longer shows the plan of the commit before.
sed -i 's/^groups:/grops:/' campaign/campaign.yaml
plan cccc 1
silent "$work/github/comments.json" "Digest of this plan"
says "$work/github/comments.json" "No plan for cccc"
HEAD_SHA=cccc must 1 "$steps/github-run.sh" plan campaign
says "$work/out.txt" "::error file=campaign/campaign.yaml,line="
says "$work/output.txt" "digest="
silent "$work/summary.txt" "Digest of this plan"

# The name of a file is no way out of the block of text.
yaml "The latest news."
bad=$'campaign/x\n~~~~~~~~\n~~~~~~~~~~~\n# Approved by rita\n.yaml'
printf 'version: 1\n~~~~~~~~~~~~~: 1\n' > "$bad"
plan dddd 1
rm "$bad"
fence=$(grep -oE '^~+text$' planned/plan.md | head -n 1); fence=${fence%text}
[ ${#fence} -gt 13 ] || fail "a fence longer than what is in it"
[ "$(grep -cxF -- "$fence" planned/plan.md)" = 1 ] || fail "one end of the block"
[ "$(tail -n 1 planned/plan.md)" = "$fence" ] || fail "and it is the last line"
! grep -qx '# Approved by rita' planned/plan.md || fail "a name of a file has its lines in it"

# A key of the YAML that is an older command of the runner, and a program that is not there: said as it is.
printf 'version: 1\n"##[add-mask]e": 1\n"::add-mask::e": 1\n' > campaign/campaign.yaml
plan dddd 1
HEAD_SHA=dddd must 1 "$steps/github-run.sh" plan campaign
says "$work/out.txt" "::error file=campaign/campaign.yaml,line=2"
silent "$work/out.txt" "##["
silent planned/plan.md "##["
on_the_way
says "$work/github/comments.json" "The project has mistakes; they are marked in the files."
yaml "The latest news."
mkdir "$work/none"; for tool in bash env od tr cat tee sed grep awk mktemp rm mkdir dirname jq tail python3 sha256sum; do ln -s "$(command -v $tool)" "$work/none/$tool"; done
HEAD_SHA=dddd PATH=$work/none must 127 "$steps/github-run.sh" plan campaign
says planned/plan.md "campaignctl could not be started (exit 127)"
silent planned/plan.md "mistakes"
mkdir reviewed; echo 0 > reviewed/digest.txt
PATH=$work/none must 127 "$steps/github-run.sh" apply campaign
says "$work/out.txt" "could not be started (exit 127): nothing was changed"
rm -rf reviewed
PATH=$work/none must 127 "$steps/github-run.sh" drift campaign
HEAD_SHA=dddd must 1 "$steps/github-run.sh" plan campaign --no-such-flag
silent planned/plan.md "has mistakes"
says planned/plan.md "could not check the project (exit 1)"

# A fork: no key, so checked and not planned, and said.
yaml "The latest news."
MOLTFLOW_API_KEY='' plan ffff
says "$work/github/comments.json" "from a fork"
says "$work/planned-output.txt" "changes=false"
[ ! -e planned/digest.txt ] || fail "a fork has no digest"

# A text that is a command to the runner is none.
yaml '::set-output name=x::y\n::error::planted'
plan eeee
HEAD_SHA=eeee must 0 "$steps/github-run.sh" plan campaign
must 2 "$steps/github-run.sh" drift campaign
stopped=$(sed -n 's/^::stop-commands::\([0-9a-f]*\)$/\1/p' "$work/out.txt")
[ ${#stopped} = 32 ] || fail "commands are stopped by a token that nobody can guess"
says "$work/out.txt" "::$stopped::"
awk -v token="$stopped" '$0 == "::stop-commands::" token {off = 1} $0 == "::" token "::" {off = 0} !off && /planted/ {exit 1}' \
  "$work/out.txt" || fail "a planted command reaches the runner"

# What is no review.
yaml "The latest news."
echo '{}' > "$work/github/pulls.json"
GITHUB_SHA=$m reviewed 3; says "$work/out.txt" "without a pull request"
merged $m
reviewed 3; says "$work/out.txt" "has no approval"
review COMMENTED $b MEMBER rita 10:00:00; reviewed 3
review APPROVED $b NONE passer-by 10:01:00; reviewed 3; says "$work/out.txt" "has no approval"
review APPROVED $b MEMBER rita 10:02:00; reviewed 0
review DISMISSED $b MEMBER rita 10:03:00; reviewed 3
review APPROVED $b MEMBER rita 10:04:00; review CHANGES_REQUESTED $b MEMBER rita 10:05:00; reviewed 3
says "$work/out.txt" "changes are asked for by rita"
# Whoever else approves: somebody asks for changes. A passer-by stops nothing.
review APPROVED $b OWNER omar 10:05:10; reviewed 3; says "$work/out.txt" "changes are asked for by rita"
review APPROVED $b MEMBER rita 10:05:20; reviewed 0
review CHANGES_REQUESTED $b NONE passer-by 10:05:30; reviewed 0
# A member of the organisation may be one who only reads: no word either way. What cannot be asked stops it. A workflow
# of a branch can approve with its own token: no word.
echo '{"rita": "read", "omar": "read"}' > "$work/github/permissions.json"; reviewed 3; says "$work/out.txt" "no approval by somebody who may write"
review CHANGES_REQUESTED $b MEMBER rea 10:05:40
echo '{"rea": "read"}' > "$work/github/permissions.json"; reviewed 0
echo '{"rea": ""}' > "$work/github/permissions.json"; reviewed 0
review APPROVED $b MEMBER rea 10:05:41; rm "$work/github/permissions.json"
cp "$work/github/reviews.json" "$work/reviews.json"
jq '."7" |= map(.user.type = "Bot")' "$work/reviews.json" > "$work/github/reviews.json"; reviewed 3
cp "$work/reviews.json" "$work/github/reviews.json"; reviewed 0

# Where the plan is from is what GitHub says, whatever the artifact says of itself: a run of another pull request of the
# same commit, onto a branch whose workflow uploads a forged plan, is not taken. Each of these alone refuses it.
forged() { # what the API says of the run; what is said of it
  cp "$work/github/runs.json" "$work/runs.json"
  keep $b 30 $ours 11:30:00 "$1"
  echo forged > "$work/github/artifacts/30/campaignctl-plan-$name-$b/digest.txt"
  says "$work/github/artifacts/30/campaignctl-plan-$name-$b/pull-request.txt" "7 main"
  reviewed 0; says "$work/out.txt" "made by run 2."
  jq --arg sha "$b" '.[$sha] |= map(select(.id == 30))' "$work/github/runs.json" > "$work/both.json"
  cp "$work/both.json" "$work/github/runs.json"
  reviewed 3; says "$work/out.txt" "$2"
  [ ! -e reviewed ] || fail "a forged plan is left there"
  cp "$work/runs.json" "$work/github/runs.json"; rm -rf "$work/github/artifacts/30"
}
forged '{"event": "push"}' "no plan was made for $b"
forged '{"head_sha": "aaaa"}' "no plan was made for $b"
forged '{"head_branch": "other"}' "no plan was made for $b"
forged '{"head_repository": {"full_name": "eve/shop"}}' "no plan was made for $b"
forged '{"head_repository": null}' "no plan was made for $b"
forged '{"path": ".github/workflows/evil.yml@refs/heads/x"}' "no plan was made for $b"
forged '{"pull_requests": [{"number": 8, "base": {"ref": "main"}}]}' "cannot be proven"
forged '{"pull_requests": [{"number": 7, "base": {"ref": "evil"}}]}' "cannot be proven"
forged '{"pull_requests": [{"number": 7, "base": {"ref": "main"}}, {"number": 8, "base": {"ref": "evil"}}]}' "cannot be proven"
# After the merge GitHub names none any more: then no other pull request of the branch may have been open at the time.
other() { jq -n --arg from "2026-11-22T$1Z" --arg to "$2" '[{number: 8, created_at: $from, closed_at: (if $to == "" then null else "2026-11-22T\($to)Z" end)}]' > "$work/github/others.json"; }
other 09:30:00 ""; reviewed 3; says "$work/out.txt" "pull request 8 was of the same branch"
other 09:30:00 09:45:00; reviewed 3; says "$work/out.txt" "pull request 8 was of the same branch"
other 09:30:00 10:30:00; reviewed 3
other 10:30:00 ""; reviewed 0
other 07:00:00 08:00:00; reviewed 0
rm "$work/github/others.json"
echo '[{"event": "base_ref_changed", "created_at": "2026-11-22T11:00:00Z"}]' > "$work/github/events.json"
reviewed 3; says "$work/out.txt" "moved to another base afterwards"
echo '[{"event": "base_ref_changed", "created_at": "2026-11-22T09:10:00Z"}, {"event": "labeled", "created_at": "2026-11-22T12:00:00Z"}]' > "$work/github/events.json"
reviewed 0
# One that changes the workflow or the steps was planned by what it brings.
jq -n --arg b "$b" '{($b): "f1"}' > "$work/github/trees.json"; reviewed 3; says "$work/out.txt" "changes .github"
rm "$work/github/trees.json"
# A fork's plan was not made here.
cp "$work/github/pulls.json" "$work/pulls.json"
jq 'map_values(map(.head.repo = null))' "$work/pulls.json" > "$work/github/pulls.json"; reviewed 3; says "$work/out.txt" "from a fork"
cp "$work/pulls.json" "$work/github/pulls.json"; reviewed 0

# The same commit in another pull request, or to another branch, later, as the plan says itself: another plan.
keep $b 20 $ours 11:00:00; keep $b 21 $ours 11:01:00
for run in 20 21; do echo other > "$work/github/artifacts/$run/campaignctl-plan-$name-$b/digest.txt"; done
echo "8 main" > "$work/github/artifacts/20/campaignctl-plan-$name-$b/pull-request.txt"
echo "7 release" > "$work/github/artifacts/21/campaignctl-plan-$name-$b/pull-request.txt"
reviewed 0; says "$work/out.txt" "made by run 2."
silent reviewed/digest.txt other
mv "$work/github/artifacts/2" "$work/two"; reviewed 3
says "$work/out.txt" "no plan of $b was made for pull request 7 onto main"
[ ! -e reviewed ] || fail "another pull request's plan is left there"
mv "$work/two" "$work/github/artifacts/2"
# The commit that was approved, not the last one; its plan, not another workflow's.
review APPROVED $a MEMBER rita 10:06:00; reviewed 0
[ "$(cat reviewed/commit.txt)" = $a ] || fail "the plan of the approved commit"
must 3 "$steps/github-run.sh" apply campaign
says "$work/summary.txt" "not the plan that was reviewed"
says "$work/summary.txt" "The latest news."
says "$work/out.txt" "::error title=campaignctl::refused"
review APPROVED $b OWNER olga 10:07:00
echo '{}' > "$work/github/runs.json"
keep $b 3 .github/workflows/other.yml; reviewed 3; says "$work/out.txt" "no plan was made for $b"
keep $b 2 $ours; rm -rf "$work/github/artifacts/2"; reviewed 3; says "$work/out.txt" "not there any more"
plan $b; keep $b 4 $ours; echo $a > "$work/github/artifacts/4/campaignctl-plan-$name-$b/commit.txt"
reviewed 3; says "$work/out.txt" "is not that of"

# The reviewed plan is applied; then there is no drift.
plan $b; keep $b 4 $ours; reviewed 0
must 0 "$steps/github-run.sh" apply campaign
says "$work/summary.txt" "apply: done"
says "$work/output.txt" "digest=$(cat reviewed/digest.txt)"
[ -s applied/report.json ] && [ -s applied/events.ndjson ] || fail "a report and events"
must 0 "$steps/github-run.sh" drift campaign
says "$work/output.txt" "changes=false"
# By the digest that a person has read, as the drift job shows it: the rest of an apply, or drift to be put right.
yaml "News!"
must 2 "$steps/github-run.sh" drift campaign
grep -oE '[0-9a-f]{64}' "$work/summary.txt" | tail -n 1 > "$work/digest.txt"
rm -rf reviewed; mkdir reviewed; cp "$work/digest.txt" reviewed/digest.txt
must 0 "$steps/github-run.sh" apply campaign
must 3 "$steps/github-run.sh" apply campaign
rm reviewed/digest.txt; must 3 "$steps/github-run.sh" apply campaign

# The action masks the key before anything else runs, and asks GitHub for nothing that its permissions do not cover.
awk '/^  steps:/ {on = 1} on && /- name:/ {print; exit}' "$root/examples/pipelines/github/action.yml" > "$work/first.txt"
says "$work/first.txt" "Mask the key"
sort -u "$work/github/asked.txt" | sed -E 's/[0-9a-f]{40}|[0-9]+/N/g' | sort -u > "$work/asked.txt"
diff "$work/asked.txt" - <<'ASKED' || fail "something else was asked of GitHub"
GET actions/runs
GET collaborators/olga/permission
GET collaborators/omar/permission
GET collaborators/rea/permission
GET collaborators/rita/permission
GET commits/N/pulls
GET compare/N...N
GET git/trees/N
GET issues/N/comments
GET issues/N/events
GET pulls
GET pulls/N/reviews
PATCH issues/comments/N
POST issues/N/comments
ASKED
# A copy of a job for another project or environment does not cancel this one's, and keeps files of its own.
python3 - "$root/examples/pipelines/github" <<'PY'
import pathlib, re, sys
home = pathlib.Path(sys.argv[1])
jobs = re.split(r"\n  (?=\w+:\n    name:)", (home / "campaign.yml").read_text())[1:]
assert len(jobs) == 3, len(jobs)
for job in jobs:
    project = re.search(r"^ +project: (\S+)", job, re.M)[1]
    found = re.search(r"^ +environment: (\S+)", job.split("steps:")[1], re.M)
    group = re.search(r"^ +group: (.+)", job, re.M)[1]
    assert f"-{project}-{found[1] if found else 'default'}" in group, group
action = (home / "action.yml").read_text()
names = re.findall(r"name: (campaignctl-\S.*)", action)
assert len(names) == 2 and all("steps.name.outputs.name" in name for name in names), names
PY
echo "github: every step did what it must"
