// SPDX-License-Identifier: GPL-2.0-or-later
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
