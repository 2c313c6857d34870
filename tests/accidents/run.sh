#!/usr/bin/env bash
# The six commonest accidents, each run for real against `sandbox serve`, and what campaignctl says. Writes the
# transcripts into docs/sending.md, between the markers. Needs a built binary: CAMPAIGNCTL=path, by default
# target/release or target/debug.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
bin=${CAMPAIGNCTL:-}
[ -n "$bin" ] || for c in target/release/campaignctl target/debug/campaignctl; do [ -x "$c" ] && bin=$PWD/$c && break; done
work=$(mktemp -d)
server=
cleanup() { [ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$work"; true; }
trap cleanup EXIT
export MOLTFLOW_API_KEY=sandbox CAMPAIGNCTL_SETTLE_SECONDS=1 NO_COLOR=1 COLUMNS=100
unset CI

project() { # a fresh project and a fresh server; arguments go to the server
  [ -n "$server" ] && { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; }
  rm -rf "${work:?}"/*
  mkdir -p "$work/p"
  cat > "$work/p/campaign.yaml" <<'YAML'
version: 1
project: shop
defaults: {session: main, timezone: Europe/London}
sessions: {main: {name: Main Line}}
groups:
  vip: {members: ["+12125550101", "+16135550142"]}
sends:
  offer: {group: vip, message: Special offer!}
YAML
  "$bin" sandbox serve --port 0 --data "$work/data" "$@" > "$work/serve.txt" 2>&1 &
  server=$!
  for _ in $(seq 100); do grep -q '^http://' "$work/serve.txt" && break; sleep 0.05; done
  MOLTFLOW_API_URL=$(grep -m1 '^http://' "$work/serve.txt")
  export MOLTFLOW_API_URL
  cd "$work/p"
}

shown() { # runs a command and shows it with its output and exit code
  local line='$' word
  for word in "$@"; do
    case $word in *' '*) word="\"$word\"" ;; esac
    line+=" $word"
  done
  echo "$line"
  local code=0
  "$@" > "$work/out.txt" 2>&1 || code=$?
  sed -e '/^\[[0-9]*\/[0-9]*\]/d' -e "s#$work#…#g" -e "s#127.0.0.1:[0-9]*#127.0.0.1#g" \
      -e '/^Plan for/,/^Digest of this plan/d' -e '/^[0-9a-f]\{64\}$/d' "$work/out.txt" | cat -s | sed '/./,$!d'
  grep -q '^No changes' "$work/out.txt" && echo "No changes."
  echo "(exit $code)"
  echo
}
campaignctl() { "$bin" "$@"; }
apply() { shown campaignctl apply --yes; }
jobs() { # how many jobs the server has
  local n
  n=$(curl -s -H "X-API-Key: x" "$MOLTFLOW_API_URL/api/v2/bulk-send" | grep -o '"total_recipients"' | wc -l)
  echo "Jobs on the account: $n"
}

accident() { printf '\n### %s\n\n%s\n\n```text\n' "$1" "$2"; }
end() { jobs; echo '```'; }

{
  accident "A gateway timeout after the effect" "The API made the job, and the proxy in front of it answered 502."
  project --fault 'nth=1,mode=502_html_after,path=/bulk-send$'
  apply; apply; apply; end

  accident "A reset before the effect" "The connection broke before the API saw the request; nobody can know that from here."
  project --fault 'nth=1,mode=drop_before,path=/bulk-send$'
  apply; apply
  shown campaignctl resolve send.offer --not-sent --reason "the dashboard shows no job"
  apply; end

  accident "A killed runner" "The machine died (SIGKILL) while the API held its answer back."
  project --fault 'nth=1,mode=hang_after,path=/bulk-send$'
  echo '$ campaignctl apply --yes        # killed with SIGKILL in the middle'
  "$bin" apply --yes > /dev/null 2>&1 &
  runner=$!
  for _ in $(seq 200); do grep -q '"type":"armed"' .campaignctl/default/shop.jsonl 2>/dev/null && break; sleep 0.05; done
  sleep 0.5; kill -9 "$runner"; wait "$runner" 2>/dev/null || true
  echo
  apply; apply; end

  accident "Two pipelines at once" "Both planned the same; one has the ledger's lock."
  project --fault latency=300ms
  "$bin" apply --yes > "$work/first.txt" 2>&1 &
  first=$!
  for _ in $(seq 200); do [ -s .campaignctl/default/shop.jsonl ] && break; sleep 0.02; done
  apply
  wait "$first" || true
  echo '(the other one meanwhile)'; tail -n 1 "$work/first.txt"; echo
  apply; end

  accident "A lost ledger" "A colleague's clone, or a runner without its cache: the YAML is there, the ledger is not."
  project
  apply
  echo '$ rm -r .campaignctl'; echo; rm -r .campaignctl
  apply
  job=$(curl -s -H "X-API-Key: x" "$MOLTFLOW_API_URL/api/v2/bulk-send" | grep -o '"id":"[^"]*"' | head -n1 | cut -d'"' -f4)
  shown campaignctl adopt send.offer --job "$job"
  apply; end

  accident "Somebody sent it by hand" "A colleague sent to the group from the dashboard before the first apply of the send."
  project
  sed -i 's/state: running/state: paused/; s/Special offer!}/Special offer!, state: paused}/' campaign.yaml
  "$bin" apply --yes > /dev/null 2>&1
  group=$(curl -s -H "X-API-Key: x" "$MOLTFLOW_API_URL/api/v2/custom-groups" | grep -o '"id":"[^"]*"' | head -n1 | cut -d'"' -f4)
  session=$(curl -s -H "X-API-Key: x" "$MOLTFLOW_API_URL/api/v2/sessions" | grep -o '"id":"[^"]*"' | head -n1 | cut -d'"' -f4)
  curl -s -H "X-API-Key: x" -H 'content-type: application/json' "$MOLTFLOW_API_URL/api/v2/bulk-send" \
    -d "{\"session_id\":\"$session\",\"custom_group_id\":\"$group\",\"message_content\":\"Special offer!\"}" >/dev/null
  sed -i 's/, state: paused//' campaign.yaml
  apply; end
} > "$work.transcripts"

cd "$root"
awk -v file="$work.transcripts" '
  /<!-- transcripts -->/ { print; while ((getline line < file) > 0) print line; skip = 1; next }
  /<!-- end of transcripts -->/ { print ""; skip = 0 }
  !skip { print }' docs/sending.md > "$work.md"
cat "$work.md" > docs/sending.md
rm -f "$work.transcripts" "$work.md"
