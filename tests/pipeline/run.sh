#!/usr/bin/env bash
# The pipeline's steps (examples/pipelines/steps) as a script: a bare remote, branches, reviews and merges, against
# `sandbox serve`. Checks every exit code; writes the transcript into docs/pipelines.md. CAMPAIGNCTL=path of the binary.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
bin=${CAMPAIGNCTL:-}
[ -n "$bin" ] || for c in target/release/campaignctl target/debug/campaignctl; do [ -x "$c" ] && bin=$PWD/$c && break; done
work=$(mktemp -d)
server=
cleanup() { [ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$work" "$work".*; true; }
trap cleanup EXIT
mkdir -p "$work/bin" "$work/ledger" "$work/reviewed"
ln -s "$bin" "$work/bin/campaignctl"
export CAMPAIGNCTL=$bin
export PATH="$work/bin:$PATH" MOLTFLOW_API_KEY=sandbox CAMPAIGNCTL_SETTLE_SECONDS=0 NO_COLOR=1 COLUMNS=100
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com
export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
unset CI
steps=$root/examples/pipelines/steps
campaignctl sandbox serve --port 0 --data "$work/data" > "$work/serve.txt" 2>&1 &
server=$!
for _ in $(seq 100); do grep -q '^http://' "$work/serve.txt" && break; sleep 0.05; done
MOLTFLOW_API_URL=$(grep -m1 '^http://' "$work/serve.txt")
export MOLTFLOW_API_URL
ledger=(--ledger "$work/ledger/shop.jsonl")
api() { curl -s -H "X-API-Key: x" -H 'content-type: application/json' "$@"; }

clean() { sed -e "s#$work#…#g" -e "s#127.0.0.1:[0-9]*#127.0.0.1#g" -e '/^\[[0-9]*\/[0-9]*\]/d' \
  -e '/^Plan for/,/^Digest of this plan/d' -e '/^[0-9a-f]\{64\}$/d' | cat -s | sed '/./,$!d'; }
must() { # exit code, then the command; shows both
  local want=$1 code=0
  shift
  "$@" > "$work/out.txt" 2>&1 || code=$?
  clean < "$work/out.txt"
  echo "(exit $code)"
  [ "$code" = "$want" ] || { echo "WANTED exit $want" >&2; cat "$work/out.txt" >&2; exit 1; }
}
say() { printf '\n$ %s\n' "$*"; }

git init -q --bare -b main "$work/remote.git"
git clone -q "$work/remote.git" "$work/dev" 2>/dev/null
cd "$work/dev"
git checkout -q -b main
cat > campaign.yaml <<'YAML'
version: 1
project: shop
defaults: {session: main, timezone: Europe/London}
sessions: {main: {name: Main Line}}
groups:
  vip: {members: ["+12125550101", "+16135550142"]}
schedules:
  news: {group: vip, message: The news., weekly: {on: monday, at: "09:00"}}
YAML
git add . && git commit -qm "First" && git push -q origin main

checkout() { rm -rf "${work:?}/$1"; git clone -q "$work/remote.git" "$work/$1"; git -C "$work/$1" checkout -q "$2"; }
review() { # branch: what the pull request's job does; the plan is kept by commit
  checkout ci "$1"
  local sha; sha=$(git -C "$work/ci" rev-parse HEAD)
  must 0 "$steps/plan.sh" "$work/ci" "$work/reviewed/$sha" "${ledger[@]}"
  reviewed=$work/reviewed/$sha
}
merge() { git -C "$work/dev" checkout -q main && git -C "$work/dev" merge -q --no-ff -m "Merge $1" "$1" && git -C "$work/dev" push -q origin main; }
apply() { # exit code, reviewed plan
  checkout ci main
  must "$1" "$steps/apply.sh" "$work/ci" "$2" "$work/applied" "${ledger[@]}"
}
branch() { git checkout -q main; git checkout -q -b "$1"; sed -i "$2" campaign.yaml; git commit -qam "$1"; git push -q origin "$1"; }
jobs() { api "$MOLTFLOW_API_URL/api/v2/bulk-send" | grep -o '"total_recipients"' | wc -l; }

{
  echo "### Reviewed, merged, applied"; echo '```text'
  git checkout -q -b first; git push -q origin first
  say "plan.sh, on the pull request"; review first
  say "apply.sh, on main, with the reviewed plan"; apply 0 "$reviewed"
  say "drift.sh, the next morning"; must 0 "$steps/drift.sh" "$work/ci" "${ledger[@]}"
  echo '```'

  echo; echo "### A second commit was pushed between review and merge"; echo '```text'
  branch second 's/The news\./The latest news./'
  say "plan.sh, reviewed and approved"; review second; approved=$reviewed
  sed -i 's/The latest news\./The very latest news./' campaign.yaml; git commit -qam "One more"; git push -q origin second
  merge second
  say "apply.sh, with the approved plan"; apply 3 "$approved"
  say "the last commit is reviewed, and applied"; review second; apply 0 "$reviewed"
  echo '```'

  echo; echo "### Somebody changed the account between review and apply"; echo '```text'
  git checkout -q main
  branch third 's/"09:00"/"10:00"/'
  say "plan.sh"; review third
  group=$(api "$MOLTFLOW_API_URL/api/v2/custom-groups" | grep -o '"id":"[^"]*"' | head -n1 | cut -d'"' -f4)
  api "$MOLTFLOW_API_URL/api/v2/custom-groups/$group/members/add" -d '{"contacts":[{"phone":"+14165550133"}]}' > /dev/null
  merge third
  say "apply.sh"; apply 3 "$reviewed"
  say "planned and reviewed again"; checkout ci main; must 0 "$steps/plan.sh" "$work/ci" "$work/reviewed/again" "${ledger[@]}"
  apply 0 "$work/reviewed/again"
  echo '```'

  echo; echo "### Two merges at once"; echo '```text'
  git checkout -q main
  branch fourth 's/^schedules:/  press: {members: ["+14165550199"]}\nschedules:/'
  git checkout -q main
  branch fifth 's/The very latest news\./News!/'
  review fourth > /dev/null; r4=$reviewed
  review fifth > /dev/null; r5=$reviewed
  merge fourth; checkout ci4 main
  merge fifth; checkout ci5 main
  say "without a concurrency key: the second runs while the first has the ledger"
  api "$MOLTFLOW_API_URL/__sandbox/fault" -d '{"spec":"latency=400ms"}' > /dev/null
  "$steps/apply.sh" "$work/ci4" "$r4" "$work/applied4" "${ledger[@]}" > "$work/four.txt" 2>&1 &
  first=$!
  for _ in $(seq 400); do campaignctl ledger show "$work/ci4" "${ledger[@]}" 2>/dev/null | grep -q 'group_creating' && break; sleep 0.02; done
  code=0; "$steps/apply.sh" "$work/ci5" "$r5" "$work/applied5" "${ledger[@]}" > "$work/five.txt" 2>&1 || code=$?
  clean < "$work/five.txt"; echo "(exit $code)"
  [ "$code" = 3 ] || { echo "WANTED exit 3 of the second" >&2; exit 1; }
  wait "$first"
  echo "(the first one:)"; tail -n 1 "$work/four.txt"
  api -X DELETE "$MOLTFLOW_API_URL/__sandbox/fault" > /dev/null
  say "the second is planned, reviewed and applied again; with a concurrency key it would have waited"
  checkout ci main; must 0 "$steps/plan.sh" "$work/ci" "$work/reviewed/last" "${ledger[@]}"; apply 0 "$work/reviewed/last"
  must 0 "$steps/drift.sh" "$work/ci" "${ledger[@]}"
  echo '```'

  echo; echo "### Two merges at once, with a concurrency key"; echo '```text'
  git checkout -q main
  branch seventh 's/^schedules:/  club: {members: ["+14165550177"]}\nschedules:/'
  git checkout -q main
  branch eighth 's/News!/Good news!/'
  review seventh > /dev/null; r7=$reviewed
  review eighth > /dev/null; r8=$reviewed
  merge seventh > /dev/null; checkout ci7 main
  merge eighth > /dev/null; checkout ci8 main
  say "both at once; the key (a lock, here) makes one wait, and each applies what was reviewed for it"
  keyed() { # the pipeline of one merge
    local code=0
    flock "$work/key" "$steps/apply.sh" "$work/$1" "$2" "$work/applied-$1" "${ledger[@]}" > "$work/$1.txt" 2>&1 || code=$?
    echo "$code" > "$work/$1.code"
  }
  api "$MOLTFLOW_API_URL/__sandbox/fault" -d '{"spec":"latency=200ms"}' > /dev/null
  keyed ci7 "$r7" & seven=$!
  for _ in $(seq 400); do ! flock -n "$work/key" true && break; sleep 0.02; done
  keyed ci8 "$r8" & eight=$!
  wait "$seven" "$eight"
  api -X DELETE "$MOLTFLOW_API_URL/__sandbox/fault" > /dev/null
  for ci in ci7 ci8; do clean < "$work/$ci.txt"; echo "(exit $(cat "$work/$ci.code"))"; [ "$(cat "$work/$ci.code")" = 0 ]; done
  must 0 "$steps/drift.sh" "$work/ci8" "${ledger[@]}"
  echo '```'

  echo; echo "### A job killed in the middle"; echo '```text'
  git checkout -q main
  branch sixth '$a sends:\n  offer: {group: vip, message: Special offer!}'
  review sixth > /dev/null; r6=$reviewed
  merge sixth; checkout ci main
  api "$MOLTFLOW_API_URL/__sandbox/fault" -d '{"spec":"nth=1,mode=hang_after,path=/bulk-send$"}' > /dev/null
  say "apply.sh        # its machine dies while the API holds the answer back"
  campaignctl apply "$work/ci" --yes --no-input --expect "$(cat "$r6/digest.txt")" "${ledger[@]}" > /dev/null 2>&1 &
  victim=$!
  for _ in $(seq 400); do campaignctl ledger show "$work/ci" "${ledger[@]}" 2>/dev/null | grep -q 'armed' && break; sleep 0.02; done
  sleep 0.5; kill -9 "$victim"; wait "$victim" 2>/dev/null || true
  api -X DELETE "$MOLTFLOW_API_URL/__sandbox/fault" > /dev/null
  say "the next job plans and applies"
  must 0 "$steps/plan.sh" "$work/ci" "$work/reviewed/next" "${ledger[@]}"; apply 0 "$work/reviewed/next"
  must 0 "$steps/drift.sh" "$work/ci" "${ledger[@]}"
  echo "Jobs on the account: $(jobs)"
  [ "$(jobs)" = 1 ]
  echo '```'
} > "$work.transcript"

cd "$root"
awk -v file="$work.transcript" '
  /<!-- transcript -->/ { print; while ((getline line < file) > 0) print line; skip = 1; next }
  /<!-- end of transcript -->/ { skip = 0 }
  !skip { print }' docs/pipelines.md > "$work.md"
cat "$work.md" > docs/pipelines.md
echo "pipeline: every step ended as it must"
"$root/tests/pipeline/github.sh"
"$root/tests/pipeline/gitlab.sh"
