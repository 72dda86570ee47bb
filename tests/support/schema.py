# SPDX-License-Identifier: GPL-2.0-or-later
"""What is on standard input, each JSON text of it, is as tests/schema/NAME.json has it.

usage: schema.py NAME
"""
import json
import pathlib
import sys

import jsonschema

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "schema"


def texts(whole):
    decoder = json.JSONDecoder()
    at = 0
    while whole[at:].strip():
        at += len(whole[at:]) - len(whole[at:].lstrip())
        value, at = decoder.raw_decode(whole, at)
        yield value


def main(name):
    path = FOLDER / (name + ".json")
    schema = json.loads(path.read_text())
    resolver = jsonschema.RefResolver(path.as_uri(), schema)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema, resolver=resolver)
    count = 0
    for value in texts(sys.stdin.read()):
        count += 1
        for error in validator.iter_errors(value):
            print(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message}", file=sys.stderr)
            return 1
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
