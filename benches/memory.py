#!/usr/bin/env python3
"""Peak memory and time of whole runs of the release binary: one group of 100,000 members, and ten of them.

usage: benches/memory.py [CAMPAIGNCTL]      by default target/release/campaignctl

Each command runs once in a fresh process. Shown are the time by the clock, the time on processors (both cores together),
and the kernel's own figure for the most memory that the process had (ru_maxrss). The projects are made under target/scale
and are the same each time.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEMBERS = 100_000


def project(groups):
    """Groups of members in no order, with names; a schedule each, and one send."""
    n = MEMBERS
    where = ROOT / "target" / "scale" / str(groups * n)
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
    lines += [f"  g{g}: {{members_from: [{{csv: g{g}.csv}}]}}" for g in range(groups)]
    lines += ["schedules:"]
    lines += [f'  s{g}: {{group: g{g}, message: Hello, weekly: {{on: monday, at: "1{g}:00"}}}}' for g in range(groups)]
    lines += ["sends:", "  offer: {group: g0, message: An offer}", ""]
    (where / "campaign.yaml").write_text("\n".join(lines))
    for g in range(groups):
        with open(where / f"g{g}.csv", "w") as out:
            out.write("phone,name\n")
            for i in range(n):
                out.write(f"+{447400000000 + g * n + i * 7919 % n},Person {i}\n")
    return where


def run(binary, where, arguments):
    """Seconds by the clock and on processors, and peak memory in MiB."""
    begin = time.monotonic()
    with open(where / "out.txt", "w") as out:
        process = subprocess.Popen([binary, *arguments, str(where)], stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begin
    said = (where / "out.txt").read_text().splitlines()
    if process.returncode != 0:
        sys.exit(f"{arguments} gave {process.returncode}:\n" + "\n".join(said[-20:]))
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target" / "release" / "campaignctl")
    commands = [
        ("validate", ["validate"]),
        ("plan, nothing there yet", ["plan", "--sandbox"]),
        ("apply", ["apply", "--sandbox", "--yes"]),
        ("plan, unchanged", ["plan", "--sandbox"]),
        ("plan, all members read", ["plan", "--sandbox", "--refresh", "full"]),
    ]
    print("| command | 100,000 members | 1,000,000 members | growth of time on processors, of memory |")
    print("|---|---|---|---|", flush=True)
    small, large = project(1), project(10)
    for name, arguments in commands:
        a, b = run(binary, small, arguments), run(binary, large, arguments)
        shown = [f"{clock:.2f} s ({cpu:.2f} s), {peak:.0f} MiB" for clock, cpu, peak in (a, b)]
        print(f"| {name} | {shown[0]} | {shown[1]} | {b[1] / a[1]:.1f}, {b[2] / a[2]:.1f} |", flush=True)


if __name__ == "__main__":
    main()
