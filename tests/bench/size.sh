#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What it takes on a disk: programs, stripped, and packages. No namespaces are needed.
set -u
BENCH=$(cd "$(dirname "$0")" && pwd)
ROOT=$(cd "$BENCH/../.." && pwd)
# shellcheck source=../support/software.sh
. "$ROOT/tests/support/software.sh"
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

# What is in Debian's package goawayd, as dpkg packs it.
package_make() {
	DESTDIR=$WORK/all meson install -C "$BUILD" --no-rebuild --strip >/dev/null || broken install
	(cd "$WORK/all" && grep -v '^#' "$ROOT/debian/goawayd.install" | while read -r from _; do
		# shellcheck disable=SC2086 # a pattern
		cp -r --parents ${from#debian/tmp/} "$WORK/package/" || exit 1
	done) || broken package
	find "$WORK/package" -path '*/man/*' -type f -exec gzip -9n {} +
	mkdir "$WORK/package/DEBIAN"
	sed -n '/^Package: goawayd$/,/^$/p' "$ROOT/debian/control" | sed -e '/^Depends/d; /^Pre-Depends/d; /^Recommends/d' \
		-e 's/linux-any/all/; /^Package/aVersion: 0\nMaintainer: nobody <nobody@example.org>' >"$WORK/package/DEBIAN/control"
	dpkg-deb --root-owner-group -Zxz -b "$WORK/package" "$WORK/goawayd.deb" >/dev/null || broken dpkg-deb
}

echo "sample binary goaway $(stripped "$BUILD/src/goawayd/goawayd")"
mkdir "$WORK/package"
if command -v dpkg-deb >/dev/null; then
	package_make
	echo "sample package goaway $(kib "$(stat -c %s "$WORK/goawayd.deb")")"
else
	echo "missing package goaway no dpkg-deb"
fi
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
		echo "missing package $peer $why"
		continue
	fi
	# shellcheck disable=SC2086 # words
	[ $peer = fail2ban ] || echo "sample binary $peer $(cd "$SOFTWARE/$peer" && stripped ${PROGRAMS[$peer]})"
	echo "sample package $peer $(kib "$(cat "$SOFTWARE/$peer"/deb/*.deb | wc -c)")"
done
