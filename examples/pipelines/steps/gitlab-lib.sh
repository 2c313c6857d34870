# Sourced by the gitlab-*.sh steps: the API of this GitLab. CAMPAIGNCTL_GITLAB_TOKEN is a project access token (scope
# api, or read_api where nothing is written; role Developer), as a masked variable; GitLab sets the rest.
# shellcheck shell=bash

gitlab() { # path under the project, then options of curl; the token is never an argument, which others could see
  local path=$1
  shift
  curl --silent --show-error --fail-with-body --proto '=https,http' --max-time 60 \
    --config <(printf 'header = "PRIVATE-TOKEN: %s"\n' "$CAMPAIGNCTL_GITLAB_TOKEN") \
    "$@" "$CI_API_V4_URL/projects/$CI_PROJECT_ID/$path"
}

gitlab_user() { # path under the API: user (whoever the token is), users/ID
  curl --silent --show-error --fail-with-body --proto '=https,http' --max-time 60 \
    --config <(printf 'header = "PRIVATE-TOKEN: %s"\n' "$CAMPAIGNCTL_GITLAB_TOKEN") "$CI_API_V4_URL/$1"
}

gitlab_all() { # path: every page, as one array
  local path=$1 page=1 items
  while :; do
    items=$(gitlab "$path$([[ $path == *\?* ]] && echo '&' || echo '?')per_page=100&page=$page") || return 1
    printf '%s\n' "$items"
    [ "$(jq length <<< "$items")" = 100 ] || break
    page=$((page + 1))
  done | jq -s 'add // []'
}
