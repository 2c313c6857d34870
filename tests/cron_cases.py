#!/usr/bin/env python3
"""Writes tests/data/cron/cases.tsv: what Python's croniter makes of some thousand expressions.

    python3 -m venv v && v/bin/pip install 'croniter>=7' tzdata && v/bin/python tests/cron_cases.py

The time zone data is that of the `tzdata` package, never the system's; its version is in the first line, and
the Rust test (src/time/cron/corpus_tests.rs) fails when it is not the one compiled into campaignctl. The
cases are drawn from a fixed seed, so that a run with the same versions writes the same bytes.

A line: mode, expression, zone, start, then the next firings. Start is in minutes since 1970 (UTC), firings
are in minutes after the one before. Mode `c` is croniter as it comes, `v` is croniter with
`implement_cron_bug=True`, its name for Vixie's rule on a star with a step in a day field.
"""

import datetime
import importlib.metadata
import pathlib
import random
import sys
import zoneinfo

import croniter
import tzdata

FIRINGS = 6
CASES = 4000
UTC = datetime.timezone.utc
OUT = pathlib.Path(__file__).parent / "data" / "cron" / "cases.tsv"

# Zones with whole-hour, half-hour and midnight changes, on both hemispheres; negative DST; Ramadan; none.
ZONES = """America/New_York America/Los_Angeles America/St_Johns America/Havana America/Santiago
America/Nuuk America/Asuncion America/Sao_Paulo America/Vancouver Atlantic/Azores Europe/London Europe/Dublin
Europe/Berlin Europe/Chisinau Europe/Lisbon Africa/Cairo Africa/Casablanca Africa/Lagos Asia/Jerusalem
Asia/Beirut Asia/Gaza Asia/Kolkata Asia/Kathmandu Asia/Tokyo Australia/Lord_Howe Australia/Adelaide
Australia/Sydney Pacific/Auckland Pacific/Chatham Pacific/Easter Pacific/Norfolk Antarctica/Troll
UTC US/Eastern Asia/Calcutta""".split()

# What people write, and every construct of the grammar.
WRITTEN = """0 9 * * *|0 9 * * MON-FRI|0 9 * * 1-5|0 9 * * 1|0 9 * * 0|0 9 * * 7|30 1 * * *|30 2 * * *|0 2 * * *
0 3 * * *|0 0 * * *|30 0 * * *|59 23 * * *|*/15 * * * *|*/5 * * * *|*/30 2 * * *|0,30 2 * * *|0 */2 * * *
0 */4 * * *|0 1-5 * * *|*/20 1-3 * * *|5 * * * *|30 * * * *|45 0,1,2,3 * * *|0 9 1 * *|0 9 31 * *|0 9 29 2 *
0 9 1,15 * *|0 9 1 1 *|0 9 1 JAN,JUL *|0 9 * 3-5 MON|0 9 * * MON,THU|0 9 * * 1,4|0 9 1 * MON|0 9 1,15 * FRI
0 9 13 * 5|0 9 1-7 * MON|0 9 */2 * MON|0 9 */7 * *|0 9 1 * */2|0 9 * * */2|0 9 1-31/2 * *|0 9 1-31 * MON
0 9 * * FRI-MON|0 9 * * 5-7|0 9 * * 0-7|0 9 * * 1-7|0 9 * * SAT,SUN|0 22-2 * * *|50-10/5 * * * *
0 9 28-3 * *|0 9 * NOV-FEB *|5/15 * * * *|0 8/3 * * *|0 9 10/7 * *|0 9 * 3/3 *|0 9 * * MON/2|0 9 * * 5/2
0 9 * * 7-2|0 9 * * SAT-TUE|@daily|@midnight|@hourly|@weekly|@monthly|@yearly|@annually|@DAILY|0-59 0-23 * * *
*/1 */1 * * *|0 0-23/6 * * *|0 0 1 */3 *|09 08 01 02 *|0 9 30 2 MON|0 9 31 4,6 TUE|0 9 29 2 */7|5-5 9 * * *
0 9 * * MON-MON|0 9 */1 * MON|0 9 1 * 0-6|15 2,3 * * *|10 1,2 * * SUN|0 2 * 3,10,11 SUN|0 1 25-31 10 SUN
0,10,20,30,40,50 0-4 * * *|7 1-23/2 * * *|0 0,12 1 */2 *|0 4 8-14 * *|22-3/3 * * * *|0 22-3/3 * * *
0 9 * APR-JAN/3 *|0 9 * * SAT-TUE/2|*/40 * * * *|0 */5 * * *|0 9 */10 * *""".replace("\n", "|").split("|")


def field(rng, low, high, names=None):
    """A random field: star, value, list, range, step, all mixed."""

    def value(number):
        return names[number - low] if names and number - low < len(names) and rng.random() < 0.5 else str(number)

    def part():
        kind = rng.random()
        one = rng.randint(low, high)
        two = rng.randint(one, high)
        if kind < 0.45:
            return value(one)
        if kind < 0.75 and one < two:
            return f"{value(one)}-{value(two)}"
        if kind < 0.85 and one < two:
            return f"{value(one)}-{value(two)}/{rng.randint(1, max(1, (high - low) // 2))}"
        if kind < 0.95:
            return f"*/{rng.randint(2, max(2, (high - low) // 2))}"
        return value(one)

    return ",".join(part() for _ in range(rng.choice([1, 1, 1, 2, 3])))


def drawn(rng):
    """A random expression; hours lean to the night, when clocks change."""
    months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
    days = "SUN MON TUE WED THU FRI SAT".split()
    minute = rng.choice(["0", "30", "*/10", "*/15", "*/30", field(rng, 0, 59)])
    hour = rng.choice(["*", "0", "1", "2", "3", "1-3", "0-4", "*/2", "*/3", "2,14", field(rng, 0, 23)])
    day = rng.choice(["*", "*", "*", "*", field(rng, 1, 31)])
    month = rng.choice(["*", "*", "*", field(rng, 1, 12, months)])
    weekday = rng.choice(["*", "*", "*", "SUN", field(rng, 0, 7, days)])
    return " ".join([minute, hour, day, month, weekday])


def changes(zone):
    """The instants from 2026 to 2029 at which the zone's offset changes, to the minute."""
    found = []
    at = datetime.datetime(2026, 1, 1, tzinfo=UTC)
    end = datetime.datetime(2029, 1, 1, tzinfo=UTC)
    step = datetime.timedelta(hours=12)
    while at < end:
        low, high = at, at + step
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > datetime.timedelta(minutes=1):
                middle = low + (high - low) / 2
                middle = middle.replace(second=0, microsecond=0)
                if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset():
                    low = middle
                else:
                    high = middle
            found.append(high)
        at += step
    return found


def minutes(at):
    """Minutes since 1970; croniter gives whole ones."""
    seconds = int(at.timestamp())
    assert seconds % 60 == 0
    return seconds // 60


def firings(mode, expression, start):
    """The next firings as croniter has them; None where it has none or fails."""
    try:
        source = croniter.croniter(
            expression, start, ret_type=datetime.datetime, implement_cron_bug=mode == "v"
        )
        return [minutes(source.get_next()) for _ in range(FIRINGS)]
    except (croniter.CroniterError, AssertionError):
        return None


def main():
    zoneinfo.reset_tzpath(to=[])  # the tzdata package and nothing else
    rng = random.Random(20261122)
    zones = {name: zoneinfo.ZoneInfo(name) for name in ZONES}
    near = {name: changes(zone) for name, zone in zones.items()}
    changing = [name for name in ZONES if near[name]]
    lines, refused, asked = {}, 0, 0
    written = list(WRITTEN)
    while len(lines) < CASES:
        asked += 1
        # Each written one six times, then drawn ones; every other case within a day of a clock change.
        expression = written[asked % len(written)] if asked <= 12 * len(written) else drawn(rng)
        if asked % 2:
            name = rng.choice(changing)
            start = rng.choice(near[name]) + datetime.timedelta(minutes=rng.randint(-26 * 60, 3 * 60))
        else:
            name = rng.choice(ZONES)
            start = datetime.datetime(2026, 1, 1, tzinfo=UTC) + datetime.timedelta(
                minutes=rng.randint(0, 3 * 365 * 24 * 60)
            )
        starred = any("*/" in part for part in expression.split()[2:])
        for mode in ["c", "v"] if starred or asked % 4 == 0 else ["c"]:
            found = firings(mode, expression, start.astimezone(zones[name]))
            if found is None:
                refused += 1
                continue
            begin = minutes(start)
            deltas = [str(b - a) for a, b in zip([begin] + found, found)]
            lines["\t".join([mode, expression, name, str(begin), *deltas])] = None
    head = f"# tzdata {tzdata.IANA_VERSION} croniter {importlib.metadata.version('croniter')}"
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(head + "\n" + "".join(line + "\n" for line in lines))
    print(f"{len(lines)} cases, {refused} without firings, {OUT.stat().st_size} bytes: {head}", file=sys.stderr)


if __name__ == "__main__":
    main()
