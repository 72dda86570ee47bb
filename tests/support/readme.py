#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The commands of a README: lines indented by four, those that end in a backslash joined.

    readme.py FILE               its sections that have commands
    readme.py FILE SECTION       the commands of that section, one a line
"""
import re
import sys

sections, section = {}, ""
text = re.sub(r"^```.*?^```$", "", open(sys.argv[1]).read(), flags=re.MULTILINE | re.DOTALL)
for line in re.sub(r"\\\n +", " ", text).splitlines():
    if line.startswith("## "):
        section = line[3:]
    elif line.startswith("    "):
        sections.setdefault(section, []).append(line[4:])
if len(sys.argv) == 2:
    print(*sections, sep="\n")
else:
    print(*sections[sys.argv[2]], sep="\n")
