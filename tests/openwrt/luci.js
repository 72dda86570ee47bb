// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the LuCI page with stand-ins for LuCI, on what goaway(1) really printed:
//
//     node luci.js STATUS_VIEW STATUS_JSON DROPS_JSON
//
// and prints what the page shows, then presses the first button.
'use strict';
const fs = require('fs');
const [ view, status, drops ] = process.argv.slice(2);
const calls = [];
const answers = { status, drops };

class Node {
	constructor(name, attributes, children) {
		Object.assign(this, { name, attributes: attributes ?? {}, children: children ?? [] });
	}
	set textContent(text) { this.children = [ text ]; }
	text() {
		return [].concat(this.children).map((child) => child?.text ? child.text() : child ?? '').join(' ');
	}
	find(name) {
		if (this.name == name)
			return this;
		for (const child of [].concat(this.children)) {
			const found = child?.find?.(name);
			if (found)
				return found;
		}
	}
}

function E(name, attributes, children) {
	if (attributes?.constructor !== Object)
		[ attributes, children ] = [ {}, attributes ];
	return new Node(name, attributes, children);
}

const stubs = {
	E,
	_: (text) => text,
	L: { resolveDefault: (promise, fallback) => Promise.resolve(promise).catch(() => fallback) },
	rpc: {
		declare: ({ object, method, params }) => (...given) => {
			calls.push([ object, method, ...given ].join(' '));
			if (given.length != (params ?? []).length)
				throw new Error(method + ' takes ' + params);
			const file = answers[method];
			// as rpcd answers: what the program printed; an error where that is no JSON
			return new Promise((resolve) => resolve(file ? JSON.parse(fs.readFileSync(file)) : { done: 'lifted' }));
		}
	},
	poll: { add: (call, seconds) => calls.push('poll every ' + seconds + ' s') },
	ui: { createHandlerFn: (self, call) => call, addNotification: (title, body) => calls.push(body.text()) },
	view: { extend: (page) => page },
	cbi_update_table: (table, rows, placeholder) => {
		table.rows = rows;
		table.children = [].concat(table.children[0], rows.length
			? rows.map((row) => E('tr', row.map((cell) => E('td', [ cell ])))) : [ placeholder ]);
	}
};

(async () => {
	const page = new Function(...Object.keys(stubs), fs.readFileSync(view, 'utf8'))(...Object.values(stubs));
	await page.load();
	const tree = page.render();
	console.log(tree.text());
	await tree.find('button')?.attributes.click();
	console.log(calls.join('\n'));
})().catch((error) => {
	console.error(error);
	process.exit(1);
});
