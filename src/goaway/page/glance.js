// SPDX-License-Identifier: GPL-2.0-or-later
function showFigures(state) {
	const all = drops.length, policed = drops.filter((d) => d.action === "police").length;
	const counted = drops.filter((d) => isNumber(d.packets));
	const quiet = counted.filter((d) => d.packets === 0).length;
	const counters = new Map(list(state.counters).map((c) => [`${c.kind} ${c.name}`, c]));
	const caught = ["dropped", "policed"].map((name) => (counters.get(`kernel ${name}`) || {}).packets).filter(isNumber);
	const newest = list(state.history).at(-1), oldest = list(state.history)[0];
	const room = state.status && state.status.room || {};
	const part = isNumber(room.used) && room.size > 0 ? 100 * room.used / room.size : NaN;
	const figure = (name, value, sub) => {
		put($(`fig-${name}`), value);
		put($(`fig-${name}-sub`), sub || "\u00a0");
	};
	figure("standing", known ? count(all) + (dropsMore ? "+" : "") : "–",
		known && all ? `${count(all - policed)} to drop, ${count(policed)} to police` : "");
	figure("obeyed", known && counted.length ? `${Math.round(100 * quiet / counted.length)} %` : "–",
		known && counted.length ? `${count(quiet)} of ${count(counted.length)} quiet since` : "");
	figure("caught", caught.length ? count(caught.reduce((a, b) => a + b, 0)) : "–",
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

// ---- counters ----

const kinds = [["reason", "Why signals were not believed"], ["outcome", "What became of orders"],
	["result", "What complainants were answered"], ["kernel", "Packets, as the kernel saw them"], ["daemon", "The daemon"]];
const groups = new Map();

function counterRows(entries, table) {
	const body = table.tBodies[0];
	while (body.rows.length > entries.length) body.lastElementChild.remove();
	entries.forEach((entry, i) => {
		const row = body.rows[i] || body.appendChild(make("tr", {role: "row"}, make("th", {scope: "row", role: "rowheader"}),
			make("td", {className: "num", role: "cell"}), make("td", {className: "help", role: "cell"})));
		put(row.cells[0], text(entry.name).replaceAll("_", " "));
		put(row.cells[1], count(isNumber(entry.packets) ? entry.packets : entry.count));
		row.cells[1].title = isNumber(entry.bytes) ? plural(entry.bytes, "octet", "octets") : "";
		put(row.cells[2], text(entry.help));
	});
}

function counterGroup(kind, title) {
	const table = (name) => make("table", {role: "table", "aria-label": name}, make("tbody", {role: "rowgroup"}));
	const group = {node: make("section"), some: table(title), none: table(`${title}: those that are 0`),
		more: make("summary"), details: make("details")};
	group.details.append(group.more, group.none);
	group.node.append(make("h3", {textContent: title}), group.some, group.details);
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
