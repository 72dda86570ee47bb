#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What it takes on a disk: programs, stripped, and packages. No namespaces are needed.
set -u
BENCH=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$BENCH/../.." && pwd)
# shellcheck source=../support/software.sh
. "$ROOT/tests/support/software.sh"
# shellcheck source=../support/debian.sh
. "$ROOT/tests/support/debian.sh"
WORK=$(mktemp -d) || exit 1
trap 'rm -rf "$WORK"' EXIT
broken() {
	echo "broken: size.sh: $1" >&2
	exit 1
}

kib() { awk -v "n=$1" 'BEGIN { printf "%.1f\n", n / 1024 }'; }
# stripped PROGRAM...: KiB of all of them
stripped() {
	local program sum=0
	for program; do
		if [ "$(head -c 4 "$program")" = $'\x7fELF' ]; then
			strip -o "$WORK/stripped" "$program" || broken strip
			program=$WORK/stripped
		fi
		sum=$((sum + $(stat -c %s "$program")))
	done
	kib $sum
}

# The packages, as tests/package/debian makes them; their tests are for that to run.
package_make() {
	debian_sources "$WORK/goaway" || broken sources
	(cd "$WORK/goaway" && DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" dpkg-buildpackage -b -Pnocheck -us -uc) \
		>"$WORK/log" 2>&1 || {
		tail "$WORK/log" >&2
		broken dpkg-buildpackage
	}
	dpkg-deb -x "$WORK"/goawayd_*.deb "$WORK/package" || broken dpkg-deb
}

program=$BUILD/src/goawayd/goawayd
if [ -n "${QUICK:-}" ]; then
	: # no such row is asked for
elif ! command -v dpkg-buildpackage >/dev/null; then
	echo "missing package goaway no dpkg-buildpackage"
else
	package_make
	program=$WORK/package/usr/sbin/goawayd
	echo "sample package goaway $(kib "$(stat -c %s "$WORK"/goawayd_*.deb)")"
fi
echo "sample binary goaway $(stripped "$program")"
declare -A PROGRAMS=(
	[crowdsec]='usr/bin/crowdsec usr/bin/crowdsec-firewall-bouncer'
	[sshguard]='usr/libexec/sshguard/sshg-parser usr/libexec/sshguard/sshg-blocker'
)
echo "missing binary fail2ban a program in Python"
for peer in fail2ban crowdsec sshguard; do
	why="no package of it was fetched"
	[ -z "${QUICK:-}" ] || why="left out of the quick bench"
	if [ -n "${QUICK:-}" ] || ! software_have $peer; then
		[ $peer = fail2ban ] || echo "missing binary $peer $why"
		[ -n "${QUICK:-}" ] || echo "missing package $peer $why"
		continue
	fi
	# shellcheck disable=SC2086 # words
	[ $peer = fail2ban ] || echo "sample binary $peer $(cd "$SOFTWARE/$peer" && stripped ${PROGRAMS[$peer]})"
	echo "sample package $peer $(kib "$(cat "$SOFTWARE/$peer"/deb/*.deb | wc -c)")"
done
