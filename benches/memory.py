#!/usr/bin/env python3
"""Peak memory and time of whole runs of the release binary at 100,000 and 1,000,000 members (ten groups each).

usage: benches/memory.py [CAMPAIGNCTL]      by default target/release/campaignctl

Each command runs once in a fresh process; what is shown is the kernel's own figure for that process (ru_maxrss), and the
time by the clock. Its projects are made under target/scale and are deterministic.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
GROUPS = 10


def project(n):
    """Ten groups of n members, in no order, with names; a schedule each, and one send."""
    where = ROOT / "target" / "scale" / str(n * GROUPS)
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir(parents=True)
    lines = [
        "version: 1",
        "project: scale",
        "account: {limits: {messages_per_month: 1000000000}}",
        "defaults: {session: main, timezone: Europe/London}",
        "sessions: {main: {name: Main Line}}",
        "groups:",
    ]
    lines += [f"  g{g}: {{members_from: [{{csv: g{g}.csv}}]}}" for g in range(GROUPS)]
    lines += ["schedules:"]
    lines += [f'  s{g}: {{group: g{g}, message: Hello, weekly: {{on: monday, at: "1{g}:00"}}}}' for g in range(GROUPS)]
    lines += ["sends:", "  offer: {group: g0, message: An offer}", ""]
    (where / "campaign.yaml").write_text("\n".join(lines))
    for g in range(GROUPS):
        with open(where / f"g{g}.csv", "w") as out:
            out.write("phone,name\n")
            for i in range(n):
                out.write(f"+{447400000000 + g * n + i * 7919 % n},Person {i}\n")
    return where


def run(binary, where, arguments):
    """Seconds, peak in MiB, and what was said."""
    begin = time.monotonic()
    with open(where / "out.txt", "w") as out:
        process = subprocess.Popen([binary, *arguments, str(where)], stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begin
    said = (where / "out.txt").read_text().splitlines()
    if process.returncode != 0:
        sys.exit(f"{arguments} gave {process.returncode}:\n" + "\n".join(said[-20:]))
    return seconds, usage.ru_maxrss / 1024, said


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target" / "release" / "campaignctl")
    commands = [
        ("validate", ["validate"]),
        ("plan, nothing there yet", ["plan", "--sandbox"]),
        ("apply", ["apply", "--sandbox", "--yes"]),
        ("plan, unchanged", ["plan", "--sandbox"]),
        ("plan, all members read", ["plan", "--sandbox", "--refresh", "full"]),
    ]
    print("| command | 100,000 members | 1,000,000 members | times |")
    print("|---|---|---|---|", flush=True)
    small, large = project(10_000), project(100_000)
    for name, arguments in commands:
        a, b = run(binary, small, arguments), run(binary, large, arguments)
        print(
            f"| {name} | {a[0]:.2f} s, {a[1]:.0f} MiB | {b[0]:.2f} s, {b[1]:.0f} MiB "
            f"| {b[0] / a[0]:.1f}, {b[1] / a[1]:.1f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
