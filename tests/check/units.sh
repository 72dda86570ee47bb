#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# systemd finds no fault in any unit, nor with what it will run.
# usage: units.sh UNIT_FOLDER BUILD_FOLDER
set -eu
units=$1
build=$2
command -v systemd-analyze >/dev/null || exit 77 # meson: skipped

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
count=0
for unit in "$units"/*.service "$units"/*.timer "$units"/*.socket; do
	[ -e "$unit" ] || continue
	count=$((count + 1))
	# it looks for the programs, which are not installed yet
	sed -E "s#/usr/s?bin/(goawayd?)(-[a-z]+)?( |\$)#$build/src/\1/\1\2 #" "$unit" >"$scratch/${unit##*/}"
done
[ $count -gt 0 ] || { echo "no units in $units" >&2; exit 1; }

# It says much of other units of this system too, and exits 0 whatever it has said of options.
status=0
systemd-analyze --man=no verify "$scratch"/* >"$scratch.log" 2>&1 || status=$?
for unit in "$scratch"/*; do
	grep -E "^($scratch/)?${unit##*/}:" "$scratch.log" >&2 && status=1
done
rm -f "$scratch.log"

# What each can still do, in tenths of 10. Older versions cannot tell of a unit that is not installed.
if systemd-analyze --help | grep -q -- --offline; then
	for unit in "$scratch"/*.service; do
		case ${unit##*/} in
		goawayd.service | goaway-exporter.service) most=15 ;;
		*) most=21 ;; # sends to anybody, or writes where others may
		esac
		systemd-analyze security --no-pager --offline=true --threshold=$most "$unit" >"$scratch.log" ||
			{ tail -n 1 "$scratch.log" >&2; status=1; }
	done
	rm -f "$scratch.log"
elif [ $status -eq 0 ]; then
	status=77 # skipped
fi
exit $status
