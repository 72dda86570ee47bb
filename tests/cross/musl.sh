#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Within the system of tests/cross/run: all of it on musl, which Debian has no libraries for; they
# are made from its sources. The unit tests; then the programs of a router, linked dynamically and
# statically with their sizes; and with the static ones some of tests/net, in namespaces.
#
#     musl.sh    77: the sources of a library cannot be had
set -u
target=musl
out=/out/$target
# shellcheck disable=SC2034
emulator='' strip=strip
mkdir -p "$out/include" "$out/lib/pkgconfig"
# shellcheck source=router.sh
. /source/tests/cross/router.sh
compiler="musl-gcc -isystem $out/include"
# LIBRARY_PATH: where meson looks for what has no .pc file
export PKG_CONFIG_LIBDIR=$out/lib/pkgconfig LIBRARY_PATH=$out/lib

# the kernel's headers, and none of glibc's
for name in linux asm-generic; do ln -sfn /usr/include/$name "$out/include/$name"; done
ln -sfn "/usr/include/$(gcc -print-multiarch)/asm" "$out/include/asm"

# source_of PACKAGE: its sources, in $out/PACKAGE, unless somebody has put them there
source_of() {
	[ -d "$out/$1" ] || (cd "$out" && rm -rf "$1"-*/ && apt-get -qq source "$1" && mv "$1"-*/ "$1")
}

# made_of PACKAGE COMMAND...: the command installs it from its sources, once
made_of() {
	local package=$1
	shift
	[ ! -e "$out/$package.done" ] || return 0
	source_of "$package" >"$out/$package.log" 2>&1 || {
		echo "musl: the sources of $package cannot be had"
		exit 77
	}
	(cd "$out/$package" && "$@") >>"$out/$package.log" 2>&1 && touch "$out/$package.done" && return
	echo "musl: $package cannot be made"
	tail -n 20 "$out/$package.log"
	return 1
}

configured() { # OPTIONS...
	{ [ -x configure ] || autoreconf -fi; } &&
		./configure --prefix="$out" --disable-shared --enable-static \
			CC="$compiler" CFLAGS='-Os -fPIC -D_GNU_SOURCE' LDFLAGS="-L$out/lib" "$@" &&
		make -j"$(nproc)" install
}

cmade() { # OPTIONS...
	cmake -B made -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_C_COMPILER=musl-gcc \
		-DCMAKE_C_FLAGS="-Os -fPIC -isystem $out/include" -DCMAKE_INSTALL_PREFIX="$out" -DCMAKE_INSTALL_LIBDIR=lib \
		-DBUILD_SHARED_LIBS=OFF "$@" . && cmake --build made -j"$(nproc)" --target install
}

made_of libmnl configured &&
	made_of libnfnetlink configured &&
	made_of libnetfilter-queue configured &&
	made_of libnftnl configured &&
	made_of libconfuse configured --disable-nls --disable-examples &&
	made_of json-c cmade -DBUILD_APPS=OFF -DBUILD_TESTING=OFF &&
	made_of libsodium configured --enable-minimal --disable-ssp &&
	made_of libev configured &&
	made_of libcap-ng configured --without-python3 --without-python &&
	made_of libpcap configured --without-libnl --disable-dbus --disable-usb --disable-bluetooth --disable-rdma &&
	made_of cmocka cmade || exit 1

cat >"$out/cross.ini" <<INI
[binaries]
c = 'musl-gcc'
ar = 'gcc-ar'
nm = 'gcc-nm'
strip = 'strip'
pkgconfig = 'pkg-config'
[built-in options]
prefer_static = true
c_link_args = ['-L$out/lib', '-Wl,-rpath,$out/lib']
[properties]
pkg_config_libdir = '$out/lib/pkgconfig'
[host_machine]
system = 'linux'
cpu_family = 'x86_64'
cpu = 'x86_64'
endian = 'little'
INI
include="-isystem $out/include"

made all -Dc_args="$include" -Dtests=enabled -Dsystemd=false -Dman=false -Dexporter=disabled -Dseccomp=disabled \
	-Dzlib=disabled || exit 1
tests 30 --suite unit || exit 1
router dynamic -Dc_args="-Os $include" && package dynamic musl || exit 1
router static -Dc_args="-Os $include" -Dc_link_args="-static -L$out/lib" && package static musl-static || exit 1
! readelf -d "$out/static/src/goawayd/goawayd" | grep NEEDED || exit 1

# judge wants libseccomp, which this has not
for name in drop heal restart reload control control_drops exempt ipv6 edge_grants; do
	BUILD=$out/all GOAWAYD=$out/root/usr/sbin/goawayd GOAWAY=$out/root/usr/bin/goaway \
		bash "/source/tests/net/$name.sh" >"$out/$name.tap" 2>&1 </dev/null
	read -r passed failed skipped < <(python3 /source/tests/support/sum.py net $? "$out/$name.tap")
	echo "musl-static: net/$name: $passed passed, $failed failed, $skipped skipped"
	if [ "$failed" -gt 0 ] || [ "$passed" -eq 0 ]; then
		grep -A4 '^not ok' "$out/$name.tap"
		exit 1
	fi
done
