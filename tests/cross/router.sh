# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What whole.sh and musl.sh share: builds by meson, and the package of a router from one.
# For $target, in $out; $emulator runs its programs, if anything has to.

# made NAME OPTIONS...: meson's folder $out/NAME, compiled
made() {
	local folder=$out/$1
	shift
	{
		[ -e "$folder/build.ninja" ] ||
			meson setup --cross-file "$out/cross.ini" "$@" "$folder" /source
	} >"$folder.log" 2>&1 && ninja -C "$folder" >>"$folder.log" 2>&1 && return
	tail -n 30 "$folder.log"
	return 1
}

# tests COUNT_AT_LEAST ARGUMENTS OF meson test...
tests() {
	local least=$1 passed
	shift
	meson test -C "$out/all" --no-rebuild --timeout-multiplier 8 "$@" >"$out/tests.log" 2>&1 || {
		grep -A20 -E '^(not ok|.*(FAIL|ERROR|TIMEOUT))' "$out/tests.log"
		return 1
	}
	passed=$(sed -n 's/^Ok: *//p' "$out/tests.log" | xargs)
	echo "$target: $passed programs of tests passed ($*)"
	[ "$passed" -ge "$least" ]
}

# router NAME OPTIONS...: with what the package of a router asks meson for
router() {
	local name=$1 asked
	shift
	mapfile -d ' ' -t asked < <(/source/tests/openwrt/make goawayd tell | sed -n 's/^MESON_ARGS=//p' | tr -d '\n')
	made "$name" --buildtype=plain "$@" "${asked[@]}"
}

size_line() {
	printf '%-12s %10s %10s %10s %10s %10s\n' "$@" >>/out/sizes
}

# package NAME ROW: what a router installs of $out/NAME, and whether its programs run from where it
# put them; its sizes as ROW of the table
package() {
	local kit=/source/tests/openwrt root=$out/root program line=() version ipk
	rm -rf "$out/built" "$out/stage" "$root"
	mkdir -p "$out/built/usr/sbin" "$out/built/usr/bin" "$root"
	$strip -o "$out/built/usr/sbin/goawayd" "$out/$1/src/goawayd/goawayd" &&
		$strip -o "$out/built/usr/bin/goaway" "$out/$1/src/goaway/goaway" &&
		"$kit/make" goawayd stage ROOT="$out/stage" PKG_INSTALL_DIR="$out/built" ARCHITECTURE="$target" || return 1
	ipk=$("$kit/mkipk" "$out/stage" "$out") && "$kit/ipk-install" "$ipk" "$root" || return 1
	version=$(sed -n 's/^Version: \(.*\)-r.*/\1/p' "$out/stage/CONTROL/control")
	for program in "$root/usr/sbin/goawayd" "$root/usr/bin/goaway"; do
		$emulator "$program" --version | grep -qF "$version" || return 1
		line+=("$(stat -c %s "$program")" "$(gzip -9n <"$program" | wc -c)")
	done
	echo 'mode = observe' >"$out/goaway.conf"
	$emulator "$root/usr/sbin/goawayd" --check-config --config "$out/goaway.conf" || return 1
	[ -e /out/sizes ] || size_line target goawayd packed goaway packed .ipk
	sed -i "/^$2 /d" /out/sizes
	size_line "$2" "${line[@]}" "$(stat -c %s "$ipk")"
}
