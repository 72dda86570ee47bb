#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The loop alone reads the clock; everybody else gets the time as a parameter.
# usage: clock.sh SOURCE_ROOT
set -eu
cd "$1"
calls='(^|[^[:alnum:]_>.])(clock_gettime|gettimeofday|timespec_get|time|clock|ftime|ev_time)\('

grep -lE "$calls" src/goawayd/loop*.c >/dev/null || {
	echo "the loop reads no clock: is this check still true?" >&2
	exit 1
}
# Comments are no calls.
if grep -nE "$calls" -r src --include='*.[ch]' |
	grep -vE '^src/goawayd/loop[^/]*\.c:' | grep -vE '^[^:]*:[0-9]*:[[:space:]]*(/?\*|//)' >&2; then
	echo "only src/goawayd/loop*.c may read the clock" >&2
	exit 1
fi
