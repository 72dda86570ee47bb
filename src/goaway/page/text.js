// SPDX-License-Identifier: GPL-2.0-or-later
// All that comes from the daemon is text of strangers: it goes into textContent, nowhere else.
const EVERY_MS = 5000, PATIENCE_MS = 8000, EVENTS_KEPT = 200, SAY_EVERY_MS = 4000;
const $ = (id) => document.getElementById(id);
const grouped = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23"});
const hours = new Intl.DateTimeFormat(undefined, {hour: "2-digit", minute: "2-digit", hourCycle: "h23"});

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
const count = (value) => isNumber(value) ? grouped.format(value) : "–";
const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many}`;
const list = (value) => Array.isArray(value) ? value : [];
// What would turn text round, or hide in it, is shown as what it is: no letter.
const text = (value) => value === null || value === undefined ? "" :
	String(value).replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, "\ufffd");

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
