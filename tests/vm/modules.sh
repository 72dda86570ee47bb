# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A guest's kernel without some of its modules. To be sourced after net.sh, by tests that run alone:
# there is one kernel for all.

modules=/lib/modules/$(uname -r)
mkdir -p "$WORK/away"

unloaded() { ! grep -q "^$1 " /proc/modules || rmmod "$1" 2>/dev/null; }

# away MODULE...: nowhere to be found, nor loaded; back: all again
away() {
	local name
	for name; do
		# the kernel lets go of what a table used a little after the table
		wait_for unloaded "$name"
		find "$modules" -name "$name.ko" -exec mv {} "$WORK/away/" \;
	done
}
back() { mv "$WORK/away/"*.ko "$modules/"; depmod; }
