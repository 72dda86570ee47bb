#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Get a page, where there may be no curl.

    get.py URL [-o FILE]            its body
    get.py URL --follow             its lines, as they come
    get.py --schema PART FILE       what is wrong with it by page/api.schema.json
"""
import json
import pathlib
import sys
import urllib.request

SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "src/goaway/page/api.schema.json"


def judge(part, path):
    import jsonschema
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    with open(path, encoding="utf-8") as file:
        value = json.load(file)
    errors = jsonschema.Draft202012Validator({"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]}).iter_errors(value)
    return "\n".join(f"{list(error.absolute_path)}: {error.message[:200]}" for error in errors)


def main(arguments):
    if arguments[0] == "--schema":
        sys.exit(judge(*arguments[1:]) or 0)
    with urllib.request.urlopen(arguments[0], timeout=60) as answer:
        if "--follow" in arguments:
            for line in answer:
                print(line.decode().rstrip("\n"), flush=True)
        elif "-o" in arguments:
            pathlib.Path(arguments[2]).write_bytes(answer.read())
        else:
            sys.stdout.write(answer.read().decode())


main(sys.argv[1:])
