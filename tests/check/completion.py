#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
Every command, option and column is completed, and nothing else: completion.py SOURCE_ROOT GOAWAY

In bash by what it offers, in zsh by what _goaway hands to _arguments. What is not installed is left
out.
"""
import re
import shutil
import subprocess
import sys
import pathlib

sys.dont_write_bytecode = True
from tables import (  # noqa: E402
    GOAWAY, ROOT, commands_of_code, end, fault, help_of, same, source, usage_columns, x_table,
)


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        fault(words[0], "%s: %s" % (" ".join(words[1:]), done.stderr.strip() or done.returncode))
    return done.stdout


def bash(line):
    return run("bash", str(ROOT / "tests/support/complete.bash"), GOAWAY, line).split()


def zsh(call):
    """What a function of _goaway prints: all but its last line defines them."""
    script = 'goaway=$1; source <(sed "\\$d" "$2"); ' + call
    return run("zsh", "-f", "-c", script, "zsh", GOAWAY, str(ROOT / "etc/completion/_goaway"))


def kinds():
    return {row[1] for row in x_table(source("include/goaway/event.h"), "GA_EVENT_KINDS")}


def options_of(table):
    return {"--" + long for long in table} | {"-" + letter for letter in table.values() if letter}


def check_bash(there, code):
    same("bash", there | {"help", "--help", "--version"}, set(bash("goaway ")), "command ")
    same("bash", there | {"help"}, set(bash("goaway help ")), "command to help with ")
    for name in there:
        same("bash, %s" % name, options_of(code[name]), set(bash("goaway %s -" % name)), "option ")
        columns = {column.lower() for column in usage_columns(help_of("help", name))}
        if columns:
            same("bash, %s" % name, columns, set(bash("goaway %s -o " % name)), "column ")
    same("bash, watch", kinds(), set(bash("goaway watch -k ")), "event ")


def check_zsh(there, code):
    commands = {line.partition(":")[0] for line in zsh("_goaway_commands").splitlines()}
    same("zsh", there | {"help"}, commands, "command ")
    for name in there:
        specs = zsh("_goaway_specs %s" % name).splitlines()
        options = {re.match(r"\([^)]*\)(--[a-z-]+?|-[^-])(?==|\+|-?\[)", spec).group(1) for spec in specs}
        same("zsh, %s" % name, options_of(code[name]), options, "option ")
        names = {column.lower() for column in usage_columns(help_of("help", name))}
        names |= kinds() if name == "watch" else set()
        found = {line.partition(":")[0] for line in zsh("_goaway_names %s" % name).splitlines()}
        same("zsh, %s" % name, names, found, "column or event ")


def main():
    code = commands_of_code()
    there = set(re.findall(r"^  ([a-z-]+) ", help_of("--help").partition("Commands:")[2], re.M))
    if pathlib.Path("/usr/share/bash-completion/bash_completion").exists():
        check_bash(there, code)
    if shutil.which("zsh"):
        check_zsh(there, code)
    end()


main()
