#!/usr/bin/env bash
# The sandbox's OpenAPI document is valid, and schemathesis finds no 5xx and no answer outside of it.
#
#   tests/schemathesis.sh [BINARY]        BINARY: default target/debug/campaignctl
#
# Needs python3 with venv, and PyPI where the two tools are not there yet. Bounded: EXAMPLES examples an operation
# (default 20) and MAX_SECONDS (default 150) in all. Prints what it does; stops at the first failure.
set -euo pipefail
cd "$(dirname "$0")/.."
binary=$(realpath "${1:-target/debug/campaignctl}")
venv=${SCHEMATHESIS_VENV:-${TMPDIR:-/tmp}/campaignctl-schemathesis-venv}
if [ ! -x "$venv/bin/schemathesis" ] || [ ! -x "$venv/bin/openapi-spec-validator" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check \
    "openapi-spec-validator==0.9.0" "schemathesis==4.32.5"
fi

"$venv/bin/openapi-spec-validator" schemas/openapi.json

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
# A fast clock, so that jobs run, schedules fire, and a minute's requests come back in no time.
"$binary" sandbox serve --port 0 --data "$work/data" --speed 3600 --api-key right >"$work/url" 2>"$work/log" &
server=$!
for _ in $(seq 100); do
  [ -s "$work/url" ] && break
  kill -0 "$server" || { cat "$work/log"; exit 1; }
  sleep 0.1
done
url=$(cat "$work/url")

# The first group, job and schedule: a new sandbox gives them the ids that the document has as examples.
post() { curl -fsS -o "$work/made" -H 'X-API-Key: right' -H 'Content-Type: application/json' "$url/api/v2$1" -d "$2"; }
id() { sed -n 's/.*"id":"\([^"]*\)".*/\1/p' "$work/made"; }
post /custom-groups '{"name": "VIP", "members": [{"phone": "+15550123456"}, {"phone": "+15550987654"}]}'
group=$(id)
session=$(curl -fsS -H 'X-API-Key: right' "$url/api/v2/sessions" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
to="\"session_id\": \"$session\", \"custom_group_id\": \"$group\", \"message_content\": \"Hello\""
post /bulk-send "{$to}"
post /scheduled-messages "{$to, \"name\": \"Weekly\", \"schedule_type\": \"cron\", \"cron_expression\": \"0 9 * * MON\"}"
for known in "$group" "$session" "$(id)"; do
  grep -q "$known" schemas/openapi.json || { echo "the document's example ids are not those of a new sandbox"; exit 1; }
done

# Not asked: the stream of progress, which ends when its job does (tests/it has it); and whether data that the
# schema allows are taken: a schedule in the past or a group with nobody in it is refused for good reason.
status=0
timeout 240 "$venv/bin/schemathesis" run "$url/openapi.json" \
  --header "X-API-Key: right" \
  --exclude-path-regex 'progress$' \
  --checks all --exclude-checks positive_data_acceptance \
  --max-examples "${EXAMPLES:-20}" --seed "${SEED:-1}" \
  --generation-database none --request-timeout 20 \
  --no-color || status=$?
if grep -q "panicked" "$work/log"; then
  cat "$work/log"
  exit 1
fi
kill -0 "$server" || { echo "the sandbox died:"; cat "$work/log"; exit 1; }
exit "$status"
