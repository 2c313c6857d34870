#!/usr/bin/env bash
# The HTML pages, judged by others: html5lib (the standard's parser) and html-validate; and, where Chromium is
# installed, what it makes of them (tests/html/browser.mjs).
#
#   tests/html.sh [PROGRAM] [SCREENSHOTS]      PROGRAM: target/debug/campaignctl
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$root/target/debug/campaignctl}")
shots=${2:+$(realpath -m "$2")}
tools=${HTML_TOOLS:-$root/target/html-tools}
pages=$(mktemp -d)
trap 'rm -rf "$pages"' EXIT

mkdir -p "$tools"
if [ ! -x "$tools/venv/bin/python" ] || ! "$tools/venv/bin/python" -c 'import html5lib' 2>/dev/null; then
  python3 -m venv "$tools/venv"
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check html5lib==1.1
fi
(cd "$tools" && [ -d node_modules/axe-core ] ||
  npm install --prefix "$tools" --silent --no-audit --no-fund html-validate@10.17.0 puppeteer-core@24.43.1 axe-core@4)

# The agency's project, and one with names that are markup and a schedule every five minutes, for a year.
cp -r "$root/examples/agency" "$pages/agency"
cd "$pages/agency"
now=2036-04-06T09:00:00Z
"$program" calendar --format html --weeks 5 --now "$now" >"$pages/calendar.html"
"$program" plan --sandbox --format html --now "$now" >"$pages/plan.html"
"$program" apply --sandbox --yes --quiet --format html >"$pages/report.html" 2>/dev/null
mkdir "$pages/hostile"
cd "$pages/hostile"
cat >campaign.yaml <<'YAML'
version: 1
project: hostile
defaults: {session: main, timezone: Asia/Jerusalem}
sessions: {main: {name: Main Line}}
groups:
  vip: {name: "</title><script>alert(1)</script>\"'><img src=x onerror=alert(2)> לקוחות & friends", members: ["+447700900123"]}
schedules:
  tick: {group: vip, message: "</div></script><h1>", cron: "*/5 * * * *"}
  a-very-long-key-that-needs-a-lot-of-room: {group: vip, message: Hello, daily: "09:00", timezone: America/New_York}
sends:
  offer: {group: vip, message: "<b>Hello</b> <!-- ]]>"}
YAML
"$program" calendar --format html --weeks 52 --now 2026-12-01T09:00:00Z >"$pages/year.html" 2>/dev/null
"$program" plan --sandbox --format html --now 2026-12-01T09:00:00Z >"$pages/hostile.html" 2>/dev/null

"$tools/venv/bin/python" "$root/tests/html/strict.py" "$pages"/*.html
(cd "$tools" && npx --no-install html-validate --preset standard,a11y "$pages"/*.html)
echo "html-validate: no errors"

chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ]; then
  echo "browser: skipped, for Chromium is not installed"
  exit 0
fi
cp "$root/tests/html/browser.mjs" "$tools/"
node "$tools/browser.mjs" "$chromium" "$pages" ${shots:+"$shots"}
