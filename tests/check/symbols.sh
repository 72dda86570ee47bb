#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The core calls nothing but what symbols.allowed names: no I/O, no clock, no log, no library but
# libc and libsodium's MAC. And only what is sized at start takes memory.
# usage: symbols.sh LIBRARY ALLOWED [NM]
set -eu
LC_ALL=C
export LC_ALL
library=$1
allowed=$2
nm=${3:-nm}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# "libgoaway_core.a:src_core_room.c.o:                 U calloc"; the name of the object stays.
$nm -A "$library" >"$scratch/all"
awk '$(NF-1) ~ /^[TDBRVW]$/ { print $NF }' "$scratch/all" | sort -u >"$scratch/defined"
# What compilers add by themselves: stack protector, sanitizers, coverage, fortified libc.
awk '$(NF-1) == "U" { print $NF }' "$scratch/all" | sort -u |
	grep -vE '^(__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|tsan|msan|sanitizer|gcov|llvm)_)' |
	sed -E 's/^__(.*)_chk$/\1/' | sort -u >"$scratch/undefined" || true
grep -v '^#' "$allowed" | sort -u >"$scratch/allowed"
if ! [ -s "$scratch/defined" ]; then
	echo "nothing is defined in $library" >&2
	exit 1
fi

status=0
comm -23 "$scratch/undefined" "$scratch/defined" | comm -23 - "$scratch/allowed" >"$scratch/extra"
while read -r symbol; do
	echo "not allowed in the core: $symbol" >&2
	grep -E " U (__)?$symbol(_chk)?\$" "$scratch/all" >&2
	status=1
done <"$scratch/extra"

if grep -E ' U (malloc|calloc|realloc|reallocarray|free|strdup)$' "$scratch/all" |
	grep -vE '(complainant|due|offences|passive|recent|room|used|witness)\.(c\.)?o:' >&2; then
	echo "only complainant, due, offences, passive, recent, room, used and witness own memory" >&2
	status=1
fi
exit $status
