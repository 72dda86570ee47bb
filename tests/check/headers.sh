#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every public header compiles alone, and twice.
# usage: headers.sh SOURCE_ROOT [CC]
set -eu
root=$1
cc=${2:-cc}
status=0
count=0

for header in "$root"/include/goaway/*.h; do
	name=goaway/$(basename "$header")
	count=$((count + 1))
	if ! printf '#include <%s>\n#include <%s>\n' "$name" "$name" |
		$cc -std=c17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$root/include" -x c -; then
		echo "$name does not compile alone" >&2
		status=1
	fi
done
[ "$count" -gt 0 ] || { echo "no headers in $root/include/goaway" >&2; exit 1; }
exit $status
