#!/usr/bin/env bash
# One comment on the pull request, made once and then updated in place; one for each project and environment.
# Usage: github-comment.sh FILE NAME    NAME tells this comment from others of ours.
# Needs gh and jq; GH_TOKEN (pull-requests: write), GITHUB_REPOSITORY, PR (its number), HEAD_SHA.
set -euo pipefail
file=$1 name=$2
[ -s "$file" ] || exit 0
marker="<!-- campaignctl plan: ${name//[^A-Za-z0-9._-]/_} -->"
body=$(mktemp)
trap 'rm -f "$body"' EXIT
{ printf '%s\n' "$marker"; cat "$file"; printf '\n<sub>Planned for commit %s.</sub>\n' "${HEAD_SHA:-}"; } > "$body"

# Only our own: whoever writes a comment that begins with the marker shall not have it overwritten, nor pass for us.
id=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$PR/comments?per_page=100" | jq -rs --arg marker "$marker" \
  'add // [] | map(select(.user.type == "Bot" and (.body | startswith($marker)))) | first | .id // empty')
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$body" > /dev/null
  echo "comment $id updated"
else
  gh api --method POST "repos/$GITHUB_REPOSITORY/issues/$PR/comments" --field "body=@$body" > /dev/null
  echo "comment made"
fi
