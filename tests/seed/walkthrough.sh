#!/bin/sh
# The example of the vendor's page on outreach, step by step, with real curl. Its placeholders are filled in from the
# answers; otherwise the commands are the page's own. examples/from-curl says the same thing in YAML.
#
#   MOLTFLOW_API_URL=http://127.0.0.1:8089 MOLTFLOW_API_KEY=any tests/seed/walkthrough.sh [FILE.csv]
#
# Against a sandbox only: with a real account it sends.
set -eu
case ${MOLTFLOW_API_URL:?set it to the address of a sandbox} in
  http://127.0.0.1:* | http://localhost:* | http://\[::1\]:*) ;;
  *) echo "this is for a sandbox on this machine: $MOLTFLOW_API_URL is none" >&2; exit 1 ;;
esac
: "${MOLTFLOW_API_KEY:?set it; a sandbox takes any key}"
api=$MOLTFLOW_API_URL/api/v2
csv=${1:-vip-clients.csv}

# The "id" of a JSON answer.
id() { sed -n 's/.*"id" *: *"\([^"]*\)".*/\1/p'; }

# 0. The session to send from.
session_id=$(curl -fsS "$api/sessions" \
  -H "X-API-Key: $MOLTFLOW_API_KEY" | id)

# 1. Create a custom group
group_id=$(curl -fsS -X POST "$api/custom-groups" \
  -H "X-API-Key: $MOLTFLOW_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{"name": "VIP Clients"}' | id)

# 2. Add members to the group
curl -fsS -X POST "$api/custom-groups/$group_id/members/add" \
  -H "X-API-Key: $MOLTFLOW_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{"contacts": [{"phone": "+15550123456"}, {"phone": "+15550987654"}, {"phone": "+15551112222"}]}'
echo

# 3. Bulk send to the group
job_id=$(curl -fsS -X POST "$api/bulk-send" \
  -H "X-API-Key: $MOLTFLOW_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "session_id": "'"$session_id"'",
    "custom_group_id": "'"$group_id"'",
    "message_content": "Exclusive offer for our VIP clients!"
  }' | id)

# 4. Schedule a weekly follow-up to the group
curl -fsS -X POST "$api/scheduled-messages" \
  -H "X-API-Key: $MOLTFLOW_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "name": "Weekly VIP Update",
    "session_id": "'"$session_id"'",
    "custom_group_id": "'"$group_id"'",
    "schedule_type": "cron",
    "message_content": "Weekly report is ready!",
    "cron_expression": "0 9 * * MON",
    "timezone": "Asia/Jerusalem"
  }'
echo

# Pause
curl -fsS -X POST "$api/bulk-send/$job_id/pause" \
  -H "X-API-Key: $MOLTFLOW_API_KEY"
echo

# Resume
curl -fsS -X POST "$api/bulk-send/$job_id/resume" \
  -H "X-API-Key: $MOLTFLOW_API_KEY"
echo

# Export the members
curl -fsS "$api/custom-groups/$group_id/export/csv" \
  -H "X-API-Key: $MOLTFLOW_API_KEY" \
  -o "$csv"
