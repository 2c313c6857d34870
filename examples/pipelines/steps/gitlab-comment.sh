#!/usr/bin/env bash
# One note on the merge request, made once and then updated in place. Usage: gitlab-comment.sh FILE NAME
# Needs curl, jq, CAMPAIGNCTL_GITLAB_TOKEN (without it nothing is written: the plan is in the job's artifacts); GitLab
# sets CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID, CI_COMMIT_SHA.
set -euo pipefail
file=$1 name=$2
[ -s "$file" ] || exit 0
if [ -z "${CAMPAIGNCTL_GITLAB_TOKEN:-}" ]; then
  echo "no CAMPAIGNCTL_GITLAB_TOKEN here, so there is no note; the plan is in the job's artifacts"
  exit 0
fi
# shellcheck source=examples/pipelines/steps/gitlab-lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/gitlab-lib.sh"
marker="<!-- campaignctl plan: ${name//[^A-Za-z0-9._-]/_} -->"
body=$(mktemp)
trap 'rm -f "$body"' EXIT
{ printf '%s\n' "$marker"; cat "$file"; printf '\n<sub>Planned for commit %s.</sub>\n' "$CI_COMMIT_SHA"; } > "$body"
notes=merge_requests/$CI_MERGE_REQUEST_IID/notes

# Only our own: whoever writes a note that begins with the marker shall not have it overwritten, nor pass for us.
me=$(gitlab_user user | jq -r .id)
id=$(gitlab_all "$notes?sort=asc&order_by=created_at" | jq -r --arg marker "$marker" --arg me "$me" \
  'map(select((.author.id | tostring) == $me and (.body | startswith($marker)))) | first | .id // empty')
if [ -n "$id" ]; then
  gitlab "$notes/$id" --request PUT --data-urlencode "body@$body" > /dev/null
  echo "note $id updated"
else
  gitlab "$notes" --request POST --data-urlencode "body@$body" > /dev/null
  echo "note made"
fi
