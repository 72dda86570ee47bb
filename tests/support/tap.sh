# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Test Anything Protocol: one line a check, the plan at the end.

TAP_COUNT=0
TAP_FAILED=0

# The reasons of a failure, as comments; a test file may define more.
tap_explain() { :; }

# check NAME COMMAND...: ok if the command succeeds.
check() {
	local name=$1
	shift
	TAP_COUNT=$((TAP_COUNT + 1))
	if "$@"; then
		echo "ok $TAP_COUNT - $name"
		return 0
	fi
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_COUNT - $name"
	echo "#   failed: $*"
	tap_explain 2>&1 | sed 's/^/#   /'
	return 1
}

# check_value NAME VALUE OPERATOR NUMBER: as test(1) compares.
check_value() {
	check "$1 ($2 $3 $4)" test "${2:-nothing}" "$3" "$4"
}

refuted() { ! "$@"; }
quiet() { "$@" >/dev/null 2>&1; }

skip() {
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - $1 # SKIP $2"
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

tap_finish() {
	echo "1..$TAP_COUNT"
	[ "$TAP_FAILED" -eq 0 ] && [ "$TAP_COUNT" -gt 0 ]
}

# value KEY TEXT: of "key=value key=value".
value() {
	local word
	for word in $2; do
		if [ "${word%%=*}" = "$1" ]; then
			echo "${word#*=}"
			return
		fi
	done
}
