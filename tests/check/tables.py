# SPDX-License-Identifier: GPL-2.0-or-later
"""What there is, by the code's own tables; for the checks beside this."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(sys.argv[1])
GOAWAY = sys.argv[2]
faults = []


def fault(where, text):
    faults.append("%s: %s" % (where, text))


def same(where, code, page, what):
    """Two sets of names."""
    for name in sorted(code - page):
        fault(where, "%s%s is not there" % (what, name))
    for name in sorted(page - code):
        fault(where, "%s%s is there, but there is none such" % (what, name))


def same_texts(where, code, page, what):
    """Two dictionaries of names with their sentences."""
    same(where, set(code), set(page), what)
    for name in sorted(set(code) & set(page)):
        if code[name] != page[name]:
            fault(where, "%s%s is '%s', and in the code '%s'" % (what, name, page[name], code[name]))


def source(name):
    return (ROOT / name).read_text(encoding="utf-8")


def strings(text):
    """What C makes of literals one behind the other."""
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text)).replace('\\"', '"')


def option_table(text, name):
    """{long: letter or ""} of a table of getopt_long."""
    table = re.search(r"struct option %s\[\] = \{(.*?)\n\s*\{0\}" % name, text, re.S).group(1)
    options = {}
    for long, value in re.findall(r'\{"([a-z-]+)", \w+, NULL, ([^}]+)\}', table):
        letter = re.fullmatch(r"'(.)'", value.strip())
        options[long] = letter.group(1) if letter else ""
    return options


def commands_of_code():
    commands = {}
    for path in sorted((ROOT / "src/goaway").glob("*.c")):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r'const struct ga_command ga_command_\w+ = \{\s*\.name = "([a-z-]+)"', text):
            commands[name] = option_table(text, "options")
    return commands


def rows(text, pattern):
    """{name: sentence} of a table, each row found by a pattern with both."""
    return {name: strings('"%s"' % help) for name, help in re.findall(pattern, text, re.S)}


def x_table(text, macro):
    """Rows of an X macro, as lists of arguments without their quotes."""
    body = re.search(r"#define %s\(X\)(.*?[^\\])\n" % macro, text, re.S).group(1)
    return [
        [strings(a) if '"' in a else a for a in re.findall(r'"(?:[^"\\]|\\.)*"|\w+', row)]
        for row in re.findall(r"X\(((?:\"(?:[^\"\\]|\\.)*\"|[^()\"])*)\)", body)
    ]


def help_of(*words):
    return subprocess.run([GOAWAY, *words], capture_output=True, text=True, check=True).stdout


def usage_options(text):
    options = {}
    for letter, long in re.findall(r"^ +(?:-(.), )?--([a-z-]+)", text, re.M):
        options[long] = letter
    return options


def usage_columns(text):
    behind = text.partition("\nColumns")[2]
    return set(re.findall(r"^  [ +]([A-Z]+) ", behind, re.M))


def usage_kinds(text):
    return dict(re.findall(r"^  ([a-z]+) +(.*)", text.partition("\nKinds:")[2], re.M))


def end():
    for line in faults:
        print(line, file=sys.stderr)
    sys.exit(1 if faults else 0)
