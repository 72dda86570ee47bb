#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# What the feed's CI runs on the installed package; without a kernel to talk to.

case "$1" in
goawayd | goawayd-full)
	goawayd --version | grep -qF "$2" || exit 1
	goaway --version | grep -qF "$2" || exit 1
	[ "$1" = goawayd ] || goaway-exporter --version | grep -qF "$2" || exit 1
	conf=$(mktemp) || exit 1
	echo 'mode = observe' >"$conf"
	goawayd --check-config --config "$conf" || exit 1
	echo 'moed = observe' >"$conf"
	goawayd --check-config --config "$conf" 2>&1 | grep -q "did you mean 'mode'" || exit 1
	rm "$conf"
	;;
esac
exit 0
