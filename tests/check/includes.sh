#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The arrows of the design: core -> contracts and libc (the cookie: libsodium's MAC too); an adapter
# -> contracts, its own library and its own private headers; the programs -> contracts, not the
# kernel's netlink nor its libraries.
# usage: includes.sh SOURCE_ROOT
set -eu
cd "$1"
status=0

fail()
{
	echo "$1" >&2
	status=1
}

# included FILE: what it includes, one a line, with its brackets or quotes.
included()
{
	sed -nE 's/^[[:space:]]*#[[:space:]]*include[[:space:]]+([<"][^>"]+[>"]).*/\1/p' "$1"
}

for file in src/core/*.[ch]; do
	for what in $(included "$file"); do
		name=$(echo "$what" | tr -d '<>"')
		case $what in
		'<goaway/'*) ;;
		'<sodium.h>') [ "$file" = src/core/cookie.c ] || fail "$file includes $what" ;;
		'"'*) [ -f "src/core/$name" ] || fail "$file includes $what, which is not of the core" ;;
		'<arpa/inet.h>' | '<assert.h>' | '<errno.h>' | '<inttypes.h>' | '<stdarg.h>' | '<stdbool.h>' | \
			'<stddef.h>' | '<stdint.h>' | '<stdio.h>' | '<stdlib.h>' | '<string.h>' | '<strings.h>') ;;
		*) fail "$file includes $what" ;;
		esac
	done
done

# An adapter is what its files' names begin with: nft_rule.c is of nft.
for file in src/sys/*.[ch]; do
	adapter=$(basename "$file" | sed -E 's/[_.].*//')
	for what in $(included "$file"); do
		case $what in
		'"'"$adapter"[_.]*) ;;
		'"'*) fail "$file includes $what, which is another adapter's" ;;
		esac
	done
done

for file in src/goawayd/*.[ch] src/goaway/*.[ch]; do
	[ -f "$file" ] || continue
	folder=$(dirname "$file")
	for what in $(included "$file"); do
		name=$(echo "$what" | tr -d '<>"')
		case $what in
		'<libnftnl/'* | '<libmnl/'* | '<libnetfilter_'* | '<linux/'* | '<confuse.h>')
			fail "$file includes $what: that is for src/sys"
			;;
		'"'*) [ -f "$folder/$name" ] || fail "$file includes $what, which is not of $folder" ;;
		esac
	done
done

# A private header of src/sys or src/core reaches nobody else through the contracts either.
for file in include/goaway/*.h; do
	for what in $(included "$file"); do
		case $what in
		'<goaway/'* | '<stdbool.h>' | '<stddef.h>' | '<stdint.h>' | '<errno.h>') ;;
		*) fail "$file includes $what" ;;
		esac
	done
done
exit $status
