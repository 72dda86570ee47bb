// SPDX-License-Identifier: GPL-2.0-or-later
// All that comes from the daemon is text of strangers: it goes into textContent, nowhere else.
(() => {
"use strict";

const EVERY_MS = 5000, PATIENCE_MS = 8000, EVENTS_KEPT = 200, SAY_EVERY_MS = 4000;
const $ = (id) => document.getElementById(id);
const grouped = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23"});
const hours = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit", hourCycle: "h23"});

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
const count = (value) => isNumber(value) ? grouped.format(value) : "–";
const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many}`;
const list = (value) => Array.isArray(value) ? value : [];
const text = (value) => value === null || value === undefined ? "" : String(value);

// As goaway(1) and nft print them; the two largest parts.
function duration(seconds) {
	if (!isNumber(seconds)) return "–";
	const parts = [];
	let rest = Math.max(0, Math.floor(seconds));
	for (const [letter, size] of [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]]) {
		const n = Math.floor(rest / size);
		rest -= n * size;
		if (n > 0 || (letter === "s" && parts.length === 0)) parts.push(n + letter);
		else if (parts.length > 0) break;
		if (parts.length === 2) break;
	}
	return parts.join("");
}

function put(node, value) {
	if (node.textContent !== value) node.textContent = value;
}

function make(name, properties, ...children) {
	const node = document.createElement(name);
	for (const [key, value] of Object.entries(properties || {})) {
		if (key in node) node[key] = value;
		else node.setAttribute(key, value);
	}
	node.append(...children);
	return node;
}

// ---- to the ears: at most one sentence in SAY_EVERY_MS, the newest ----

let saying = 0, unsaid = "";
function say(sentence) {
	unsaid = sentence;
	if (saying) return;
	put($("say"), unsaid);
	unsaid = "";
	saying = setTimeout(() => {
		saying = 0;
		if (unsaid) say(unsaid);
	}, SAY_EVERY_MS);
}

// ---- the table ----

// What became of it: a source that sends nothing more has obeyed.
function obeyed(drop) {
	if (!isNumber(drop.packets)) return {word: "–", tone: "plain", order: 0};
	if (drop.packets > 0) return {word: "ignored", tone: "ignored", order: 2};
	return {word: "obeyed", tone: "obeyed", order: 1};
}

const actions = {drop: "drop", police: "police"};

// Addresses in the order of their numbers, IPv4 first.
function addressOrder(address) {
	if (!address.includes(":"))
		return "4" + address.split(".").map((octet) => octet.padStart(3, "0")).join("");
	const [head, tail] = address.split("::").map((half) => half ? half.split(":") : []);
	const zeros = tail ? Array(Math.max(0, 8 - head.length - tail.length)).fill("0") : [];
	return "6" + [...head, ...zeros, ...(tail || [])].map((group) => group.padStart(4, "0")).join("");
}

const forever = Number.MAX_SAFE_INTEGER;
const columns = [
	{name: "source", title: "Source", order: (d) => addressOrder(text(d.source))},
	{name: "target", title: "Target", order: (d) => addressOrder(text(d.target))},
	{name: "service", title: "Service", order: (d) => text(d.service)},
	{name: "action", title: "Action", order: (d) => text(d.action)},
	{name: "left", title: "Left", num: true, order: (d) => isNumber(d.left_s) ? d.left_s : forever},
	{name: "caught", title: "Caught", num: true, order: (d) => isNumber(d.packets) ? d.packets : -1},
	{name: "obeyed", title: "Obeyed", order: (d) => obeyed(d).order},
	{name: "why", title: "Why", order: (d) => text(d.why)},
];
const sorted = {column: columns[5], down: true};
const rows = new Map();
let drops = [], dropsMore = false, known = false, downBecause = "";

function compare(a, b) {
	const x = sorted.column.order(a), y = sorted.column.order(b);
	const way = x < y ? -1 : x > y ? 1 : 0;
	return sorted.down ? -way : way;
}

function buildHead() {
	const row = document.querySelector("#drops-table thead tr");
	for (const column of columns) {
		const mark = make("span", {className: "mark", "aria-hidden": "true"});
		const button = make("button", {type: "button"}, ...(column.num ? [mark, column.title] : [column.title, mark]));
		const cell = make("th", {scope: "col", className: `c-${column.name}` + (column.num ? " num" : "")}, button);
		cell.setAttribute("role", "columnheader");
		button.addEventListener("click", () => {
			sorted.down = sorted.column === column ? !sorted.down : Boolean(column.num);
			sorted.column = column;
			showDrops();
			say(`Sorted by ${column.title}, ${sorted.down ? "descending" : "ascending"}.`);
		});
		column.cell = cell;
		column.mark = mark;
		row.append(cell);
	}
	// Cards of a narrow screen are no table to a browser; these keep it one.
	for (const [selector, role] of [["table", "table"], ["thead, tbody", "rowgroup"], ["tr", "row"]])
		for (const node of document.querySelectorAll(`#drops ${selector}`)) node.setAttribute("role", role);
}

function makeRow() {
	const row = make("tr", {role: "row"});
	const cells = {};
	row.setAttribute("role", "row");
	for (const column of columns) {
		const head = column.name === "source";
		const cell = make(head ? "th" : "td", {className: `c-${column.name}` + (column.num ? " num" : "")});
		if (head) cell.scope = "row";
		cell.setAttribute("role", head ? "rowheader" : "cell");
		cells[column.name] = cell;
		row.append(cell);
	}
	for (const name of ["action", "obeyed"]) cells[name].append(make("span", {className: "word"}));
	cells.left.append(make("span"), make("span", {className: "rest", "aria-hidden": "true"}, make("i")));
	return {row, cells};
}

function fillRow({cells}, drop) {
	const kept = obeyed(drop), action = cells.action.firstChild, word = cells.obeyed.firstChild;
	const limit = isNumber(drop.rate) ? `${count(drop.rate)} a minute, ${count(drop.burst)} at once` : "";
	put(cells.source, text(drop.source));
	put(cells.target, text(drop.target));
	put(cells.service, text(drop.service));
	put(action, text(drop.action));
	action.className = `word ${actions[drop.action] || "plain"}`;
	cells.action.title = limit;
	put(cells.left.firstChild, isNumber(drop.left_s) ? duration(drop.left_s) : "for ever");
	const part = isNumber(drop.left_s) && drop.lifetime_s > 0 ? Math.min(1, drop.left_s / drop.lifetime_s) : 1;
	cells.left.lastChild.firstChild.style.width = `${(part * 100).toFixed(1)}%`;
	put(cells.caught, count(drop.packets));
	cells.caught.title = isNumber(drop.bytes) ? plural(drop.bytes, "octet", "octets") : "this kernel does not count them";
	put(word, kept.word);
	word.className = `word ${kept.tone}`;
	put(cells.why, text(drop.why) || "–");
}

function matches(drop, wanted) {
	return [drop.source, drop.target, drop.service, drop.action, drop.why, obeyed(drop).word]
		.some((value) => text(value).toLowerCase().includes(wanted));
}

function emptyWords(wanted) {
	if (!known)
		return downBecause ?
			["Not known while goawayd does not answer.", "What stands in the kernel goes on until it ends; 'goaway list' on the router reads it there."] :
			["Asking goawayd.", ""];
	if (wanted && drops.length)
		return [`Nothing here has '${wanted}' in it.`, "Clear the filter to see all."];
	return ["Nobody is told off now.",
		"A source shows up here once a server's Kiss-o'-Death, or a host's ICMP Go Away, about it has been proven. 'goaway explain SOURCE TARGET' tells what is known of a pair, and what would be needed."];
}

function showDrops() {
	const wanted = $("filter").value.trim().toLowerCase();
	const shown = drops.filter((drop) => !wanted || matches(drop, wanted)).sort(compare);
	const body = document.querySelector("#drops-table tbody");
	const used = new Set();
	let at = body.firstElementChild;
	for (const drop of shown) {
		const key = [drop.source, drop.target, drop.service, drop.action].join(" ");
		if (used.has(key)) continue;
		used.add(key);
		if (!rows.has(key)) rows.set(key, makeRow());
		const entry = rows.get(key);
		fillRow(entry, drop);
		if (entry.row === at) at = at.nextElementSibling;
		else body.insertBefore(entry.row, at);
	}
	for (const [key, entry] of rows) {
		if (used.has(key)) continue;
		entry.row.remove();
		rows.delete(key);
	}
	for (const column of columns) {
		const is = column === sorted.column;
		put(column.mark, is ? (sorted.down ? "↓" : "↑") : "");
		if (is) column.cell.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
		else column.cell.removeAttribute("aria-sort");
	}
	const [first, second] = emptyWords(wanted);
	$("drops-empty").hidden = used.size > 0;
	put($("drops-empty").firstElementChild, first);
	put($("drops-empty").lastElementChild, second);
	put($("drops-count"), !known ? "" : used.size < drops.length ? `${count(used.size)} of ${count(drops.length)}` :
		dropsMore ? `the first ${count(drops.length)}; 'goaway list' has all` : "");
}

// ---- figures ----

function showFigures(state) {
	const all = drops.length, policed = drops.filter((d) => d.action === "police").length;
	const counted = drops.filter((d) => isNumber(d.packets));
	const quiet = counted.filter((d) => d.packets === 0).length;
	const counters = new Map(list(state.counters).map((c) => [`${c.kind} ${c.name}`, c]));
	const stopped = ["dropped", "policed"].map((name) => (counters.get(`kernel ${name}`) || {}).packets).filter(isNumber);
	const newest = list(state.history).at(-1), oldest = list(state.history)[0];
	const room = state.status && state.status.room || {};
	const part = isNumber(room.used) && room.size > 0 ? 100 * room.used / room.size : NaN;
	const figure = (name, value, sub) => {
		put($(`fig-${name}`), value);
		put($(`fig-${name}-sub`), sub || "\u00a0");
	};
	figure("standing", known ? count(all) + (dropsMore ? "+" : "") : "–",
		known && all ? `${count(all - policed)} dropped, ${count(policed)} policed` : "");
	figure("obeyed", known && counted.length ? `${Math.round(100 * quiet / counted.length)} %` : "–",
		known && counted.length ? `${count(quiet)} of ${count(counted.length)} quiet since` : "");
	figure("caught", stopped.length ? count(stopped.reduce((a, b) => a + b, 0)) : "–",
		newest && oldest && newest !== oldest && newest.caught >= oldest.caught ?
			`${count(newest.caught - oldest.caught)} in ${duration(newest.time - oldest.time)}` : "");
	figure("heard", known ? count(state.status.heard) : "–",
		known && isNumber(state.status.events_total) ? plural(state.status.events_total, "event", "events") : "");
	figure("room", isNumber(part) ? `${part.toFixed(part < 10 ? 1 : 0)} %` : "–",
		isNumber(part) ? `${count(room.used)} of ${count(room.size)} places` : "");
}

// ---- mode ----

function showMode(state) {
	const status = state.status || {};
	const mode = !state.up ? "down" : status.mode === "observe" ? "observe" : "enforce";
	const words = {
		enforce: ["Enforcing.", "What is told off is stopped."],
		observe: ["Only observing.", "Nothing is stopped: this is what would be. 'goaway mode enforce' changes that until the next reload."],
		down: ["goawayd does not answer.", text(state.error) || "Trying again."],
	}[mode];
	$("mode").dataset.mode = mode;
	put($("mode-word"), words[0]);
	put($("mode-text"), words[1]);
	document.title = mode === "enforce" ? "goaway" : mode === "observe" ? "goaway (observing)" : "goaway (down)";
	const uplinks = list(status.uplinks).map(text);
	put($("facts"), !state.up ? "" : [
		`goawayd ${text(status.version)}`,
		isNumber(status.since_s) ? `up ${duration(status.since_s)}` : "",
		uplinks.length ? `${uplinks.length === 1 ? "uplink" : "uplinks"} ${uplinks.join(", ")}` : "no uplink",
	].filter(Boolean).join(" · "));
}

// ---- the chart ----

const SVG = "http://www.w3.org/2000/svg";
let samples = [], spacing = 15;

function draw(parent, name, attributes, content) {
	const node = document.createElementNS(SVG, name);
	for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
	if (content !== undefined) node.textContent = content;
	parent.append(node);
	return node;
}

function niceTop(most) {
	if (most <= 4) return 4;
	const power = 10 ** Math.floor(Math.log10(most));
	return [1, 2, 4, 6, 8, 10].map((n) => n * power).find((n) => n >= most);
}

function readSamples(state) {
	spacing = isNumber(state.history_every_s) ? state.history_every_s : spacing;
	samples = list(state.history).filter((s) => [s.time, s.dropped, s.policed, s.caught].every(isNumber))
		.map((s, i, all) => ({...s, gap: i === 0 || s.time - all[i - 1].time > 2.5 * spacing,
			stopped: i === 0 ? 0 : Math.max(0, s.caught - all[i - 1].caught)}));
}

function sampleWords(s) {
	return `${clock.format(new Date(s.time * 1000))}: ${count(s.dropped)} dropped, ${count(s.policed)} policed, ${plural(s.stopped, "packet", "packets")} stopped`;
}

function chartShape(width, height) {
	const left = 34, right = width - 34, top = 8, middle = Math.round(height * .62), bottom = height - 18;
	const end = samples.at(-1).time, begin = Math.min(samples[0].time, end - 20 * spacing);
	const most = niceTop(Math.max(...samples.map((s) => s.dropped + s.policed)));
	const mostStopped = niceTop(Math.max(...samples.map((s) => s.stopped)));
	return {
		left, right, top, middle, bottom, begin, end, most, mostStopped,
		x: (time) => left + (right - left) * (time - begin) / (end - begin),
		y: (n) => middle - (middle - top) * n / most,
		bar: (n) => (bottom - middle - 12) * n / mostStopped,
	};
}

// Stacked: what is dropped below, what is policed on it. Values hold until the next sample.
function drawSteps(svg, shape, name, low, high) {
	let line = "", area = "";
	const runs = [];
	for (const s of samples) {
		if (s.gap) runs.push([]);
		runs.at(-1).push(s);
	}
	for (const run of runs) {
		const step = (of) => run.map((s, i) => `${i ? `H${shape.x(s.time).toFixed(1)}` : ""}${i ? "V" : `${shape.x(s.time).toFixed(1)},`}${shape.y(of(s)).toFixed(1)}`).join("");
		const back = [...run].reverse().map((s, i) => `${i ? "V" : `L${shape.x(s.time).toFixed(1)},`}${shape.y(low(s)).toFixed(1)}${i < run.length - 1 ? `H${shape.x(s.time).toFixed(1)}` : ""}`).join("");
		line += `M${step(high)}`;
		area += `M${step(high)}${back}Z`;
	}
	draw(svg, "path", {class: `area-${name}`, d: area});
	draw(svg, "path", {class: `line ${name}`, d: line});
}

function drawAxes(svg, shape) {
	for (const n of [0, shape.most / 2, shape.most]) {
		draw(svg, "line", {class: "grid", x1: shape.left, x2: shape.right, y1: shape.y(n), y2: shape.y(n)});
		draw(svg, "text", {x: shape.left - 6, y: shape.y(n) + 4, "text-anchor": "end"}, count(n));
	}
	draw(svg, "line", {class: "grid", x1: shape.left, x2: shape.right, y1: shape.bottom, y2: shape.bottom});
	draw(svg, "text", {x: shape.right + 6, y: shape.bottom - shape.bar(shape.mostStopped) + 8}, compact(shape.mostStopped));
	const places = [[shape.begin, "start"], [(shape.begin + shape.end) / 2, "middle"], [shape.end, "end"]];
	for (const [time, anchor] of places)
		draw(svg, "text", {x: shape.x(time), y: shape.bottom + 14, "text-anchor": anchor}, hours.format(new Date(time * 1000)));
}

const compact = (n) => new Intl.NumberFormat("en", {notation: "compact"}).format(n);

function showChart() {
	const svg = $("chart"), width = svg.clientWidth, height = svg.clientHeight;
	svg.replaceChildren();
	if (samples.length < 2 || width < 120) {
		const words = samples.length ? "One sample so far; a line needs two." : "No samples yet.";
		svg.setAttribute("aria-label", words);
		draw(svg, "text", {x: width / 2, y: height / 2, "text-anchor": "middle"}, words);
		return;
	}
	const shape = chartShape(width, height), totals = samples.map((s) => s.dropped + s.policed);
	drawAxes(svg, shape);
	const wide = Math.max(1, (shape.right - shape.left) * spacing / (shape.end - shape.begin) - 1);
	for (const s of samples)
		if (s.stopped > 0)
			draw(svg, "rect", {class: "bar", x: shape.x(s.time) - wide, width: wide,
				y: shape.bottom - Math.max(1, shape.bar(s.stopped)), height: Math.max(1, shape.bar(s.stopped))});
	drawSteps(svg, shape, "drop", () => 0, (s) => s.dropped);
	drawSteps(svg, shape, "police", (s) => s.dropped, (s) => s.dropped + s.policed);
	svg.setAttribute("aria-label", `Drops over the last ${duration(shape.end - samples[0].time)}: ${count(totals.at(-1))} now, ${count(Math.min(...totals))} at least, ${count(Math.max(...totals))} at most; ${plural(samples.reduce((sum, s) => sum + s.stopped, 0), "packet", "packets")} stopped.`);
	svg.shape = shape;
}

function pointAt(event) {
	const svg = $("chart"), shape = svg.shape;
	for (const old of svg.querySelectorAll(".cursor")) old.remove();
	if (!event || !shape || samples.length < 2) {
		put($("chart-read"), samples.length ? sampleWords(samples.at(-1)) : "\u00a0");
		return;
	}
	const x = event.clientX - svg.getBoundingClientRect().left;
	const near = samples.reduce((a, b) => Math.abs(shape.x(b.time) - x) < Math.abs(shape.x(a.time) - x) ? b : a);
	draw(svg, "line", {class: "cursor", x1: shape.x(near.time), x2: shape.x(near.time), y1: shape.top, y2: shape.bottom});
	put($("chart-read"), sampleWords(near));
}

function showChartTable() {
	if (!$("chart-table").closest("details").open) return;
	$("chart-table").tBodies[0].replaceChildren(...[...samples].reverse().map((s) => make("tr", {},
		make("td", {textContent: clock.format(new Date(s.time * 1000))}),
		...[s.dropped, s.policed, s.stopped].map((n) => make("td", {className: "num", textContent: count(n)})))));
}

// ---- events ----

const waiting = [];
let paused = false, flushing = 0, eventsKnown = false;

function eventItem(event, fresh) {
	const when = new Date(text(event.time));
	const time = make("time", {textContent: Number.isNaN(when.valueOf()) ? "–" : clock.format(when)});
	time.dateTime = text(event.time);
	time.title = text(event.time);
	const kind = text(event.kind);
	const tone = {installed: event.action === "police" ? "police" : "drop", released: "released", lifted: "released",
		expired: event.obeyed === false ? "ignored" : "plain", refused: "refused", evicted: "evicted"}[kind] || "plain";
	return make("li", {className: fresh ? "fresh" : ""}, time,
		make("p", {}, make("span", {className: `word ${tone}`, textContent: kind}), " ",
			make("span", {className: "text", textContent: text(event.text)})));
}

function flushEvents() {
	flushing = 0;
	if (paused || waiting.length === 0) return showEventsState();
	const fresh = waiting.filter((entry) => entry.fresh).map((entry) => entry.event);
	const box = $("events").parentElement, before = box.scrollHeight, top = box.scrollTop;
	$("events").prepend(...waiting.splice(0).slice(-EVENTS_KEPT).reverse().map(({event, fresh}) => eventItem(event, fresh)));
	while ($("events").childElementCount > EVENTS_KEPT) $("events").lastElementChild.remove();
	// Who reads further down keeps his place.
	if (top > 0) box.scrollTop = top + box.scrollHeight - before;
	if (fresh.length === 1) say(`${text(fresh[0].kind)}: ${text(fresh[0].text)}`);
	else if (fresh.length) say(`${fresh.length} new events, the last one ${text(fresh.at(-1).kind)}: ${text(fresh.at(-1).text)}`);
	showEventsState();
}

function addEvent(event, fresh) {
	eventsKnown = true;
	waiting.push({event, fresh});
	if (waiting.length > EVENTS_KEPT) waiting.shift();
	if (!flushing) flushing = setTimeout(flushEvents, 250);
	if (fresh && !["believed", "client", "probe"].includes(event.kind)) soon();
}

function showEventsState() {
	$("events-empty").hidden = $("events").childElementCount > 0;
	put($("events-empty").lastElementChild, downBecause ? "They come from goawayd, which does not answer." :
		"What is believed, installed, lifted or ends shows here as it happens.");
	put($("events-state"), paused ? (waiting.length ? `paused, ${count(waiting.length)} more` : "paused") : downBecause ? "none while goawayd does not answer" : streaming ? "live" : "every 5 s");
	put($("events-pause"), paused ? "Resume" : "Pause");
	$("events-pause").setAttribute("aria-pressed", String(paused));
}

// The stream begins with what was; only what is newer than this page is news.
let streaming = false, newest = "";
const newer = (id) => {
	const [a, b] = id.split(".").map(Number), [c, d] = newest.split(".").map(Number);
	return !newest || a > c || (a === c && b > d);
};

function take(id, json, fresh) {
	if (!newer(id)) return;
	let event;
	try { event = JSON.parse(json); } catch { return; }
	newest = id;
	addEvent(event, fresh);
}

function listen() {
	const source = new EventSource("/events");
	let caughtUp = false;
	source.addEventListener("open", () => { streaming = true; showEventsState(); });
	source.addEventListener("caught-up", () => { caughtUp = true; });
	source.addEventListener("state", () => soon());
	source.addEventListener("message", (message) => take(message.lastEventId, message.data, caughtUp));
	source.addEventListener("error", () => {
		streaming = false;
		showEventsState();
		// Closed for good: there are as many streams as there may be. Ask again and again instead.
		if (source.readyState === EventSource.CLOSED) poll();
	});
}

async function poll() {
	for (;;) {
		try {
			const answer = await fetch("/api/events", {signal: AbortSignal.timeout(PATIENCE_MS)});
			const first = !eventsKnown;
			for (const entry of list((await answer.json()).events)) take(text(entry.at), JSON.stringify(entry.event), !first);
		} catch { /* the next round tells */ }
		await new Promise((done) => setTimeout(done, EVERY_MS));
	}
}

// ---- counters ----

const kinds = [["reason", "Why signals were not believed"], ["outcome", "What became of orders"],
	["result", "What complainants were answered"], ["kernel", "Packets, as the kernel saw them"], ["daemon", "The daemon"]];
const groups = new Map();

function counterRows(entries, table) {
	const body = table.tBodies[0];
	while (body.rows.length > entries.length) body.lastElementChild.remove();
	entries.forEach((entry, i) => {
		const row = body.rows[i] || body.appendChild(make("tr", {}, make("th", {scope: "row"}), make("td", {className: "num"}), make("td", {className: "help"})));
		put(row.cells[0], text(entry.name).replaceAll("_", " "));
		put(row.cells[1], count(isNumber(entry.packets) ? entry.packets : entry.count));
		row.cells[1].title = isNumber(entry.bytes) ? plural(entry.bytes, "octet", "octets") : "";
		put(row.cells[2], text(entry.help));
	});
}

function counterGroup(kind, title) {
	const table = (caption) => make("table", {}, make("caption", {className: "hidden", textContent: caption}), make("tbody"));
	const group = {node: make("section", {}, make("h3", {textContent: title})), some: table(title), none: table(`${title}, those that are 0`),
		more: make("summary"), details: make("details")};
	group.details.append(group.more, group.none);
	group.node.append(group.some, group.details);
	groups.set(kind, group);
	return group;
}

function showCounters(state) {
	const all = list(state.counters);
	$("counters-empty").hidden = all.length > 0;
	$("counters").hidden = all.length === 0;
	for (const [kind, title] of kinds) {
		const of = all.filter((c) => c.kind === kind);
		const value = (c) => isNumber(c.packets) ? c.packets : c.count;
		if (!of.length && !groups.has(kind)) continue;
		if (!groups.has(kind)) $("counters").append(counterGroup(kind, title).node);
		const group = groups.get(kind), some = of.filter((c) => value(c) > 0).sort((a, b) => value(b) - value(a));
		const none = of.filter((c) => !(value(c) > 0));
		counterRows(some, group.some);
		counterRows(none, group.none);
		put(group.more, some.length ? `${plural(none.length, "other is", "others are")} 0` : `all ${count(none.length)} are 0`);
		group.details.hidden = none.length === 0;
	}
}

// ---- asking ----

let timer = 0, asking = false, again = false, wasUp = null;

function show(state) {
	known = state.up === true;
	downBecause = known ? "" : text(state.error) || "it does not answer";
	drops = known ? list(state.drops) : [];
	dropsMore = state.drops_more === true;
	readSamples(state);
	showMode(state);
	showFigures(state);
	showDrops();
	showChart();
	pointAt(null);
	showChartTable();
	showCounters(state);
	showEventsState();
	if (wasUp !== null && wasUp !== known) say(known ? "goawayd answers again." : "goawayd does not answer.");
	wasUp = known;
	put($("updated"), `as of ${clock.format(new Date())}`);
}

async function refresh() {
	clearTimeout(timer);
	if (asking) { again = true; return; }
	asking = true;
	try {
		const answer = await fetch("/api/state", {signal: AbortSignal.timeout(PATIENCE_MS)});
		if (!answer.ok) throw new Error(`it says ${answer.status}`);
		show(await answer.json());
	} catch (error) {
		show({up: false, error: `The exporter does not answer either (${error.name === "Error" ? error.message : error.name}). Trying again.`, history: samples});
	}
	asking = false;
	timer = setTimeout(refresh, again ? 1000 : EVERY_MS);
	again = false;
}

let hurried = 0;
function soon() {
	if (hurried || document.hidden) return;
	hurried = setTimeout(() => { hurried = 0; refresh(); }, 700);
}

buildHead();
showDrops();
showEventsState();
$("filter").addEventListener("input", showDrops);
$("events-pause").addEventListener("click", () => { paused = !paused; flushEvents(); });
$("chart").addEventListener("pointermove", pointAt);
$("chart").addEventListener("pointerleave", () => pointAt(null));
$("chart-table").closest("details").addEventListener("toggle", showChartTable);
new ResizeObserver(showChart).observe($("chart"));
document.addEventListener("visibilitychange", () => document.hidden ? clearTimeout(timer) : refresh());
refresh();
listen();
})();
