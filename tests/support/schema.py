#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
schema.py NAME: is each JSON value on standard input what tests/schema/NAME.json says? There must be
one at least. Exits 1, saying what is wrong where.
"""
import json
import pathlib
import sys

import jsonschema

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "schema"


def values(text):
    decoder = json.JSONDecoder()
    at = 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        yield value


def main():
    schema = json.loads((FOLDER / (sys.argv[1] + ".json")).read_text())
    # what a $ref names is a file beside it
    resolver = jsonschema.RefResolver(FOLDER.as_uri() + "/", schema)
    validator = jsonschema.Draft202012Validator(
        schema, resolver=resolver, format_checker=jsonschema.FormatChecker()
    )
    count = 0
    wrong = False
    for value in values(sys.stdin.read()):
        count += 1
        for error in validator.iter_errors(value):
            print("%s: %s" % (error.json_path, error.message), file=sys.stderr)
            wrong = True
    if count == 0:
        print("nothing came", file=sys.stderr)
    return 1 if wrong or count == 0 else 0


sys.exit(main())
