#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""
The manual holds all there is, and nothing else: manual.py SOURCE_ROOT GOAWAY

What there is, the code says: tables of options, settings, counters, reasons, events, verbs, codes and
exit statuses. Each is looked for in the usage texts and the pages, and the other way round; where the
code has a sentence for it, the page has the same one.
"""
import re
import sys

sys.dont_write_bytecode = True
from tables import (  # noqa: E402
    ROOT, commands_of_code, end, fault, help_of, option_table, rows, same, same_texts, source, strings,
    usage_columns, usage_kinds, usage_options, x_table,
)

# ---- pages ----

MACROS = "Ar Cm Dv Em Ev Fl Ic Li Nm No Ns Op Pa Pq Po Pc Ql Sq Sx Xr Brq".split()


class Page:
    def __init__(self, name):
        self.name = name
        self.lines = source("src/man/" + name).splitlines()

    def part(self, kind, title):
        """The lines of one section (Sh) or subsection (Ss)."""
        lines = []
        inside = False
        for line in self.lines:
            if line.startswith((".Sh ", ".Ss ")):
                if inside and (kind == "Ss" or line.startswith(".Sh ")):
                    break
                inside = inside or line == ".%s %s" % (kind, title)
            elif inside:
                lines.append(line)
        if not lines:
            fault(self.name, "there is no section '%s'" % title)
        return lines


def items(lines):
    """[(head, lines)] of the outermost list: what stands behind .It, and all up to the next."""
    found = []
    depth = 0
    for line in lines:
        if line.startswith(".Bl"):
            depth += 1
            if depth == 1:
                continue
        elif line.startswith(".El"):
            depth -= 1
        if depth == 1 and line.startswith(".It "):
            found.append((line[4:], []))
        elif depth >= 1 and found:
            found[-1][1].append(line)
    return found


def lists(lines):
    """The items of all outermost lists, and of those in them."""
    for head, body in items(lines):
        yield head, body
        yield from lists(body)


def words_of(lines, macro):
    """What stands behind a macro, on its own line or within another's."""
    for line in lines:
        if not line.startswith("."):
            continue
        taken = False
        for word in re.findall(r'"[^"]*"|(?:\\ |\S)+', line[1:]):
            if word in MACROS or word in ("It", "Op", "Bl", "El", "Pp"):
                taken = word == macro
            elif taken and word not in list(",.;:()|") + ["No", "="]:
                yield word.strip('"').replace("\\ ", " ").replace("\\&", "")


def flags(lines):
    """Long options and letters that are named."""
    longs, letters = set(), set()
    for word in words_of(lines, "Fl"):
        if word.startswith("-"):
            longs.add(word[1:])
        else:
            letters.update(word)
    return longs, letters


def plain(lines):
    """Text without macros' names, in one line."""
    words = []
    for line in lines:
        for word in line.lstrip(".").split():
            if not (line.startswith(".") and word in MACROS):
                words.append(word.replace("\\ ", " ").replace("\\(dq", '"').replace("\\&", ""))
    return re.sub(r" ([,.;:)])", r"\1", " ".join(words))


def sentences(part):
    """{name: sentence} of lists of ".It Li name"."""
    found = {}
    for head, body in lists(part):
        names = list(words_of(["." + head], "Li"))
        text = plain(body)
        for name in names:
            found[name] = text
    return found


# ---- goaway ----


def check_options(where, code, options):
    """options: {long: letter} of a usage text."""
    for long, letter in sorted(code.items()):
        if long not in options:
            fault(where, "option --%s is not there" % long)
        elif options[long] != letter:
            fault(where, "option --%s is there with letter '%s' and not '%s'" % (long, options[long], letter))
    for long in sorted(set(options) - set(code)):
        fault(where, "option --%s is there, but there is none such" % long)


def check_flags(where, code, lines):
    longs, letters = flags(lines)
    same(where, set(code), longs, "option --")
    same(where, {letter for letter in code.values() if letter}, letters, "option -")


def check_synopsis(where, code, lines):
    """Each by its letter, or by its name if it has none."""
    longs, letters = flags(lines)
    same(where, {letter for letter in code.values() if letter}, letters, "option -")
    same(where, {long for long, letter in code.items() if not letter}, longs, "option --")


def synopses(page):
    """{command: lines}, of all its forms; "" for what has none."""
    found = {}
    command = None
    for line in page.part("Sh", "SYNOPSIS"):
        if line.startswith(".Nm"):
            command = ""
        elif line.startswith(".Cm ") and command == "":
            command = line.split()[1]
        found.setdefault(command, []).append(line)
    return found


def command_parts(page):
    """{command: lines} of the description's list."""
    found = {}
    for head, body in items(page.part("Sh", "DESCRIPTION")):
        if head.startswith("Cm "):
            found.setdefault(head.split()[1], []).extend(["." + head] + body)
    return found


def check_goaway():
    code = commands_of_code()
    there = set(re.findall(r"^  ([a-z-]+) ", help_of("--help").partition("Commands:")[2], re.M))
    page = Page("goaway.1")
    parts, forms = command_parts(page), synopses(page)
    same("goaway --help", there & set(code), there, "command ")
    same("goaway.1", set(code), set(parts) - {"help"}, "command ")
    same("goaway.1, SYNOPSIS", set(code), set(forms) - {"help", "", None}, "command ")
    for name, options in code.items():
        if name not in there:
            continue  # a feature that is off in this build
        text = help_of("help", name)
        check_options("goaway help %s" % name, options, usage_options(text))
        lines = parts.get(name, [])
        own = ROOT / "src/man" / ("goaway-%s.8" % name)
        if own.exists() and not flags(lines)[0]:
            lines = lines + Page(own.name).lines
        else:
            check_synopsis("goaway.1, SYNOPSIS of %s" % name, options, forms.get(name, []))
        check_flags("goaway.1, %s" % name, options, lines)
        columns = {word for word in words_of(lines, "Li") if re.fullmatch("[A-Z]{3,}", word)}
        same("goaway.1, %s" % name, usage_columns(text), columns, "column ")


def check_exits():
    code = re.findall(r"GA_EXIT_\w+ = (\d+)", source("src/goaway/goaway.h"))
    page = [head for head, _ in lists(Page("goaway.1").part("Sh", "EXIT STATUS"))]
    same("goaway.1", set(code), {word for head in page for word in head.split()}, "exit status ")


# ---- goawayd ----


def check_goawayd():
    text = source("src/goawayd/main.c")
    code = option_table(text, "longs")
    usage = strings(re.search(r"usage\[\] =(.*?);\n", text, re.S).group(1)).replace("\\n", "\n")
    page = Page("goawayd.8")
    check_options("goawayd --help", code, usage_options(usage))
    check_flags("goawayd.8", code, [l for l in page.part("Sh", "DESCRIPTION") if l.startswith(".It Fl")])


def check_settings():
    code = set(re.findall(r'^    \{"([a-z_]+)", store_', source("src/sys/config_settings.c"), re.M))
    page = Page("goaway.conf.5")
    named, together = {}, []
    for head, body in items(page.part("Sh", "DESCRIPTION")):
        together += [name for name in words_of(["." + head], "Ic")][:1]
        if body:
            named[tuple(together)] = plain(body)
            together = []
    same("goaway.conf.5", code, {name for names in named for name in names}, "setting ")
    check_defaults(named)
    installed = set(re.findall(r"^#([a-z_]+) =", source("etc/goaway.conf"), re.M))
    same("etc/goaway.conf", code, installed, "setting ")


def default_text(value):
    value = value.strip().strip('"')
    return "none" if value in ("", "{}") else value


def check_defaults(named):
    defaults = dict(re.findall(r"^#([a-z_]+) = (.*)$", source("etc/goaway.conf"), re.M))
    for names, text in named.items():
        said = re.search(r"Default: (.*?)\.?$", text)
        wanted = " and ".join(default_text(defaults.get(name, "?")) for name in names)
        if len(set(wanted.split(" and "))) == 1:
            wanted = wanted.split(" and ")[0]
        if said and said.group(1) != wanted:
            fault("goaway.conf.5", "the default of %s is '%s', and in etc/goaway.conf '%s'"
                  % (" and ".join(names), said.group(1), wanted))
        if not said and not re.search(r"\bdefault\b", text):
            fault("goaway.conf.5", "no default of %s is there" % " and ".join(names))


def check_counters():
    page = Page("goaway-metrics.7")
    text = source("src/core/counter.c")

    def table(name):
        body = re.search(r"struct counter %s\[\] = \{(.*?)\n\};" % name, text, re.S).group(1)
        return rows(body, r'\{"([a-z_ ]+)", "((?:[^"\\]|\\.)*)"\}')

    reasons = {row[1]: row[2] for row in x_table(source("include/goaway/reason.h"), "GA_REASONS")}
    del reasons["none"]
    same_texts("goaway-metrics.7", reasons, sentences(page.part("Ss", "Packets that led to nothing")), "reason ")
    same_texts("goaway-metrics.7", table("outcomes"), sentences(page.part("Ss", "Orders")), "outcome ")
    same_texts("goaway-metrics.7", table("results"), sentences(page.part("Ss", "Answers")), "answer ")
    said = {}
    for name, text_of in sentences(page.part("Ss", "Packets, as the kernel saw them")).items():
        said[re.sub(r"^goaway_(.*)_(packets|bytes)_total$", r"\1", name)] = text_of
    same_texts("goaway-metrics.7", table("kernel"), said, "counter ")
    told = re.search(r"counters\[OWN_COUNTERS\] = \{(.*?)\};", source("src/goawayd/control_status.c"), re.S)
    same("src/goawayd/control_status.c", set(table("daemon")), set(re.findall(r'"(\w+)"', told.group(1))), "counter ")
    daemon = {"goaway_%s_total" % name: help for name, help in table("daemon").items()}
    said = {n: t for n, t in sentences(page.part("Ss", "The daemon")).items() if n.endswith("_total")}
    same_texts("goaway-metrics.7", daemon, said, "counter ")
    made = re.search(r"names\[\] = \{(.*?)\}", source("src/sys/nft_chain.c"), re.S).group(1)
    same("src/core/counter.c", set(re.findall(r'"(\w+)"', made)), set(table("kernel")), "counter ")


def check_columns():
    """Whoever is told to choose or sort by a column finds it."""
    for folder in ("etc", "src", "README.md"):
        for path in [ROOT / folder, *(ROOT / folder).rglob("*")]:
            if not path.is_file():
                continue
            text = path.read_text(encoding="utf-8").replace("\\-", "-")
            for command, names in re.findall(
                    r"\bgoaway (list|counters)[^'\n`]* (?:--sort|--output|-s|-o)[ =]([-+a-z,]+)", text):
                there = {column.lower() for column in usage_columns(help_of("help", command))}
                for name in names.split(","):
                    if name.lstrip("+-") not in there:
                        fault(path.name, "'goaway %s' has no column '%s'" % (command, name))


def check_events():
    page = Page("goawayd.8")
    text = source("include/goaway/event.h")
    kinds = {row[1]: row[2] for row in x_table(text, "GA_EVENT_KINDS")}
    fields = {row[1]: row[3] for row in x_table(text, "GA_EVENT_FIELDS")}
    ids = re.findall(r"\[GA_EVENT_(\w+)\] = \"[0-9a-f]{32}\"", source("src/sys/tell_journal.c"))
    same("src/sys/tell_journal.c", {name.upper() for name in kinds}, set(ids), "id of event ")
    part = page.part("Sh", "EVENTS")
    found = [sentences([".Bl"] + group) for group in listed(part)]
    if len(found) != 2:
        fault("goawayd.8", "EVENTS has %d lists, and not one of kinds and one of fields" % len(found))
        return
    same_texts("goawayd.8", kinds, found[0], "event ")
    same_texts("goaway help watch", kinds, usage_kinds(help_of("help", "watch")), "event ")
    same_texts("goawayd.8", fields, found[1], "field of events ")


def listed(lines):
    """The outermost lists, each without its .Bl."""
    found = []
    depth = 0
    for line in lines:
        if line.startswith(".Bl"):
            depth += 1
            if depth == 1:
                found.append([])
                continue
        if depth >= 1:
            found[-1].append(line)
        if line.startswith(".El"):
            depth -= 1
    return found


def check_control():
    page = Page("goaway-control.7")
    verbs = {row[1] for row in x_table(source("include/goaway/control_request.h"), "GA_VERBS")}
    codes = {row[1]: row[2] for row in x_table(source("include/goaway/control.h"), "GA_CODES")}
    heads = {w for head, _ in items(page.part("Sh", "VERBS")) for w in words_of(["." + head], "Li")}
    same("goaway-control.7", verbs, heads, "verb ")
    same_texts("goaway-control.7", codes, sentences(page.part("Sh", "CODES")), "code ")


def check_sets():
    text = source("src/sys/nft_sets.c")
    code = set()
    for base, both in re.findall(r'\[GA_SET_\w+\] = \{"(\w+)", \w+, (true|false)', text):
        code |= {base + "4", base + "6"} if both == "true" else {base}
    page = {w for head, _ in items(Page("goawayd.8").part("Ss", "The table")) for w in words_of(["." + head], "Li")}
    for name in sorted(page - code):
        fault("goawayd.8", "set %s is there, but there is none such" % name)


def check_pages():
    """Whoever is told to see a page of ours finds it."""
    there = {path.name for path in (ROOT / "src/man").glob("goaway*.[1-8]")}
    for folder in ("debian", "etc", "include", "openwrt", "src", "systemd", "README.md"):
        for path in [ROOT / folder, *(ROOT / folder).rglob("*")]:
            if not path.is_file():
                continue
            text = path.read_text(encoding="utf-8")
            for name in re.findall(r"\bgoaway[a-z.-]*\([1-8]\)", text) + re.findall(r"\bXr goaway\S* [1-8]", text):
                if re.sub(r"(?:Xr )?(\S+)[ (]([1-8])\)?$", r"\1.\2", name) not in there:
                    fault(path.name, "there is no page %s" % name)


for check in (
    check_goaway, check_exits, check_goawayd, check_settings, check_counters, check_columns, check_events,
    check_control, check_sets, check_pages,
):
    check()
end()
