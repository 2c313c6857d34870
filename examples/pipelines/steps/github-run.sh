#!/usr/bin/env bash
# What action.yml does with campaignctl: runs one mode, and tells GitHub of it (annotations, job summary, outputs).
# Usage: github-run.sh plan|apply|drift PROJECT [campaignctl options…]
# Writes planned/ (plan) or applied/ (apply, with the plan in reviewed/). Set by GitHub: GITHUB_OUTPUT,
# GITHUB_STEP_SUMMARY, GITHUB_REF, GITHUB_BASE_REF. HEAD_SHA: the commit that is planned.
set -uo pipefail
mode=$1 project=$2
shift 2
steps=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
log=$(mktemp) said=$(mktemp) marks=$(mktemp)
trap 'rm -f "$log" "$said" "$marks"' EXIT
output() { printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"; }
annotate() { printf '::%s title=campaignctl::%s\n' "$1" "$2"; }
# The older commands of runners (##[add-mask]…) are found anywhere in a line: no text of anybody's is one.
tame() { sed -u -E 's/##([A-Za-z]*)\[/# #\1[/g'; }

# What campaignctl prints holds texts that people wrote: none of it is a command to the runner.
run() {
  local token code
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  printf '::stop-commands::%s\n' "$token"
  "$@" 2>&1 | tame | tee "$log"
  code=${PIPESTATUS[0]}
  printf '::%s::\n' "$token"
  return "$code"
}
# The same for `validate`, whose own annotations (campaignctl writes them to stderr, a line each) do reach the runner.
check() {
  local token code=0
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  campaignctl validate "$@" > "$said" 2> "$marks" || code=$?
  grep -avE '^::(error|warning) file=' "$marks" | tame >> "$said"
  tame < "$said" > "$log"
  printf '::stop-commands::%s\n' "$token"
  cat "$log"
  printf '\n::%s::\n' "$token"
  grep -aE '^::(error|warning) file=' "$marks" | tame
  return "$code"
}
# As a block of text, whatever is in it: its fence is longer than any in it.
fenced() {
  local fence='~~~~~~~~' longest
  longest=$(grep -oE '~{8,}' "$1" | awk 'length > n {n = length} END {print n + 0}')
  while [ ${#fence} -le "$longest" ]; do fence+='~'; done
  printf '\n%stext\n' "$fence"
  cat "$1"
  [ -z "$(tail -c 1 "$1")" ] || echo
  printf '%s\n' "$fence"
}

# A plan that could not be made replaces the one of the commit before: nobody shall review what is no longer so.
no_plan() {
  mkdir -p planned
  { printf '### No plan for %s\n\n%s\n' "${HEAD_SHA:-this commit}" "$1"; [ ! -s "$log" ] || fenced "$log"; } > planned/plan.md
  rm -f planned/plan.json planned/digest.txt
}

code=0 checked=()
case $mode in
  plan)
    # Mistakes as annotations at their lines.
    # These are for plans and applies only.
    for option in "$@"; do
      case $option in --confirm-audience=* | --allow-delete=* | --only=* | --refresh=*) ;; *) checked+=("$option") ;; esac
    done
    check "$project" "${checked[@]}" || code=$?
    if [ "$code" = 1 ] && grep -aqE '^::error file=' "$marks"; then
      no_plan "The project has mistakes; they are marked in the files."
      annotate error "the project has mistakes, so there is no plan"
    elif [ "$code" = 126 ] || [ "$code" = 127 ]; then
      no_plan "campaignctl could not be started (exit $code), so nothing was checked and nothing was planned: this job has \
to install it (\`image:\` of the action), or to have it in its PATH."
      annotate error "campaignctl could not be started (exit $code): nothing was checked, and there is no plan"
    elif [ "$code" != 0 ]; then
      no_plan "campaignctl could not check the project (exit $code), so nothing was planned."
      annotate error "the project could not be checked (exit $code), so there is no plan"
    elif [ -z "${MOLTFLOW_API_KEY:-}${MOLTFLOW_TOKEN:-}" ]; then
      # A pull request from a fork gets no secrets, and that is right: its author could read them.
      : > "$log"
      no_plan "The files are valid. There is no key here (a pull request from a fork gets none), so nothing was planned: \
push the branch to this repository to have it planned and applied."
      annotate notice "no key, as in a pull request from a fork: checked, not planned"
    else
      run "$steps/plan.sh" "$project" planned "$@" || code=$?
      [ -s planned/plan.md ] || no_plan "campaignctl could not make a plan (exit $code)."
      case $code in
        0) ;;
        3) annotate error "the plan is refused; the comment and the summary say why" ;;
        5) annotate error "something is held and needs a person: docs/sending.md" ;;
        *) annotate error "there is no plan (exit $code)" ;;
      esac
    fi
    echo "${HEAD_SHA:-}" > planned/commit.txt
    # Which pull request, onto which branch, for whoever looks at the artifact. It is no proof: github-reviewed.sh asks
    # GitHub.
    number=${GITHUB_REF:-}
    number=${number#refs/pull/}
    echo "${number%/merge} ${GITHUB_BASE_REF:-}" > planned/pull-request.txt
    cat planned/plan.md >> "$GITHUB_STEP_SUMMARY"
    output digest "$(cat planned/digest.txt 2> /dev/null)"
    case $(cat planned/exit.txt 2> /dev/null) in 2) output changes true ;; *) output changes false ;; esac
    ;;
  apply)
    run "$steps/apply.sh" "$project" reviewed applied "$@" || code=$?
    fenced "$log" >> "$GITHUB_STEP_SUMMARY"
    output digest "$(cat reviewed/digest.txt 2> /dev/null)"
    case $code in
      0) ;;
      3) annotate error "refused, and nothing was changed: the plan is not the one that was reviewed, or another run holds the ledger" ;;
      4) annotate error "partly applied: the summary says what is left; the rest is a plan of its own, to be reviewed and applied by its digest" ;;
      5) annotate error "something is held and needs a person: docs/sending.md" ;;
      126 | 127) annotate error "campaignctl could not be started (exit $code): nothing was changed" ;;
      *) annotate error "failed (exit $code)" ;;
    esac
    ;;
  drift)
    run "$steps/drift.sh" "$project" "$@" || code=$?
    fenced "$log" >> "$GITHUB_STEP_SUMMARY"
    case $code in 2) output changes true ;; *) output changes false ;; esac
    case $code in
      0) ;;
      2) annotate error "the account is not as the YAML says: somebody changed it, or a merge was not applied" ;;
      *) annotate error "the look for drift ended with exit $code" ;;
    esac
    ;;
  *)
    annotate error "mode is plan, apply or drift"
    code=1
    ;;
esac
output exit-code "$code"
exit "$code"
