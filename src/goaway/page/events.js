// SPDX-License-Identifier: GPL-2.0-or-later
const waiting = [];
let paused = false, flushing = 0, eventsKnown = false;

function eventItem(event, fresh) {
	const when = new Date(text(event.time));
	const time = make("time", {textContent: Number.isNaN(when.valueOf()) ? "–" : clock.format(when)});
	time.dateTime = text(event.time);
	time.title = text(event.time);
	const kind = text(event.kind), said = text(event.text);
	const tone = {installed: event.action === "police" ? "police" : "drop", released: "released", lifted: "released",
		expired: event.obeyed === false ? "ignored" : "plain", refused: "refused", evicted: "evicted"}[kind] || "plain";
	return make("li", {className: fresh ? "fresh" : ""}, time,
		make("p", {}, make("span", {className: `word ${tone}`, textContent: kind}), " ",
			make("span", {className: "text", textContent: said.startsWith(`${kind}: `) ? said.slice(kind.length + 2) : said})));
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
		// Closed for good: as many follow as may. Ask for them now, and for a stream again later.
		if (source.readyState !== EventSource.CLOSED) return;
		poll();
		setTimeout(listen, EVERY_MS);
	});
}

async function poll() {
	const first = !eventsKnown;
	try {
		const answer = await fetch("/api/events", {signal: AbortSignal.timeout(PATIENCE_MS)});
		for (const entry of list((await answer.json()).events)) take(text(entry.at), JSON.stringify(entry.event), !first);
	} catch { /* the next time tells */ }
}
