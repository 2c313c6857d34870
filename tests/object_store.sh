#!/bin/sh
# The ledger in an object store, over real HTTP: moto_server (PyPI) stands in for S3. For .ci/run and by hand.
# Ends only what it started.
set -eu
cd "$(dirname "$0")/.."
venv="${CAMPAIGNCTL_MOTO_VENV:-target/moto-venv}"
if [ ! -x "$venv/bin/moto_server" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check 'moto[server]>=5.2,<6'
fi
port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
log=$(mktemp)
"$venv/bin/moto_server" -H 127.0.0.1 -p "$port" >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -f "$log"' EXIT
tries=0
until "$venv/bin/python" -c "
import urllib.request
urllib.request.urlopen(urllib.request.Request('http://127.0.0.1:$port/ledgers', method='PUT')).read()" 2>/dev/null; do
    tries=$((tries + 1))
    if [ "$tries" -gt 60 ] || ! kill -0 "$server" 2>/dev/null; then
        echo "moto_server did not start:" >&2
        cat "$log" >&2
        exit 1
    fi
    sleep 0.5
done
CAMPAIGNCTL_TEST_S3="http://127.0.0.1:$port" cargo test --test it object_store -- --nocapture "$@"
