// SPDX-License-Identifier: GPL-2.0-or-later
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
		const cell = make("th", {scope: "col", className: `c-${column.name}` + (column.num ? " num" : ""), role: "columnheader"}, button);
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
	for (const column of columns) {
		const head = column.name === "source";
		const cell = make(head ? "th" : "td", {className: `c-${column.name}` + (column.num ? " num" : ""), role: head ? "rowheader" : "cell"});
		if (head) cell.scope = "row";
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
