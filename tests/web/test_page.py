#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The page in a real browser: what it shows, by keyboard and to a screen reader, in light and dark, wide
and narrow; and that text of strangers stays text. Screenshots go to the folder in SHOTS."""
import os
import re

import fake_goawayd as fake
from chrome import Chrome, Page, find
from exporter import Exporter, Stream
from tap import check, equal, finish, program, skip, skip_all, software, wait_for

EXPORTER = program("EXPORTER")
SHOTS = os.environ.get("SHOTS")
ROWS = "document.querySelectorAll('#drops-table tbody tr').length"
EVIL = "<img src=x onerror=\"window.evil=1\"><script>window.evil=1</script>{{evil}}&lt;b&gt;\u202e\u0007"
# Before the page's own script: how far things jump, and what its policy forbids.
WATCH = """
window.jumps = 0;
new PerformanceObserver((list) => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.jumps += e.value; })
	.observe({type: "layout-shift", buffered: true});
window.forbidden = [];
document.addEventListener("securitypolicyviolation", (e) => window.forbidden.push(e.violatedDirective + " " + e.blockedURI));
"""


def again(page):
    """Let it ask for all anew, as when one comes back to its tab."""
    asked = "performance.getEntriesByType('resource').filter((e) => e.name.endsWith('/api/state')).length"
    before = page.run(asked)
    page.run("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait(f"{asked} > {before}")
    page.run("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))")


def later(page, condition):
    """It will be so, once it has asked again."""
    return wait_for(lambda: (again(page), page.run(condition))[1], 12)


def column(page, name):
    return page.run(f"[...document.querySelectorAll('tbody .c-{name}')].map((cell) => cell.textContent)")


def shoot(page, name, height=None):
    if SHOTS:
        os.makedirs(SHOTS, exist_ok=True)
        page.shot(f"{SHOTS}/{name}.png", height)


def open_page(chrome, exporter, width=1280, height=900, dark=False):
    page = Page(chrome, width, height, dark)
    page.before(WATCH)
    page.open(exporter.url + "/")
    page.wait("location.href !== 'about:blank' && document.readyState === 'complete'")
    page.wait("document.getElementById('updated').textContent !== ''")
    return page


def quiet(page, exporter, what):
    """Nothing was asked of others, nothing went wrong."""
    asked = {request["request"]["url"] for request in page.heard("Network.requestWillBeSent")}
    equal(f"{what}: nothing is asked of anybody else", [url for url in asked if not url.startswith((exporter.url + "/", "data:"))], [])
    errors = page.heard("Runtime.exceptionThrown") + [
        entry["entry"]["text"] for entry in page.heard("Log.entryAdded") if entry["entry"]["level"] == "error"]
    equal(f"{what}: no error is told", errors, [])
    equal(f"{what}: its policy is kept", page.run("window.forbidden"), [])


def test_empty(chrome, exporter):
    page = open_page(chrome, exporter)
    check("without drops the page says so", page.wait("document.getElementById('drops-empty').textContent.startsWith('Nobody is told off now.')"))
    check("and without events", "No events yet" in page.run("document.getElementById('events-empty').textContent"))
    equal("the mode is told", page.run("document.getElementById('mode').innerText.trim()"), "Enforcing. What is told off is stopped.")
    check("and the daemon", "goawayd 0.1.0 · up 1h6m · uplink wan" == page.run("document.getElementById('facts').textContent"), page.run("document.getElementById('facts').textContent"))
    shoot(page, "empty")
    quiet(page, exporter, "empty")
    page.close()


def test_shown(chrome, exporter):
    daemon = exporter.daemon
    daemon.drops = [fake.drop(i) for i in range(12)] + [
        fake.drop(20, source="2001:db8::a", target="2001:db8:1::1", left_s=None, lifetime_s=None, packets=None, bytes=None, why=None)]
    daemon.happen(*[fake.event(i) for i in range(1, 30)])
    page = open_page(chrome, exporter)
    page.wait(f"{ROWS} === 13")
    cells = page.run("""[...document.querySelectorAll('#drops-table tbody tr')].map((row) =>
        [...row.cells].map((cell) => cell.innerText.trim()))""")
    check("a drop is shown whole", ["10.0.0.12", "192.0.2.12", "udp/123", "drop", "1m11s", "11", "ignored", "KoD DENY, offence 1, random"] in cells, cells)
    check("one that caught nothing is obeyed", ["10.0.0.1", "192.0.2.1", "udp/123", "drop", "1m", "0", "obeyed", "KoD DENY, offence 1, random"] in cells, cells)
    check("one without end or count, too", ["2001:db8::a", "2001:db8:1::1", "udp/123", "drop", "for ever", "–", "–", "–"] in cells, cells)
    figures = {name: page.run(f"document.getElementById('fig-{name}').textContent") for name in ("standing", "obeyed", "caught", "heard", "room")}
    equal("the figures add up", figures, {"standing": "13", "obeyed": "8 %", "caught": figures["caught"], "heard": "17", "room": "0.0 %"})
    page.wait("document.querySelectorAll('#events li').length === 29")
    equal("events are shown, the newest first", page.run("document.querySelector('#events li .text').textContent"), fake.event(29)["text"])
    equal("all of them", page.run("document.querySelectorAll('#events li').length"), 29)
    check("what was is not read out", page.run("document.getElementById('say').textContent") == "")
    check("counters are shown by kind", page.run("document.querySelectorAll('#counters section').length") == 5)
    shoot(page, "wide")
    quiet(page, exporter, "shown")
    check("nothing jumped", page.run("window.jumps") < 0.02, page.run("window.jumps"))
    return page


def test_sorting(page):
    keys = {"caught": lambda text: float(text.replace(",", "").replace("–", "-1")), "source": None, "left": None}
    values = [keys["caught"](text) for text in column(page, "caught")]
    equal("first comes what caught most", values, sorted(values, reverse=True))
    equal("as the heading tells", page.run("document.querySelector('th.c-caught').getAttribute('aria-sort')"), "descending")
    page.run("document.querySelector('th.c-source button').focus()")
    page.key("Enter")
    order = column(page, "source")
    check("addresses sort as numbers, IPv4 first", order.index("10.0.0.9") < order.index("10.0.0.12") < order.index("2001:db8::a"), order)
    equal("only one heading tells an order", page.run("[...document.querySelectorAll('[aria-sort]')].map((th) => th.className + th.getAttribute('aria-sort'))"), ["c-sourceascending"])
    page.key(" ")
    equal("once more turns it round", column(page, "source"), order[::-1])
    check("and is read out", page.wait("document.getElementById('say').textContent.includes('Sorted by Source, descending')", 6), page.run("document.getElementById('say').textContent"))
    page.run("document.querySelector('th.c-left button').focus()")
    page.key("Enter")
    equal("what has no end is longest", column(page, "left")[0], "for ever")
    focused = page.run("document.activeElement.textContent")
    again(page)
    equal("the focus stays where it is when all is asked anew", page.run("document.activeElement.textContent"), focused)


def test_filter(page):
    page.run("document.getElementById('filter').focus()")
    page.type("rate")
    equal("the filter leaves what has it", column(page, "why"), ["KoD RATE"] * 3)
    equal("and tells of how many", page.run("document.getElementById('drops-count').textContent"), "3 of 13")
    page.type("nothing like it")
    check("none is explained", page.run("document.getElementById('drops-empty').innerText").startswith("Nothing here has 'ratenothing like it' in it."))
    page.run("(() => { const f = document.getElementById('filter'); f.value = ''; f.dispatchEvent(new Event('input')); })()")


FOCUSED = """(() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
    return [e.id || e.ariaLabel || e.textContent.trim().slice(0, 24) || e.className, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2,
        b.width > 0 && b.height > 0 && b.bottom > 0 && b.top < innerHeight && b.left >= -1 && b.left < innerWidth]; })()"""


def test_keyboard(chrome, exporter):
    page = open_page(chrome, exporter)
    page.wait("document.querySelectorAll('#events li').length > 0")
    page.call("Page.bringToFront")
    seen, unseen = [], []
    for _ in range(60):
        page.key("Tab")
        name, outlined, visible = page.run(FOCUSED)
        if page.run("document.activeElement === document.body") or (seen and name == seen[0]):
            break
        seen.append(name)
        if not outlined or not visible:
            unseen.append((name, outlined, visible))
    equal("the keyboard gets everywhere, in the order of the page", seen[:13], [
        "Skip to who is told off", "filter", "The table, which scrolls", "Source", "Target", "Service", "Action", "Left", "↓Caught", "Obeyed", "Why",
        "The same as a table", "events-pause"])
    equal("down to its end", seen[-3:], ["Metrics", "State (JSON)", "Events (JSON)"])
    equal("where it is can be seen", unseen, [])
    page.run("document.querySelector('.skip').focus()")
    page.key("Enter")
    equal("the first link skips to the table", page.run("document.activeElement.id"), "drops")
    page.run("document.querySelector('summary').focus()")
    page.key("Enter")
    check("the chart is a table, too", page.wait("document.querySelector('#chart-table tbody').rows.length >= 1"))
    page.close()


def test_names(page):
    """As a screen reader finds it."""
    nodes = [node for node in page.call("Accessibility.getFullAXTree")["nodes"] if not node.get("ignored")]
    of = lambda role: [node["name"]["value"] for node in nodes if node["role"]["value"] == role]
    for role, name in (("banner", ""), ("main", ""), ("contentinfo", ""), ("navigation", "For programs"), ("searchbox", "Filter")):
        check(f"there is a {role} {name}", name in of(role), of(role))
    check("the table has its caption", any(name.startswith("Sources that are told off") for name in of("table")), of("table"))
    equal("its columns have headings", [name.strip() for name in of("columnheader")][:8],
          ["Source", "Target", "Service", "Action", "Left", "Caught", "Obeyed", "Why"])
    equal("its rows have headings", len([name for name in of("rowheader") if "." in name or ":" in name]), 13)
    check("the chart has words", any("sample" in name or "Drops over the last" in name for name in of("image") + of("img")), of("image"))
    nameless = [node["role"]["value"] for node in nodes if any(p["name"] == "focusable" and p["value"]["value"] for p in node.get("properties", []))
                and not node.get("name", {}).get("value") and node["role"]["value"] not in ("RootWebArea",)]
    equal("all that can be focused has a name", nameless, [])


def test_axe(page, what):
    path = software("axe-core", "package/axe.min.js")
    if not path:
        return skip(f"axe finds no fault: {what}", "no axe-core")
    with open(path, encoding="utf-8") as file:
        page.run("(() => {" + file.read() + "\n; window.axe = axe; })()") if not page.run("'axe' in window") else None
    found = page.run("""axe.run(document, {resultTypes: ["violations"]}).then((r) =>
        r.violations.map((v) => v.id + ": " + v.help + ": " + v.nodes.map((n) => n.html.slice(0, 100)).join(" ")))""")
    return equal(f"axe finds no fault: {what}", found, [])


def test_live(page, exporter):
    daemon = exporter.daemon
    check("events are live", page.wait("document.getElementById('events-state').textContent === 'live'"))
    daemon.drops = [fake.drop(40)] + daemon.drops
    daemon.happen(fake.event(50, kind="believed", text="believed this"))
    check("one that comes shows", page.wait("document.querySelector('#events li .text').textContent === 'believed this'"))
    check("and is read out", page.wait("document.getElementById('say').textContent === 'believed: believed this'", 6))
    page.run("document.getElementById('events-pause').focus()")
    page.key("Enter")
    equal("a pause is told", page.run("document.getElementById('events-pause').getAttribute('aria-pressed') + document.getElementById('events-pause').textContent"), "trueResume")
    daemon.happen(*[fake.event(51 + i, text=f"held {i}") for i in range(3)])
    check("it holds what comes", page.wait("document.getElementById('events-state').textContent === 'paused, 3 more'"))
    equal("back", page.run("document.querySelector('#events li .text').textContent"), "believed this")
    page.key("Enter")
    check("until it is over", page.wait("document.querySelector('#events li .text').textContent === 'held 2'"))
    daemon.happen(fake.event(60, kind="lifted", text="lifted: that, by goaway[1]"))
    check("none tells its kind twice", page.wait("document.querySelector('#events li p').textContent === 'lifted that, by goaway[1]'"))
    check("the table follows events", page.wait(f"{ROWS} === 14", 4))
    daemon.happen(*[fake.event(1000 + i, text=f"flood {i}") for i in range(1500)])
    check("of a flood the newest stay", page.wait("document.querySelector('#events li .text').textContent === 'flood 1499'"))
    check("200 at most", page.run("document.querySelectorAll('#events li').length") == 200)


def test_strangers(chrome, exporter):
    """All that is text of strangers, as hostile as can be."""
    daemon = exporter.daemon
    kept = daemon.drops, daemon.counters, daemon.status
    daemon.drops = [fake.drop(1, source=EVIL, target=EVIL, service=EVIL, why=EVIL), fake.drop(2, why="x" * 3000), fake.drop(3, source=5, target=None, packets="many", left_s=-1, lifetime_s=0)]
    daemon.counters = fake.counters() + [{"name": EVIL, "kind": "reason", "count": 7, "help": EVIL}]
    daemon.status = fake.status(version=EVIL, uplinks=[EVIL], room=EVIL, heard=EVIL)
    daemon.happen(fake.event(20000, text=EVIL, kind=EVIL, action=EVIL, time=EVIL), fake.event(20001, text=None), fake.event(20002, text={"a": [1]}))
    page = open_page(chrome, exporter)
    page.wait(f"{ROWS} === 3")
    page.wait("document.querySelectorAll('#events li').length >= 3")
    shown = page.run("document.body.textContent")
    check("it stands there as text, all of it", shown.count("<img src=x onerror=\"window.evil=1\">") >= 8, shown.count("<img src=x"))
    equal("and does nothing", page.run("[typeof window.evil, document.querySelectorAll('img, iframe, object, body script ~ script, [onerror]').length]"), ["undefined", 0])
    check("nor turns text round", page.run("!/[\\u202e\\u0007]/.test(document.body.textContent)"))
    check("nor breaks the page apart", page.run("document.documentElement.scrollWidth <= innerWidth"))
    threw = page.run("(() => { try { document.body.innerHTML = 'x'; return false; } catch (e) { return true; } })()")
    check("the browser would not take markup at all", threw)
    equal("nor a script", page.run("(() => { const s = document.createElement('script'); try { s.textContent = 'window.evil = 2'; document.body.append(s); } catch { } return typeof window.evil; })()"), "undefined")
    errors = page.heard("Runtime.exceptionThrown")
    equal("and the page's own script goes on", errors, [])
    page.close()
    daemon.drops, daemon.counters, daemon.status = kept


def test_modes(chrome, exporter):
    daemon = exporter.daemon
    daemon.status = fake.status(mode="observe")
    page = open_page(chrome, exporter, dark=True)
    check("observing is told", page.wait("document.getElementById('mode').innerText.startsWith('Only observing. Nothing is stopped')"))
    labels = page.run("[...document.querySelectorAll('dt, .key, #chart-table th, #chart')].map((e) => e.getAttribute('aria-label') || e.textContent).join('; ')")
    check("and no label claims that something is", "Packets caught" in labels and not re.search("stopped|dropped|policed", labels, re.I), labels)
    helps = page.run("[...document.querySelectorAll('#counters .help')].map((e) => e.textContent)")
    check("nor does a counter", not any(text.startswith("thrown away") for text in helps) and any("unless only observed" in text for text in helps), helps)
    equal("drops are told as what they are to do", page.run("document.getElementById('fig-standing-sub').textContent.replace(/[0-9]+/g, 'N')"), "N to drop, N to police")
    check("dark is dark", page.run("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).every((n) => n < 64)"))
    test_axe(page, "dark, observing")
    shoot(page, "dark-observing")
    daemon.status = fake.status()
    daemon.stop()
    check("a daemon that goes is told", later(page, "document.getElementById('mode').innerText.startsWith('goawayd does not answer.')"))
    check("with what to do", "start it" in page.run("document.getElementById('mode-text').textContent"))
    check("what is not known is not shown", page.run(ROWS) == 0 and "Not known" in page.run("document.getElementById('drops-empty').textContent"))
    test_axe(page, "dark, down")
    shoot(page, "dark-down")
    page.look(1280, 900)
    shoot(page, "down")
    daemon.start()
    check("one that comes back, too", later(page, "document.getElementById('mode').innerText.startsWith('Enforcing.')"))
    quiet_ok = [entry["entry"]["text"] for entry in page.heard("Log.entryAdded") if entry["entry"]["level"] == "error"]
    equal("without an error of its own", quiet_ok, [])
    page.close()


def test_busy(chrome, exporter):
    daemon = exporter.daemon
    daemon.drops = [fake.drop(i, packets=i * i) for i in range(900)]
    page = open_page(chrome, exporter)
    check("500 drops are shown", page.wait(f"{ROWS} === 500"))
    equal("and said to be not all", page.run("document.getElementById('drops-count').textContent"), "the first 500; 'goaway list' has all")
    took = page.run("""(() => { const before = performance.now(); document.querySelector('th.c-why button').click();
        document.body.offsetHeight; return performance.now() - before; })()""")
    check("sorting them is no wait, on a machine with much else to do", took < 5000, f"{took} ms")
    print(f"# sorting 500 rows, laid out: {took:.0f} ms")
    page.run("document.querySelector('.drops .scroll').scrollTop = 4000")
    again(page)
    equal("who has scrolled stays there", page.run("document.querySelector('.drops .scroll').scrollTop"), 4000)
    shoot(page, "busy")
    page.look(1280, 900, True)
    shoot(page, "dark-busy")
    page.close()


def test_narrow(chrome, exporter):
    daemon = exporter.daemon
    daemon.drops = [fake.drop(i) for i in range(12)] + [fake.drop(13, source="2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", target="2001:db8:1111:2222:3333:4444:5555:6666")]
    page = open_page(chrome, exporter, 360, 740)
    page.wait(f"{ROWS} === 13")
    check("360 px are wide enough", page.run("document.documentElement.scrollWidth <= innerWidth"))
    equal("for all in it, too", page.run("""[...document.querySelectorAll('main *')].filter((e) => !e.closest('.hidden, details:not([open])') && e.getBoundingClientRect().right > 361)
        .map((e) => e.tagName + '.' + e.className + ' ' + Math.round(e.getBoundingClientRect().right))"""), [])
    check("nothing jumped", page.run("window.jumps") < 0.05, page.run("window.jumps"))
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in nodes if not node.get("ignored")]
    check("cards are still a table's rows", roles.count("rowheader") >= 13 and roles.count("columnheader") >= 8, roles.count("rowheader"))
    page.run("document.querySelector('th.c-target button').click()")
    equal("which can be sorted", page.run("document.querySelector('th.c-target').getAttribute('aria-sort')"), "ascending")
    test_axe(page, "narrow")
    shoot(page, "narrow")
    page.look(360, 740, True)
    test_axe(page, "narrow, dark")
    page.close()


def test_many(chrome, exporter):
    """A ninth page gets its events all the same."""
    streams = []

    def taken():  # places of pages that are gone get free one by one
        stream = Stream(exporter)
        wait_for(lambda: stream.read()[0])
        (streams.append if stream.octets.startswith(b"HTTP/1.1 200") else lambda stream: stream.close())(stream)
        return len(streams) == 8
    wait_for(taken)
    page = open_page(chrome, exporter)
    check("a page that gets no stream asks again and again", page.wait("document.getElementById('events-state').textContent === 'every 5 s'"))
    check("and has events", page.wait("document.querySelectorAll('#events li').length >= 100"))
    exporter.daemon.happen(fake.event(30000, text="late"))
    check("new ones, too", page.wait("document.querySelector('#events li .text').textContent === 'late'", 8))
    for stream in streams:
        stream.close()
    page.close()


def main():
    browser = find()
    if not browser:
        skip_all("no Chromium")
    exporter, chrome = Exporter(EXPORTER), Chrome(browser)
    try:
        test_empty(chrome, exporter)
        page = test_shown(chrome, exporter)
        test_sorting(page)
        test_filter(page)
        test_keyboard(chrome, exporter)
        test_names(page)
        test_axe(page, "light")
        test_live(page, exporter)
        page.close()
        test_strangers(chrome, exporter)
        test_modes(chrome, exporter)
        test_busy(chrome, exporter)
        test_narrow(chrome, exporter)
        test_many(chrome, exporter)
    finally:
        chrome.close()
        exporter.stop()
    finish()


main()
