# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Getting from a fresh Debian to built programs; for tests/run and tests/demo.

# packages_of SECTION...
packages_of() {
	awk -v "wanted= $* " '/^#/ { next }
		/^\[/ { in_it = index(wanted, " " substr($0, 2, length($0) - 2) " "); next }
		in_it' "$ROOT/tests/support/packages"
}

# packages_install SECTION...: what is missing of them, if this is Debian and we are root
packages_install() {
	local package missing=()
	command -v dpkg-query >/dev/null || return 0
	for package in $(packages_of "$@"); do
		[ "$(dpkg-query -Wf '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" != 0 ]; then
		echo "not installed, and only root can: ${missing[*]}" >&2
		return 0 # the build says what it cannot do without
	fi
	echo "installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update && apt-get -qq -y --no-install-recommends install "${missing[@]}" >/dev/null
}

# Package lists, for the real NTP software that is unpacked and not installed.
package_lists_update() {
	command -v apt-get >/dev/null || return 0
	[ "$(id -u)" != 0 ] || apt-cache show ntpsec >/dev/null 2>&1 || apt-get -qq update
}

# build_in FOLDER [MESON OPTIONS...] [-- TARGETS...]
build_in() {
	local folder=$1 options=()
	while shift && [ $# -gt 0 ] && [ "$1" != -- ]; do
		options+=("$1")
	done
	if [ ! -e "$folder/build.ninja" ]; then
		meson setup "${options[@]}" "$folder" "$ROOT" >"$folder.log" 2>&1 || {
			cat "$folder.log" >&2
			return 1
		}
	fi
	ninja -C "$folder" "${@:2}" >"$folder.log" 2>&1 || {
		cat "$folder.log" >&2
		return 1
	}
	rm -f "$folder.log"
}

# build_small_in FOLDER: goawayd as OpenWrt's small package has it, but for link-time optimization, which
# takes long, and what tests/net needs beside it
build_small_in() {
	local options
	mapfile -t options < <("$ROOT/tests/openwrt/make" goawayd tell | sed -n 's/^MESON_ARGS=//p' | xargs -n 1)
	build_in "$1" --buildtype=plain -Dc_args=-Os "${options[@]}" -Dwerror=true -Db_lto=false -Dtests=enabled -- net
}
