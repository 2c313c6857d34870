"""Reads pages with html5lib, the HTML standard's parser, and fails on any parse error."""

import sys

import html5lib

wrong = 0
for name in sys.argv[1:]:
    parser = html5lib.HTMLParser(strict=False)
    with open(name, encoding="utf-8") as page:
        parser.parse(page.read())
    for position, code, _ in parser.errors:
        wrong += 1
        print(f"{name}:{position}: {code}")
print(f"html5lib: {len(sys.argv) - 1} pages, {wrong} errors")
sys.exit(1 if wrong else 0)
