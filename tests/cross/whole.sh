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
# shellcheck source=router.sh
. /source/tests/cross/router.sh

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
strip=$triplet-strip

made all -Dtests=enabled -Dsystemd=false -Dman=false || exit 1
tests 30 --suite unit || exit 1
# the adapter that needs no kernel, and the core over real captures
tests 4 config captures forgeries scenarios || exit 1

router router -Dc_args=-Os || exit 1
package router "$target"
