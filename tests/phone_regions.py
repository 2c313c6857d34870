#!/usr/bin/env python3
"""Writes src/model/regions.tsv (prefix of a phone number -> time zones) and cases to check it with.

    python3 -m venv v && v/bin/pip install phonenumbers && v/bin/python tests/phone_regions.py

The data are libphonenumber's map_data.txt (Apache-2.0), as the PyPI package `phonenumbers` carries them. That
map is meant for numbers that belong to a place: libphonenumber asks for the type of a number first and takes the
zones of the whole calling code for mobiles in most countries. WhatsApp numbers are mostly mobiles, so this script
folds the type into the map: below each calling code that has more than one set of zones it walks the digits, asks
the library about drawn numbers, and writes a prefix wherever the answer changes. Two refinements:

- a number that does not tell its place, in a country that shares its calling code (Bahamas, Kazakhstan, Réunion, …),
  gets the zones of its country and not those of every country with that code;
- +1 555 is an area code that nobody has (examples use it): it has no zones.

Where drawn numbers below the longest prefix still differ, the union of their zones is written: a set that is too
large makes quiet hours stricter, never laxer. The same versions write the same bytes.
"""

import collections
import importlib.metadata
import pathlib
import random
import sys

import phonenumbers
from phonenumbers.phonenumberutil import is_number_type_geographical
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

ROOT = pathlib.Path(__file__).parent.parent
TABLE = ROOT / "src" / "model" / "regions.tsv"
CASES = ROOT / "tests" / "data" / "phones" / "regions.tsv"
DRAWN = 60  # numbers a length below each prefix
DEPTH = 5  # digits behind the calling code that are looked at, unless the map itself goes deeper
CHECKED = 4000
TYPE = phonenumbers.PhoneNumberType
# What can have WhatsApp. Premium and company-wide numbers would only blur the prefixes they lie among.
KINDS = (TYPE.FIXED_LINE, TYPE.MOBILE, TYPE.FIXED_LINE_OR_MOBILE, TYPE.TOLL_FREE, TYPE.VOIP, TYPE.PERSONAL_NUMBER)


def by_prefix(digits):
    for length in range(TIMEZONE_LONGEST_PREFIX, 0, -1):
        if digits[:length] in TIMEZONE_DATA:
            return frozenset(TIMEZONE_DATA[digits[:length]])
    return frozenset()


def zones(digits, of_region):
    """The zones of one number; None where it is not valid."""
    number = phonenumbers.PhoneNumber()
    try:
        number = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return None
    # A national prefix that the parser dropped makes it another number.
    if f"{number.country_code}{phonenumbers.national_significant_number(number)}" != digits:
        return None
    region = phonenumbers.region_code_for_number(number)
    if region is None or not phonenumbers.is_valid_number_for_region(number, region):
        return None
    kind = phonenumbers.number_type(number)
    if kind not in KINDS:
        return None
    whole = by_prefix(str(number.country_code))
    if is_number_type_geographical(kind, number.country_code) and by_prefix(digits) != whole:
        return by_prefix(digits)
    main = phonenumbers.region_code_for_country_code(number.country_code)
    return whole if region == main else of_region.get(region, whole)


def lengths(code):
    found = set()
    for region in phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code]:
        metadata = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
        found.update(metadata.general_desc.possible_length)
    return sorted(length for length in found if length > 0)


def draw(rng, prefix, code, count):
    for length in lengths(code):
        rest = length + len(str(code)) - len(prefix)
        if rest >= 0 and length + len(str(code)) <= 15:
            for _ in range(count if rest > 1 else 10**rest):
                yield prefix + "".join(rng.choice("0123456789") for _ in range(rest))


def regions(rng):
    """The zones of the countries that share a calling code with a larger one, by their numbers that have a place."""
    found = collections.defaultdict(set)
    for code, names in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        whole = by_prefix(str(code))
        for key in KEYS[code] if len(names) > 1 else ():
            for digits in draw(rng, key, code, 20):
                try:
                    region = phonenumbers.region_code_for_number(phonenumbers.parse("+" + digits))
                except phonenumbers.NumberParseException:
                    continue
                if region in names[1:] and by_prefix(digits) != whole:
                    found[region] |= by_prefix(digits)
    return {region: frozenset(zones) for region, zones in found.items()}


def walk(rng, prefix, code, of_region, table, above):
    own = frozenset(TIMEZONE_DATA[prefix]) if prefix in TIMEZONE_DATA else above
    deeper = any(len(key) > len(prefix) and key.startswith(prefix) for key in KEYS[code])
    seen = {answer for digits in draw(rng, prefix, code, DRAWN) if (answer := zones(digits, of_region)) is not None}
    if len(prefix) - len(str(code)) < DEPTH and (deeper or len(seen) > 1) or deeper:
        if prefix == str(code):
            own = frozenset(TIMEZONE_DATA[prefix])
        if own != above:
            table[prefix] = own
        for digit in "0123456789":
            walk(rng, prefix + digit, code, of_region, table, own)
        return
    value = frozenset().union(*seen) if seen else own
    if value != above:
        table[prefix] = value


def tidy(table, prefix=""):
    """Ten children that say the same are one; what the parent says need not be said."""
    for length in range(15, 1, -1):
        parents = collections.defaultdict(dict)
        for key in [key for key in table if len(key) == length]:
            parents[key[:-1]][key] = table[key]
        for parent, children in parents.items():
            values = set(children.values())
            if len(children) == 10 and len(values) == 1:
                table[parent] = values.pop()
                for key in children:
                    del table[key]
    for key in sorted(table, key=len, reverse=True):
        above = next((table[key[:n]] for n in range(len(key) - 1, 0, -1) if key[:n] in table), None)
        if above == table[key]:
            del table[key]


KEYS = {
    code: [key for key in TIMEZONE_DATA if key.startswith(str(code))]
    for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE
}


def main():
    rng = random.Random(20261122)
    of_region = regions(rng)
    table = {}
    for code in sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE):
        values = {TIMEZONE_DATA[key] for key in KEYS[code]}
        if len(values) <= 1:
            table.update({str(code): frozenset(value) for value in values})
        else:
            walk(rng, str(code), code, of_region, table, None)
    tidy(table)
    table["1555"] = frozenset()
    of_set = collections.defaultdict(list)
    for prefix in sorted(table):
        of_set[" ".join(sorted(table[prefix]))].append(prefix)
    version = importlib.metadata.version("phonenumbers")
    head = f"# phonenumbers {version}: libphonenumber's map of prefixes to time zones, Apache-2.0; tests/phone_regions.py\n"
    lines = [f"{names}\t{' '.join(prefixes)}\n" for names, prefixes in sorted(of_set.items())]
    TABLE.write_text(head + "".join(lines))
    print(f"{len(table)} prefixes, {len(of_set)} sets, {TABLE.stat().st_size} bytes: {version}", file=sys.stderr)

    rng = random.Random(7)
    cases, codes = {}, sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
    shared = [code for code in codes if len({TIMEZONE_DATA[key] for key in KEYS[code]}) > 1]
    while len(cases) < CHECKED:
        code = rng.choice(codes) if rng.random() < 0.3 else rng.choice(shared)
        prefix = rng.choice(KEYS[code] or [str(code)]) if rng.random() < 0.5 else str(code)
        for digits in draw(rng, prefix, code, 1):
            answer = zones(digits, of_region)
            if answer is not None:
                cases[digits] = answer
    CASES.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f"{digits}\t{' '.join(sorted(names))}\n" for digits, names in sorted(cases.items()))
    CASES.write_text(head + text)
    exact = smaller = 0
    for digits, names in cases.items():
        ours = next((table[digits[:n]] for n in range(len(digits), 0, -1) if digits[:n] in table), frozenset())
        exact += ours == names
        smaller += not names <= ours
        if not names <= ours:
            print("too small", digits, sorted(names), sorted(ours), file=sys.stderr)
    print(f"{len(cases)} cases, {exact} exact, {smaller} too small", file=sys.stderr)


if __name__ == "__main__":
    main()
