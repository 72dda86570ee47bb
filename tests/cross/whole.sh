#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Within the system of tests/cross/run: all of it for one processor, its unit
# tests under emulation, and the package of a router with its sizes.
#
#     whole.sh TARGET TRIPLET
set -u
target=$1 triplet=$2
out=/out/$target
mkdir -p "$out"

case $target in
s390x) cpu=s390x endian=big emulator=qemu-s390x ;;
arm64) cpu=aarch64 endian=little emulator=qemu-aarch64 ;;
armhf) cpu=arm endian=little emulator=qemu-arm ;;
mipsel) cpu=mips endian=little emulator=qemu-mipsel ;;
esac
cat >"$out/cross.ini" <<INI
[binaries]
c = '$triplet-gcc'
ar = '$triplet-gcc-ar'
nm = '$triplet-nm'
strip = '$triplet-strip'
pkgconfig = '$triplet-pkg-config'
exe_wrapper = '$emulator'
[host_machine]
system = 'linux'
cpu_family = '$cpu'
cpu = '$cpu'
endian = '$endian'
INI

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

size_line() {
	printf '%-8s %10s %10s %10s %10s %10s\n' "$@" >>/out/sizes
}

# package: what a router installs, and whether its programs run from where it put them
package() {
	local kit=/source/tests/openwrt root=$out/root program line=() version
	rm -rf "$out/built" "$out/stage" "$root"
	mkdir -p "$out/built/usr/sbin" "$out/built/usr/bin" "$root"
	"$triplet-strip" -o "$out/built/usr/sbin/goawayd" "$out/router/src/goawayd/goawayd" &&
		"$triplet-strip" -o "$out/built/usr/bin/goaway" "$out/router/src/goaway/goaway" &&
		"$kit/make" goawayd stage ROOT="$out/stage" PKG_INSTALL_DIR="$out/built" ARCHITECTURE="$target" || return 1
	ipk=$("$kit/mkipk" "$out/stage" "$out") && "$kit/ipk-install" "$ipk" "$root" || return 1
	version=$(sed -n 's/^Version: \(.*\)-r.*/\1/p' "$out/stage/CONTROL/control")
	for program in "$root/usr/sbin/goawayd" "$root/usr/bin/goaway"; do
		"$emulator" "$program" --version | grep -qF "$version" || return 1
		line+=("$(stat -c %s "$program")" "$(gzip -9n <"$program" | wc -c)")
	done
	echo 'mode = observe' >"$out/goaway.conf"
	"$emulator" "$root/usr/sbin/goawayd" --check-config --config "$out/goaway.conf" || return 1
	size_line "$target" "${line[@]}" "$(stat -c %s "$ipk")"
}

made all -Dtests=enabled -Dsystemd=false -Dman=false || exit 1
tests 30 --suite unit || exit 1
# the adapter that needs no kernel, and the core over real captures
tests 4 config captures forgeries scenarios || exit 1

# What the package of a router asks meson for.
mapfile -d ' ' -t router < <(/source/tests/openwrt/make goawayd tell | sed -n 's/^MESON_ARGS=//p' | tr -d '\n')
made router --buildtype=plain -Dc_args=-Os "${router[@]}" || exit 1
[ -e /out/sizes ] || size_line target goawayd packed goaway packed .ipk
sed -i "/^$target /d" /out/sizes
package
