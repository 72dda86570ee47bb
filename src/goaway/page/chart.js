// SPDX-License-Identifier: GPL-2.0-or-later
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
	return `${clock.format(new Date(s.time * 1000))}: ${count(s.dropped)} to drop, ${count(s.policed)} to police, ${plural(s.stopped, "packet", "packets")} caught`;
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
		const at = (i) => [shape.x(run[i].time).toFixed(1), shape.y(low(run[i])).toFixed(1)];
		let back = `L${at(run.length - 1)}`;
		for (let i = run.length - 2; i >= 0; i--) back += `V${at(i)[1]}H${at(i)[0]}`;
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
	svg.setAttribute("aria-label", `Drops over the last ${duration(shape.end - samples[0].time)}: ${count(totals.at(-1))} now, ${count(Math.min(...totals))} at least, ${count(Math.max(...totals))} at most; ${plural(samples.reduce((sum, s) => sum + s.stopped, 0), "packet", "packets")} caught.`);
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
