#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Within the system of tests/cross/run: the core and its unit tests, for what
# Debian has no libraries for; cmocka and libsodium are made from its sources.
#
#     core.sh mips mips-linux-gnu
#     core.sh musl
set -eu
target=$1 triplet=${2:-}
out=/out/$target
mkdir -p "$out"/{objects,lib,include}

case $target in
mips) compiler=mips-linux-gnu-gcc runner="qemu-mips -L /usr/mips-linux-gnu" ;;
musl)
	compiler="musl-gcc -isystem $out/include" runner=
	# the kernel's headers, and none of glibc's
	for name in linux asm-generic; do ln -sfn /usr/include/$name "$out/include/$name"; done
	ln -sfn "/usr/include/$(gcc -print-multiarch)/asm" "$out/include/asm"
	;;
esac

# source PACKAGE: unpacked in $out/PACKAGE
source_of() {
	[ -e "$out/$1" ] || (
		cd "$out" && rm -rf "$1"-* && apt-get -qq source "$1" >/dev/null 2>&1 && mv "$1"-*/ "$1"
	)
}

{
	source_of cmocka
	source_of libsodium
	if [ ! -e "$out/lib/libsodium.a" ]; then
		cd "$out/libsodium"
		autoreconf -fi
		CC=$compiler ./configure --host="${triplet:-x86_64-linux-musl}" --disable-shared --enable-minimal --disable-ssp
		make -j"$(nproc)" -C src/libsodium libsodium.la
		cp src/libsodium/.libs/libsodium.a "$out/lib/"
		cp -r src/libsodium/include/. "$out/include/"
	fi
} >"$out/libraries.log" 2>&1 || {
	tail -n 20 "$out/libraries.log"
	exit 1
}

flags=(-std=c17 -Os -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-missing-field-initializers
	-I/source/include -I/source/src/core -I"$out/include" -I"$out/cmocka/include")
compile() { $compiler "${flags[@]}" "$@"; }

for file in /source/src/core/*.c; do
	compile -c -o "$out/objects/$(basename "$file" .c).o" "$file"
done
rm -f "$out/lib/libcore.a"
ar rcs "$out/lib/libcore.a" "$out"/objects/*.o
$compiler -Os -w -DHAVE_SIGNAL_H -DHAVE_STRUCT_TIMESPEC -DHAVE_CLOCK_GETTIME_REALTIME -DHAVE_UNISTD_H \
	-DHAVE_STRSIGNAL -DHAVE_INTTYPES_H -DHAVE_MALLOC_H -I"$out/cmocka/include" \
	-c -o "$out/cmocka.o" "$out/cmocka/src/cmocka.c"

# of_the_core FILE: it includes nothing of ours but the core's and the tests' own
of_the_core() {
	local name
	for name in $(sed -n 's/^#include "\(.*\)"/\1/p' "$1"); do
		[ -e "/source/src/core/$name" ] || [ -e "/source/tests/unit/$name" ] || return 1
	done
}

count=0
export CMOCKA_MESSAGE_OUTPUT=TAP
for file in /source/tests/unit/test_*.c; do
	of_the_core "$file" || continue
	name=$(basename "$file" .c)
	wrap=$(grep -q __wrap_calloc "$file" && echo -Wl,--wrap=calloc) || wrap=
	# shellcheck disable=SC2086
	compile $wrap -o "$out/$name" "$file" "$out/cmocka.o" "$out/lib/libcore.a" "$out/lib/libsodium.a" \
		-lpthread
	$runner "$out/$name" /source/tests/unit/vectors >"$out/$name.log" 2>&1 || {
		cat "$out/$name.log"
		exit 1
	}
	count=$((count + 1))
done

# What talks to kernel and libraries compiles at least; their headers know no processor.
# whatever meson defines, paths as texts and features as 1
mapfile -t macros < <(grep -rhoE 'DGOAWAY_[A-Z]+="?@' /source/meson.build /source/src |
	sed -E 's/^(.*)="@$/-\1="text"/; s/^(.*)=@$/-\1=1/')
for file in /source/src/sys/*.c /source/src/goawayd/*.c /source/src/goaway/*.c; do
	compile "${macros[@]}" -idirafter /usr/include -c -o /dev/null "$file"
done
echo "$target: $count programs of tests passed (unit)"
[ "$count" -ge 30 ]
