#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""goaway exporter: who is answered what, what it bounds, and how it bears a daemon that is gone,
hung, or full of lies."""
import itertools
import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request

import fake_goawayd as fake
import openmetrics
from dashboard import filled
from exporter import Exporter, Stream
from tap import check, equal, finish, program, run, skip, software, wait_for

EXPORTER = program("EXPORTER")
PATIENCE = 10

try:
    import jsonschema
    SCHEMA = json.loads((fake.ROOT / "src/goaway/page/api.schema.json").read_text(encoding="utf-8"))
except ImportError:
    jsonschema = None


def faults(part, value):
    schema = {"$ref": f"#/$defs/{part}", "$defs": SCHEMA["$defs"]}
    return [error.message[:200] for error in jsonschema.Draft202012Validator(schema).iter_errors(value)]


def measured(name, small, note):
    """A sanitizer keeps what is freed: the plain build is measured."""
    if os.environ.get("SANITIZE", "none") == "none":
        check(name, small, note)


def test_routes(exporter):
    always = {"x-content-type-options": "nosniff", "cache-control": "no-store", "connection": "close",
              "referrer-policy": "no-referrer", "cross-origin-resource-policy": "same-origin"}
    for path, content in (("/", "text/html; charset=utf-8"), ("/api/state", "application/json"),
                          ("/metrics", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
                          ("/api/events", "application/json"), ("/none", "text/plain; charset=utf-8")):
        answer, head = exporter.get(path), exporter.get(path, "HEAD")
        equal(f"{path} has its content type", answer.headers["content-type"], content)
        equal(f"{path} has the headers that all have", {name: answer.headers.get(name) for name in always}, always)
        check(f"{path} has a policy", answer.headers["content-security-policy"].startswith("default-src 'none'"))
        check(f"{path} lets no other site read it", not [name for name in answer.headers if name.startswith("access-control")])
        same = [{name: value for name, value in of.headers.items() if name not in ("date", "content-length")} for of in (answer, head)]
        equal(f"HEAD {path} says the same without the body", (head.status, head.body, same[0]), (answer.status, b"", same[1]))
    equal("HEAD /events takes no stream", (exporter.get("/events", "HEAD").status, exporter.get("/events", "HEAD").body), (200, b""))
    for path in ("/none", "/../etc/passwd", "/%2e%2e/etc/passwd", "//", "/metrics/", "http://127.0.0.1/metrics", "/page.js"):
        equal(f"{path} is not there", exporter.get(path).status, 404)
    equal("what follows a question mark changes nothing", exporter.get("/metrics?a=b").status, 200)
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PATCH", "FROB"):
        answer = exporter.get("/", method)
        check(f"{method} is refused", answer.status in (405, 400, 501), answer.status)
    equal("with what is allowed", exporter.get("/", "POST").headers["allow"], "GET, HEAD")
    check("a body is not waited for", exporter.raw(
        b"POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\nabc").status == 405)


def test_host(exporter):
    for host, status in ((f"localhost:{exporter.port}", 200), ("localhost", 200), ("LOCALHOST.", 200), ("a.localhost", 200),
                         ("127.0.0.1", 200), ("[::1]:80", 200), ("[::1]", 200), ("192.0.2.1:9", 200), ("router.example", 200),
                         ("Router.Example:80", 200), ("evil.example", 421), ("localhost.evil.example", 421),
                         ("evillocalhost", 421), ("router.example.evil", 421), ("127.0.0.1.evil.example", 421), ("", 421),
                         (":80", 421), ("localhost:", 421), ("localhost:80:80", 421), ("[::1", 421), ("[evil]", 421),
                         ("localhost:8x", 421), ("a" * 300, 421)):
        equal(f"Host {host[:40]!r}", exporter.get("/metrics", host=host).status, status)
    check("no Host", exporter.raw(b"GET /metrics HTTP/1.0\r\n\r\n").status in (400, 421))
    for site, mode, path, status in (("cross-site", "cors", "/api/state", 403), ("same-site", "no-cors", "/metrics", 403),
                                     ("cross-site", "cors", "/events", 403), ("cross-site", "navigate", "/metrics", 200),
                                     ("cross-site", "navigate", "/", 200), ("same-origin", "cors", "/api/state", 200),
                                     ("none", "navigate", "/api/state", 200)):
        equal(f"{path} asked for {site}, {mode}",
              exporter.get(path, Sec_Fetch_Site=site, Sec_Fetch_Mode=mode).status, status)


def test_negotiation(exporter):
    prometheus = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                  "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
    for accept, open_one in ((prometheus, True), ("*/*", True), ("text/plain", False), ("text/plain;version=0.0.4;q=1,*/*;q=0.1", False),
                             ("application/openmetrics-text", True), ("text/html,application/xhtml+xml,*/*;q=0.8", False),
                             ("text/plain;q=0.5, application/openmetrics-text;q=0.4", False), ("", True), ("text/*", False),
                             ("application/openmetrics-text;q=0.1,text/plain;q=0.2", False), (";;;,,,q=", True),
                             ("application/openmetrics-text; q=0.9 , text/plain; q=0.900", True)):
        answer = exporter.get("/metrics", Accept=accept)
        equal(f"Accept {accept[:50]!r}", answer.headers["content-type"].startswith("application/openmetrics-text"), open_one)
        equal("is kept to", answer.body.endswith(b"# EOF\n"), open_one)
    check("without Accept it is OpenMetrics", exporter.get("/metrics").body.endswith(b"# EOF\n"))
    equal("caches are told", exporter.get("/metrics").headers["vary"], "Accept")
    check("and sound", openmetrics.parse(exporter.get("/metrics").body)["goaway_up"].samples[()] == 1)


def test_state(exporter):
    daemon = exporter.daemon
    if not jsonschema:
        return skip("the answers are as their schema says", "no python3-jsonschema")
    equal("the schema can be", jsonschema.Draft202012Validator.check_schema(SCHEMA), None)
    daemon.drops = [fake.drop(i) for i in range(20)] + [fake.drop(30, left_s=None, lifetime_s=None, packets=None, bytes=None, why=None)]
    daemon.happen(*[fake.event(i) for i in range(1, 20)])
    state = settled(exporter, lambda state: len(state["drops"]) == 21)
    equal("the state is as its schema says", faults("state", state), [])
    equal("the drops are the daemon's", state["drops"], daemon.drops)
    events = wait_for(lambda: len(exporter.get("/api/events").json()["events"]) == 19) and exporter.get("/api/events").json()["events"]
    equal("the events are, too", (faults("events", {"events": events}), [entry["event"] for entry in events]), ([], daemon.events))
    check("the chart has samples", len(state["history"]) >= 1)
    check("the schema takes no other", faults("state", {**state, "more": 1}) and faults("state", {**state, "up": False}))
    daemon.drops, daemon.boundless = [fake.drop(i) for i in range(3000)], True
    state = settled(exporter, lambda state: len(state["drops"]) > 21)
    equal("there are 500 drops at most", (len(state["drops"]), faults("state", state)), (500, []))
    daemon.boundless = False
    state = settled(exporter, lambda state: state["drops_more"])
    equal("that there are more is told", (len(state["drops"]), state["drops_more"]), (500, True))
    daemon.drops = []
    settled(exporter, lambda state: not state["drops"])
    return None


def settled(exporter, condition):
    """The state once it is so: what was asked within a second is answered from memory."""
    def look():
        state = exporter.get("/api/state").json()
        return state if condition(state) else None
    return wait_for(look) or exporter.get("/api/state").json()


def test_memory(exporter):
    """However many ask, the daemon is asked once a second."""
    wait_for(lambda: settled(exporter, lambda state: state["up"]))
    before = exporter.daemon.asked.count("drops")
    for _ in range(50):
        exporter.get("/api/state")
    check("fifty questions are a few for the daemon", exporter.daemon.asked.count("drops") - before <= 4)


def test_lies(exporter):
    """Octets that are no UTF-8, names that are no names: the answers stay what they should be."""
    daemon = exporter.daemon
    drop = json.dumps(fake.drop(1, why="MARK")).encode().replace(b"MARK", b"a\xff\xc3(\xed\xa0\x80\xf4\x90\x80\x80 \xe2\x82\xac")
    raw = lambda *lines: b"".join(line + b"\n" for line in lines)
    done = json.dumps({**fake.status(), "done": True}).encode()

    def answer(client, request):
        client.sendall(raw(done) if request["verb"] == "status" else raw(drop, b'{"done":true}'))
    kept, daemon._answer = daemon._answer, answer
    why = settled(exporter, lambda state: state["drops"])["drops"][:1]
    daemon._answer = kept
    equal("what is no UTF-8 becomes question marks", why and why[0]["why"], "a??(??????? €")
    for octets, what in ((b"\xff\xfe\n", "nonsense"), (b"x" * 100000, "a line without end")):
        daemon.raw = octets
        state = settled(exporter, lambda state: not state["up"])
        equal(f"a daemon that says {what} is down", (state["up"], bool(state["error"]), state["drops"]), (False, True, []))
        daemon.raw = None
        check("until it makes sense again", settled(exporter, lambda state: state["up"])["up"])


def test_hung(exporter):
    daemon = exporter.daemon
    daemon.silent = True
    time.sleep(1.1)
    before = time.monotonic()
    families = openmetrics.parse(exporter.get("/metrics").body)
    took = time.monotonic() - before
    equal("a hung daemon is down", families["goaway_up"].samples[()], 0)
    check("which does not take long to tell", took < 4, took)
    before = time.monotonic()
    state = exporter.get("/api/state").json()
    took = time.monotonic() - before
    check("and the next one is told at once", took < 0.5 and not state["up"] and "does not answer" in state["error"], took, state)
    equal("as its schema says", faults("state", state) if jsonschema else [], [])
    daemon.silent = False
    check("it comes back", settled(exporter, lambda state: state["up"])["up"])
    daemon.silent_to = "counters"
    check("one that hangs in the midst is down, too", not settled(exporter, lambda state: not state["up"])["up"])
    daemon.silent_to = None
    check("and comes back", settled(exporter, lambda state: state["up"])["up"])


def test_gone(exporter):
    daemon = exporter.daemon
    stream = Stream(exporter)
    wait_for(lambda: ("caught-up", None, {}) in stream.messages())
    daemon.stop()
    state = settled(exporter, lambda state: not state["up"])
    check("a daemon that is gone is down", not state["up"] and "start it" in state["error"], state["error"])
    check("and streams are told", wait_for(lambda: ("state", None, {"up": False}) in stream.messages()), stream.messages())
    daemon.events.append(fake.event(9000))
    daemon.start()
    check("it comes back", settled(exporter, lambda state: state["up"])["up"])
    check("streams are told that, too", wait_for(lambda: ("state", None, {"up": True}) in stream.messages()), stream.messages()[-2:])
    ids = [message[1] for message in stream.messages() if message[0] == "message"]
    equal("nothing is told twice, nothing is missing", ids[-1:] + [len(ids) - len(set(ids))], ["9000000000000.9000", 0])
    stream.close()


def test_streams(exporter):
    daemon = exporter.daemon
    daemon.events = [fake.event(i) for i in range(10000, 10020)]
    # The feed is at 9000 by now: what the daemon tells is new to it.
    daemon.happen(*[fake.event(i) for i in range(10020, 10600)])
    first = Stream(exporter)
    messages = wait_for(lambda: [m for m in first.messages() if m[0] == "caught-up"] and first.messages())
    told = [m for m in messages if m[0] == "message"]
    equal("a stream begins with the newest 200", (len(told), told[-1][1]), (200, "10599000000000.10599"))
    equal("each as the daemon told it", told[-1][2], fake.event(10599))
    daemon.happen(fake.event(10600))
    check("and goes on with what comes", wait_for(lambda: first.messages()[-1][1] == "10600000000000.10600"))
    again = Stream(exporter, Last_Event_ID="10598000000000.10598")
    wait_for(lambda: again.messages()[-1:] and again.messages()[-1][0] == "caught-up")
    equal("who was there before is told what is missing", [m[1] for m in again.messages() if m[0] == "message"],
          ["10599000000000.10599", "10600000000000.10600"])
    others = [Stream(exporter) for _ in range(6)]
    for stream in others:
        wait_for(stream.messages)
    ninth = Stream(exporter)
    wait_for(lambda: ninth.read()[0])
    check("a ninth stream is refused", ninth.octets.startswith(b"HTTP/1.1 503 "), ninth.octets[:200])
    ninth.close()
    equal("other answers are not", exporter.get("/api/events").status, 200)
    for stream in [first, again, *others]:
        stream.close()

    def taken():
        stream = Stream(exporter)
        wait_for(lambda: stream.read()[0])
        stream.close()
        return stream.octets.startswith(b"HTTP/1.1 200 ")
    check("who leaves makes room", wait_for(taken, 5))


def test_slow_stream(exporter):
    """One that does not read costs no memory, and hears later how much it missed."""
    daemon = exporter.daemon
    slow, watcher = Stream(exporter, small=True), Stream(exporter)
    wait_for(lambda: ("caught-up", None, {}) in watcher.messages())
    before = int(exporter.status()["VmRSS"].split()[0])
    for block in range(20):
        first = 20000 + 150 * block
        daemon.happen(*[fake.event(first + i, text="x" * 3000) for i in range(150)])
        newest = f"id: {(first + 149) * 1000000000}.{first + 149}\n".encode()
        if not wait_for(lambda: watcher.tail(newest)):
            break
    check("who reads in time hears all", watcher.tail(newest) and b"left-out" not in watcher.octets)
    grown = int(exporter.status()["VmRSS"].split()[0]) - before
    measured("9 MB of events that one does not read do not stay", grown < 4000, f"grew by {grown} kB")
    slow.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    wait_for(lambda: slow.read()[1] or b"left-out" in slow.octets)
    check("who reads again hears how many were left out", b"event: left-out\ndata: {\"count\":" in slow.octets)
    slow.close()
    watcher.close()


def lazy(exporter, octets, results, name):
    """Send some, then nothing more, or an octet now and then; note when it was hung up."""
    before = time.monotonic()
    with exporter.connect() as one:
        one.sendall(octets)
        one.settimeout(0.5)
        while time.monotonic() - before < 3 * PATIENCE:
            try:
                if not one.recv(65536):
                    break
            except TimeoutError:
                try:
                    one.sendall(b"a")
                except OSError:
                    break
            except OSError:
                break
    results[name] = time.monotonic() - before


def served_after(exporter):
    """Seconds; asked anew each time, for TCP knocks later and later where nobody takes connections."""
    request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{exporter.port}\r\n\r\n".encode()
    before = time.monotonic()
    while time.monotonic() - before < 3 * PATIENCE:
        try:
            if exporter.raw(request, 2).status == 200:
                break
        except OSError:
            pass
    return time.monotonic() - before


def be_lazy(exporter, results):
    threads = [threading.Thread(target=lazy, args=(exporter, octets, results, name)) for octets, name in (
        (b"", "nothing"), (b"GET / HTTP/1.1\r\n", "half a request"), (b"\x00" * 1000, "zeros"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(500), "TLS"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ", "a header an octet at a time"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    idle = []
    try:
        while len(idle) < 32:
            idle.append(exporter.connect(2))
    except OSError:
        pass  # so many that the kernel keeps others out
    results["idle"] = served_after(exporter)
    for one in idle:
        one.close()


def start_lazy():
    """To an exporter of its own: it takes a while."""
    exporter, results = Exporter(EXPORTER), {}
    thread = threading.Thread(target=be_lazy, args=(exporter, results))
    thread.start()
    return exporter, thread, results


def end_lazy(exporter, thread, results):
    thread.join()
    exporter.stop()
    idle = results.pop("idle")
    for name, took in sorted(results.items()):
        check(f"who sends {name} is hung up on in time", took < PATIENCE + 5, took)
    check("32 idle connections keep others out no longer than that", idle < PATIENCE + 5, idle)


def test_sizes(exporter):
    for octets, what in ((b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", "a long path"),
                         (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 40000 + b"\r\n\r\n", "a long header"),
                         (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 10000 + b"\r\n", "many headers"),
                         (b"GET / HTTP/9.9\r\n\r\n", "another version"),
                         (b"GET\r\n\r\n", "no path")):
        answer = exporter.raw(octets)
        check(f"{what} is refused", answer.status in (0, 400, 404, 413, 414, 421, 431, 494, 505), answer.status)
    equal("and all goes on", exporter.get("/").status, 200)


def test_rights(exporter):
    status = exporter.status()
    if os.geteuid() == 0:
        check("started by root it is nobody", set(status["Uid"].split()) == {"65534"} and "0" not in status["Gid"].split(), status["Uid"])
        equal("in no other group", status["Groups"].split(), [])
    equal("it has no capability", [int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")], [0] * 4)
    equal("and can get none", status["NoNewPrivs"], "1")
    measured("it is small", int(status["VmHWM"].split()[0]) < 16000, status["VmHWM"])
    print(f"# resident: {status['VmHWM']} at most, {status['RssAnon']} of its own now")


def test_prometheus(exporter):
    prometheus = software("prometheus", "usr/bin/prometheus")
    if not prometheus:
        return skip("Prometheus scrapes it", "no prometheus")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = exporter.folder + "/prometheus.yml"
    with open(config, "w", encoding="utf-8") as file:
        file.write(f"scrape_configs: [{{job_name: goaway, scrape_interval: 1s, static_configs: [{{targets: ['127.0.0.1:{exporter.port}']}}]}}]\n")
    process = subprocess.Popen([prometheus, "--config.file=" + config, f"--web.listen-address=127.0.0.1:{port}",
                                "--storage.tsdb.path=" + exporter.folder + "/tsdb"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def results(query):
        try:
            path = "/api/v1/query?" + urllib.parse.urlencode({"query": query})
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
                return json.load(answer)["data"]["result"]
        except OSError:
            return []

    def value(query):
        result = results(query)
        return result and result[0]["value"][1]
    equal("Prometheus scrapes it", wait_for(lambda: value("goaway_up"), 20), "1")
    equal("and knows its counters", value("goaway_dropped_packets_total"),
          str(next(line["packets"] for line in exporter.daemon.counters if line["name"] == "dropped")))
    equal("and its types", types(port).get("goaway_dropped_packets_total"), "counter")
    # What is compared has no answer where all is well.
    asked = [e for e in filled("1m", f"127.0.0.1:{exporter.port}") if not e.endswith("> 0")]
    wait_for(lambda: all(map(results, asked)), 20)
    equal("all that the dashboard asks has an answer", [e for e in asked if not results(e)], [])
    process.terminate()
    process.wait()
    return None


def types(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/metadata", timeout=5) as answer:
        data = json.load(answer)["data"]
    return {name if name.endswith("_total") or of[0]["type"] != "counter" else name + "_total": of[0]["type"] for name, of in data.items()}


def test_start(exporter):
    taken = f"127.0.0.1:{exporter.port}"
    for arguments, status, says in (
            (["--listen", taken], 1, "another program does"), (["--listen", "localhost:80"], 2, "no address to listen on"),
            (["--listen", "127.0.0.1"], 2, "no address to listen on"), (["--listen", "[::1]:x"], 2, "no address to listen on"),
            (["--listen", "127.0.0.1:65536"], 2, "no address"), (["--listen", "192.0.2.1:0"], 1, "cannot listen on 192.0.2.1:0"),
            (["--allow-host", "a:80"], 2, "no host name"), (["--allow-hots", "a"], 2, "did you mean '--allow-host'?"),
            (["more"], 2, "'more' is too much"), (["--listen", "127.0.0.1:0"] * 5, 2, "4 times"),
            (["--allow-host", "a"] * 9, 2, "8 times")):
        done = run(EXPORTER, *itertools.chain(arguments))
        check(f"{' '.join(arguments)[:50]}: {says}", done.returncode == status and says in done.stderr, done.returncode, done.stderr)
    equal("--version tells it", run(EXPORTER, "--version").stdout.split()[0], "goaway-exporter")
    done = run(program("GOAWAY"), "exporter", "--listen", taken)
    check("goaway exporter is the same program", done.returncode == 1 and "another program does" in done.stderr, done.stderr)


def test_end(exporter):
    streams = [Stream(exporter) for _ in range(3)]
    for stream in streams:
        wait_for(stream.messages)
    equal("it ends when told to, streams or not", exporter.stop(), 0)
    check("and streams end with it", all(wait_for(lambda: stream.read()[1]) for stream in streams))
    # and, where there is no such group, what comes of that
    said = [line for line in exporter.log[1:] if "there is no group goaway" not in line]
    equal("having said nothing but where it serves", said, [])


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    exporter = Exporter(EXPORTER, "--allow-host", "router.example")
    lazies = start_lazy()
    test_routes(exporter)
    test_host(exporter)
    test_negotiation(exporter)
    test_state(exporter)
    test_memory(exporter)
    test_lies(exporter)
    test_hung(exporter)
    test_gone(exporter)
    test_streams(exporter)
    test_slow_stream(exporter)
    test_sizes(exporter)
    test_prometheus(exporter)
    test_rights(exporter)
    test_start(exporter)
    end_lazy(*lazies)
    test_end(exporter)
    finish()


main()
