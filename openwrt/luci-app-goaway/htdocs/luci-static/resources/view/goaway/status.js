// SPDX-License-Identifier: GPL-2.0-or-later
'use strict';
'require view';
'require poll';
'require rpc';
'require ui';

const callStatus = rpc.declare({ object: 'goaway', method: 'status' });
const callDrops = rpc.declare({ object: 'goaway', method: 'drops' });
const callLift = rpc.declare({
	object: 'goaway',
	method: 'lift',
	params: [ 'source', 'target', 'service' ]
});

// As goaway(1) and nft write them: 1d2h, 3m20s.
function duration(seconds) {
	if (seconds == null)
		return '-';
	const units = [ [ 86400, 'd' ], [ 3600, 'h' ], [ 60, 'm' ], [ 1, 's' ] ];
	let written = '';
	for (const [ size, letter ] of units) {
		if (seconds >= size)
			written += Math.floor(seconds / size) + letter;
		seconds %= size;
	}
	return written || '0s';
}

// Text of others is text: what LuCI is given outside a list, it takes for HTML.
const text = (value) => E('span', [ value ?? '-' ]);

function lift(drop) {
	return callLift(drop.source, drop.target, drop.service).then((answer) => {
		if (answer?.error)
			ui.addNotification(null, E('p', [ answer.error ]), 'error');
		return refresh();
	});
}

function stateOf(status) {
	const daemon = status?.status?.[0], rules = status?.sets?.length > 0;

	if (!daemon || (!daemon.listening && !rules))
		return status?.error ?? _('goawayd is not running; its drops, if any, go on and end by themselves.');
	if (!daemon.listening)
		return _('The rules stand, but goawayd is not running: drops go on, and nothing new is heard.');
	if (!rules)
		return _('Filtering is off: goawayd stops nothing until the firewall is back.');
	return daemon.mode == 'observe'
		? _('goawayd observes: it counts, and stops nothing.')
		: _('goawayd is running.');
}

function rowsOf(list) {
	return (list?.drops ?? []).map((drop) => [
		text(drop.source),
		text(drop.target),
		text(drop.service),
		drop.action == 'police' ? _('limited') : _('dropped'),
		duration(drop.left_s),
		text(drop.packets),
		text(drop.why),
		E('button', {
			'class': 'btn cbi-button cbi-button-remove',
			'title': _('Let this source reach this target again'),
			'click': ui.createHandlerFn(this, () => lift(drop))
		}, [ _('Lift') ])
	]);
}

const state = E('p', { 'id': 'goaway-state', 'aria-live': 'polite' });
const table = E('table', { 'class': 'table', 'id': 'goaway-drops' }, [
	E('tr', { 'class': 'tr table-titles' }, [
		E('th', { 'class': 'th' }, _('Source')),
		E('th', { 'class': 'th' }, _('Target, which complained')),
		E('th', { 'class': 'th' }, _('Service')),
		E('th', { 'class': 'th' }, _('What is done')),
		E('th', { 'class': 'th' }, _('Time left')),
		E('th', { 'class': 'th' }, _('Packets caught')),
		E('th', { 'class': 'th' }, _('Why')),
		E('th', { 'class': 'th cbi-section-actions' }, '')
	])
]);

const more = E('p', { 'id': 'goaway-more' });

function refresh() {
	return Promise.all([
		L.resolveDefault(callStatus(), null),
		L.resolveDefault(callDrops(), null)
	]).then(([ status, list ]) => {
		state.textContent = stateOf(status);
		cbi_update_table(table, rowsOf(list), E('em', _('Nothing is stopped now.')));
		more.textContent = list?.more ? _('These are not all; goaway list has the others.') : '';
	});
}

return view.extend({
	load: refresh,

	render: () => {
		poll.add(refresh, 5);
		return E('div', { 'class': 'cbi-map' }, [
			E('h2', _('Go Away')),
			E('div', { 'class': 'cbi-map-descr' },
				_('Traffic that its target has asked to stop: by NTP Kiss-o\'-Death or ICMP Go Away, proven, from one source, for a limited time.')),
			state,
			E('div', { 'class': 'cbi-section' }, [ table, more ])
		]);
	},

	handleSaveApply: null,
	handleSave: null,
	handleReset: null
});
