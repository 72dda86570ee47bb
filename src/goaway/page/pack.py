#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Pack the page: pack.py FOLDER OUTPUT.c

Puts style and scripts into the page, and their hashes into the policy that a
browser holds it to: nothing else runs, nothing is fetched but from the exporter,
and text never becomes markup. The scripts are one function: what one of them
declares, those after it know.
"""
import base64
import hashlib
import pathlib
import sys


SCRIPTS = ("text.js", "drops.js", "chart.js", "events.js", "glance.js", "page.js")


def hash_of(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def main(folder, output):
    def read(name):
        return (pathlib.Path(folder) / name).read_text(encoding="utf-8")

    style = read("page.css")
    script = "(() => {\n\"use strict\";\n" + "".join(map(read, SCRIPTS)) + "})();\n"
    page = read("page.html").replace("@STYLE@", style).replace("@SCRIPT@", script).encode()
    policy = "; ".join([
        "default-src 'none'", "script-src " + hash_of(script), "style-src " + hash_of(style),
        "connect-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'",
        "frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"])
    octets = [", ".join(str(octet) for octet in page[at:at + 20]) for at in range(0, len(page), 20)]
    pathlib.Path(output).write_text(
        '#include "exporter.h"\n\n'
        f"const char ga_page_policy[] = \"{policy}\";\n"
        f"const size_t ga_page_len = {len(page)};\n"
        "const unsigned char ga_page[] = {\n" + ",\n".join(octets) + "};\n", encoding="utf-8")


main(*sys.argv[1:])
