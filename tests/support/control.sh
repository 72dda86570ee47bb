# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The control socket, spoken to without goaway. To be sourced after net.sh.

SOCKET=/run/goaway/control.sock

# ask REQUEST: the lines that answer it, without the greeting
ask() { python3 "$SUPPORT/control.py" "$SOCKET" ask "$1"; }

# verb VERB [NAME=VALUE...]: the same, from words; numbers as numbers
verb() { python3 "$SUPPORT/control.py" "$SOCKET" verb "$@"; }

# answers CODE REQUEST: the last line of its answer has this code ("done": none)
answers() {
	local last
	last=$(ask "$2" | tail -n 1)
	case $1 in
	done) [[ $last == *'"done":true'* ]] ;;
	*) [[ $last == *"\"code\":\"$1\""* ]] ;;
	esac
}

# is_schema NAME FILE: what it holds is as tests/schema/NAME.json has it
is_schema() { python3 -W ignore "$SUPPORT/schema.py" "$1" <"$2"; }
