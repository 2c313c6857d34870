#!/usr/bin/env python3
"""Writes tests/data/two_months/expected.tsv: when the schedules of campaign.yaml beside it fire, by croniter.

    python3 -m venv v && v/bin/pip install 'croniter>=7' tzdata && v/bin/python tests/two_months.py

The forecast of a plan and the sandbox share their time code, so comparing these two proves little: both are
compared with this file (tests/it/two_months.rs). The two months have a change of clocks in each zone that has any.
A line: schedule, cron expression, zone, then every firing after the start and until the end, in UTC. The test fails
when the YAML means other expressions or zones than the ones here. `once` is no cron expression: its line is made of
its local time.
"""

import datetime
import importlib.metadata
import pathlib
import sys
import zoneinfo

import croniter
import tzdata

OUT = pathlib.Path(__file__).parent / "data" / "two_months" / "expected.tsv"
UTC = datetime.timezone.utc
START = datetime.datetime(2026, 10, 1, 6, 30, tzinfo=UTC)
# The test runs until 1 December 06:30; the forecast made in November looks further.
END = datetime.datetime(2026, 12, 5, tzinfo=UTC)
SCHEDULES = {
    "berlin-twice": ("30 2 * * SUN", "Europe/Berlin"),
    "either-day": ("0 9 1,15 * FRI", "UTC"),
    "howe-gap": ("15 2 * * *", "Australia/Lord_Howe"),
    "il-daily": ("30 8 * * *", "Asia/Jerusalem"),
    "ny-twice": ("30 1 * * *", "America/New_York"),
    "ny-weekly": ("0 9 * * MON,THU", "America/New_York"),
    "often": ("10 */6 * * *", "Pacific/Chatham"),
    "sydney-monthly": ("0 10 1 * *", "Australia/Sydney"),
}
ONCE = ("once", "2026-10-20T18:00", "Asia/Kolkata")


def shown(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def main():
    zoneinfo.reset_tzpath(to=[])  # the tzdata package and nothing else
    head = f"# tzdata {tzdata.IANA_VERSION} croniter {importlib.metadata.version('croniter')}"
    lines = [head, f"# from {shown(START)} until {shown(END)}"]
    for name, (expression, zone) in SCHEDULES.items():
        source = croniter.croniter(expression, START.astimezone(zoneinfo.ZoneInfo(zone)), ret_type=datetime.datetime)
        firings = []
        while (at := source.get_next()) <= END:
            firings.append(shown(at))
        lines.append("\t".join([name, expression, zone, *firings]))
    name, local, zone = ONCE
    at = datetime.datetime.fromisoformat(local).replace(tzinfo=zoneinfo.ZoneInfo(zone))
    lines.append("\t".join([name, local, zone, shown(at)]))
    OUT.write_text("".join(line + "\n" for line in lines))
    print(f"{len(lines) - 2} schedules, {OUT.stat().st_size} bytes: {head}", file=sys.stderr)


if __name__ == "__main__":
    main()
