#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""goaway metrics, against a daemon of the test's own; and the reader that judges it."""
import os
import re
import shutil
import socket
import stat
import subprocess
import tempfile
import threading
import urllib.request

import openmetrics
from fake_goawayd import Goawayd, counters, status
from tap import check, equal, finish, program, run, skip, software, wait_for

GOAWAY = program("GOAWAY")
FOLDER = tempfile.mkdtemp()
SOCKET = FOLDER + "/control.sock"

GOOD = """# TYPE a counter
# HELP a Some \\"help\\".
a_total{b="x\\n\\\\"} 1
a_total{b="y"} 2.5e3
# TYPE c_seconds gauge
# UNIT c_seconds seconds
# HELP c_seconds How long.
c_seconds 17
# EOF
"""
# What the reader must not take: a change to GOOD, and what is wrong with it.
BAD = [
    ("# EOF\n", "", "no end"), ("# EOF\n", "# EOF\nmore 1\n", "more after the end"),
    ("# TYPE c_seconds", "\n# TYPE c_seconds", "an empty line"), ("a_total{b=\"y\"}", "a{b=\"y\"}", "no _total"),
    ("# UNIT c_seconds seconds", "# UNIT c_seconds bytes", "a unit that is not in the name"),
    ("# TYPE c_seconds gauge", "# TYPE c_seconds number", "no such type"),
    ("# HELP c_seconds How long.\n", "", "no help"), ("c_seconds 17\n", "", "no sample"),
    ("c_seconds 17", "c_seconds 17 18 19", "too much"), ("c_seconds 17", "c_seconds  17", "two blanks"),
    ("c_seconds 17", "c_seconds seventeen", "no number"), ("2.5e3", "-1", "a counter under 0"),
    ('{b="y"}', '{b="x\\n\\\\"}', "the same labels twice"), ('{b="y"}', '{c="y"}', "other labels"),
    ('{b="y"}', '{b="y",}', "a comma at the end"), ('{b="y"}', '{b=y}', "no quotes"),
    ('{b="y"}', '{b="\\y"}', "an unknown escape"), ("# TYPE c_seconds gauge", "# TYPE a gauge", "a family twice"),
    ("c_seconds", "C_seconds", "a large letter"), ("c_seconds", "a_total", "names that clash"),
    ("# HELP a Some", "# Some", "a comment"), ("2.5e3", "NaN", "a counter that is none"),
]


def rejects(text):
    try:
        openmetrics.parse(text)
        return False
    except openmetrics.Wrong:
        return True


def test_reader():
    families = openmetrics.parse(GOOD)
    equal("the reader reads", families["a"].samples, {(("b", "x\n\\"),): 1, (("b", "y"),): 2500.0})
    for old, new, what in BAD:
        assert old in GOOD
        check(f"the reader takes no text with {what}", rejects(GOOD.replace(old, new)))


def metrics(*arguments):
    return run(GOAWAY, "metrics", "-S", SOCKET, *arguments)


def test_values(daemon):
    done = metrics()
    equal("metrics succeeds", (done.returncode, done.stderr), (0, ""))
    families = openmetrics.parse(done.stdout)
    value = lambda name, **labels: families[name].samples.get(tuple(sorted(labels.items())))
    equal("the daemon is up", value("goaway_up"), 1)
    equal("its version", value("goaway_build", version="0.1.0"), 1)
    equal("its mode", value("goaway_mode", goaway_mode="enforce"), 1)
    equal("when it was started", value("goaway_start_time_seconds"), 1700000000)
    equal("its clients", value("goaway_clients"), 1)
    equal("its room", [value(f"goaway_room_{what}") for what in ("used", "size", "share")], [3, 16384, 64])
    equal("what stands", value("goaway_standing_drops", action="police", family="ipv4"), 1)
    missing = []
    for line in daemon.counters:
        kind, name = line["kind"], line["name"]
        family, label = {"reason": ("goaway_rejected", "reason"), "outcome": ("goaway_orders", "outcome"),
                         "result": ("goaway_results", "status")}.get(kind, (None, None))
        if kind == "kernel":
            seen = value(f"goaway_{name}_packets"), value(f"goaway_{name}_bytes")
            right = seen == (line["packets"], line["bytes"]) and families[f"goaway_{name}_packets"].help == line["help"]
        elif kind == "daemon":
            right = value(f"goaway_{name}") == line["count"] and families[f"goaway_{name}"].help == line["help"]
        else:
            right = value(family, **{label: name}) == line["count"]
        if not right:
            missing.append(line)
    equal("every counter is there, with its help", missing, [])


def test_monotonic(daemon):
    before = openmetrics.series(openmetrics.parse(metrics().stdout))
    daemon.counters = counters(lambda number: 1000 + number)
    after = openmetrics.series(openmetrics.parse(metrics().stdout))
    equal("two scrapes have the same series", set(before), set(after))
    check("and none that went back", all(after[key] >= value for key, value in before.items()))
    daemon.counters = counters(lambda number: 2**64 - 1 - number)
    value = openmetrics.parse(metrics().stdout)["goaway_dropped_packets"].samples[()]
    check("large numbers are told whole", value > 2**64 - 100)
    daemon.counters = counters()


def test_hostile(daemon):
    """What a daemon says becomes no metric of its own making."""
    daemon.counters = counters() + [
        {"name": "x 1\ngoaway_up 0\n#", "kind": "daemon", "count": 1, "help": "x"},
        {"name": "a{b=\"c\"}", "kind": "kernel", "packets": 1, "bytes": 1, "help": "x"},
        {"name": "q\"\\\n", "kind": "reason", "count": 1, "help": "x"},
        {"name": "heard", "kind": "daemon", "count": 99, "help": "twice"},
        {"name": "", "kind": "reason", "count": 1}, {"name": "other", "kind": "unheard of", "count": 1},
        {"name": 5, "kind": "daemon", "count": 1}, {},
        {"name": "helpless", "kind": "daemon", "count": "many", "help": "a\nb \"c\" \\ " + "é" * 200},
    ]
    daemon.status = status(version="0\"1\n")
    families = openmetrics.parse(metrics().stdout)
    equal("names that are none are left out", sorted(set(families) - {"goaway_helpless"}),
          sorted(openmetrics.parse(run_plain(daemon))))
    equal("what is a label is escaped", families["goaway_rejected"].samples[(("reason", 'q"\\\n'),)], 1)
    check("a help is, too", families["goaway_helpless"].help.startswith('a\nb "c" \\ é'))
    daemon.counters = [{"name": f"n{i}", "kind": "daemon", "count": i, "help": "x"} for i in range(5000)]
    check("there are 256 counters at most", len(openmetrics.parse(metrics().stdout)) < 256 + 20)
    daemon.counters, daemon.status = counters(), status()


def run_plain(daemon):
    kept, daemon.counters = daemon.counters, counters()
    text = metrics().stdout
    daemon.counters = kept
    return text


def test_older():
    done = metrics("--text")
    check("the older format has types it knows",
          set(re.findall(r"^# TYPE \S+ (\S+)$", done.stdout, re.M)) == {"gauge", "counter"}, done.stdout)
    named = {name for name in re.findall(r"^# TYPE (\S+)", done.stdout, re.M)}
    sampled = {name for name in re.findall(r"^([a-z_]+)[ {]", done.stdout, re.M)}
    equal("and names its samples", named, sampled)
    equal("the same ones", sampled, openmetrics.sample_names(openmetrics.parse(metrics().stdout)))
    promtool = software("prometheus", "usr/bin/promtool")
    if promtool:
        judged = run(promtool, "check", "metrics", input=done.stdout)
        equal("promtool finds no fault", (judged.returncode, judged.stdout + judged.stderr), (0, ""))
    else:
        skip("promtool finds no fault", "no promtool")


def test_other_readers():
    try:
        from prometheus_client.openmetrics import parser
    except ImportError:
        return skip("the reader of prometheus_client agrees", "no python3-prometheus-client")
    theirs = {family.name: {tuple(sorted(sample.labels.items())): sample.value for sample in family.samples}
              for family in parser.text_string_to_metric_families(metrics().stdout)}
    ours = {family.name: family.samples for family in openmetrics.parse(metrics().stdout).values()}
    return equal("the reader of prometheus_client agrees", theirs, ours)


def test_output():
    path = FOLDER + "/goaway.prom"
    done = metrics("--output", path, "--text")
    equal("--output says nothing", (done.returncode, done.stdout, done.stderr), (0, "", ""))
    with open(path, encoding="utf-8") as file:
        equal("and writes the file", file.read(), metrics("--text").stdout)
    equal("for all to read", stat.S_IMODE(os.stat(path).st_mode), 0o644)
    # It is replaced as a whole: who has the old one open reads that to its end.
    with open(path, encoding="utf-8") as file:
        before = os.fstat(file.fileno()).st_ino
        metrics("--output", path)
        check("the file is another afterwards", os.stat(path).st_ino != before)
    torn, stop = [], threading.Event()

    def watch():
        while not stop.is_set():
            with open(path, encoding="utf-8") as file:
                if not file.read().endswith("# EOF\n"):
                    torn.append(1)
    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(30):
        metrics("--output", path)
    stop.set()
    watcher.join()
    equal("nobody sees half of it", torn, [])
    equal("nothing is left beside it", os.listdir(FOLDER).count("goaway.prom"), len(
        [name for name in os.listdir(FOLDER) if name.startswith("goaway.prom")]))
    done = metrics("--output", FOLDER + "/none/goaway.prom")
    equal("a folder that is not there is an error", done.returncode, 1)
    check("which says so", "cannot write" in done.stderr and "No such file" in done.stderr, done.stderr)
    os.mkfifo(FOLDER + "/pipe")
    done = metrics("--output", FOLDER + "/pipe")
    equal("what is no file is not replaced by one, as /dev/null would be for root",
          (done.returncode, "no regular file" in done.stderr, stat.S_ISFIFO(os.stat(FOLDER + "/pipe").st_mode)),
          (1, True, True))
    if os.path.exists("/dev/full"):
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([GOAWAY, "metrics", "-S", SOCKET], stdout=full, stderr=subprocess.PIPE, check=False)
        equal("a full disk is an error", done.returncode, 1)


def test_collector():
    """The one that --text is for: node_exporter's textfile collector."""
    exporter = software("prometheus", "usr/bin/prometheus-node-exporter")
    if not exporter:
        return skip("node_exporter collects the file", "no node_exporter")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = "127.0.0.1:%d" % free.getsockname()[1]
    metrics("--text", "--output", FOLDER + "/goaway.prom")
    process = subprocess.Popen([exporter, "--web.listen-address=" + address, "--collector.disable-defaults",
                                "--collector.textfile", "--collector.textfile.directory=" + FOLDER],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def scrape():
        try:
            with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            return ""
    text = wait_for(scrape)
    process.terminate()
    process.wait()
    check("node_exporter finds no fault in the file", "node_textfile_scrape_error 0" in text, text)
    # It writes numbers its own way.
    value = lambda line: line if line[:1] == "#" else (line.rsplit(" ", 1)[0], float(line.rsplit(" ", 1)[1]))
    collected = {value(line) for line in text.splitlines()}
    lines = [line for line in metrics("--text").stdout.splitlines() if value(line) not in collected]
    return equal("and collects all of it, help and types too", lines, [])


def test_usage():
    for arguments, says in ((["--outptu", "x"], "did you mean '--output'?"), (["more"], "'more' is too much"),
                            (["--output"], "lacks its value")):
        done = run(GOAWAY, "metrics", *arguments)
        check(f"metrics {' '.join(arguments)} is misused", done.returncode == 2 and says in done.stderr, done.stderr)


def test_down(daemon):
    daemon.silent_to = "counters"
    done = metrics()
    check("a daemon that stops in the midst is down", "\ngoaway_up 0\n" in done.stdout, done.stdout)
    check("and stderr says so", "does not answer" in done.stderr, done.stderr)
    daemon.silent_to, daemon.raw = None, b"\xff\xfe no JSON\n"
    check("one that talks nonsense, too", "\ngoaway_up 0\n" in metrics().stdout)
    daemon.raw = None
    daemon.stop()
    done = metrics()
    families = openmetrics.parse(done.stdout)
    equal("no daemon: goaway_up is 0", families["goaway_up"].samples[()], 0)
    check("and what only it knows is not told", "goaway_mode" not in families and "goaway_rejected" not in families)
    equal("that is no error: it is told", done.returncode, 0)
    check("and stderr says what to do", "start it" in done.stderr, done.stderr)


def main():
    test_reader()
    daemon = Goawayd(SOCKET)
    test_values(daemon)
    test_monotonic(daemon)
    test_hostile(daemon)
    test_older()
    test_other_readers()
    test_output()
    test_collector()
    test_usage()
    test_down(daemon)
    shutil.rmtree(FOLDER)
    finish()


main()
