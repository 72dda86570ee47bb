# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What goaway doctor says of the router of net.sh. To be sourced after net.sh.

: >"$WORK/goawayd.conf" # without a daemon too

# doctor [OPTIONS]: examine the router; what it says goes to $WORK/doctor, its status to EXAMINED
doctor() {
	inside router "$GOAWAY" doctor --config "$WORK/goawayd.conf" "$@" >"$WORK/doctor" 2>&1
	EXAMINED=$?
}

# findings CHECK STATE: what it found, a line each
findings() {
	awk -v state="$2" -v check="$1" '
		$1 == state && $2 == check { sub(/^[a-z]+ +[^ ]+ +/, ""); print }' "$WORK/doctor"
}

# remedies CHECK STATE: what is to be done about these
remedies() {
	awk -v state="$2" -v check="$1" '
		$1 == "->" && here { sub(/^ *-> /, ""); print }
		$1 != "->" { here = $1 == state && $2 == check }' "$WORK/doctor"
}

# says CHECK STATE PATTERN [PATTERN OF THE REMEDY]: and nothing better or worse of that check
says() {
	findings "$1" "$2" | grep -qE -- "$3" &&
		{ [ $# -lt 4 ] || remedies "$1" "$2" | grep -qE -- "$4"; }
}

# is CHECK STATE: that is all it says of it
is() {
	[ "$(awk -v check="$1" '$1 != "->" && $2 == check { print $1 }' "$WORK/doctor" | sort -u)" = "$2" ]
}

# heal CHECK STATE: do what the first remedy says, less what it says of keeping it
heal() {
	local command
	command=$(remedies "$1" "$2" | head -n 1)
	echo "# $command"
	inside router sh -c "${command%%;*}"
}

# ill NAME CHECK STATE PATTERN [REMEDY]: examined, it says so
ill() {
	doctor
	check "$1: $3" says "$2" "$3" "$4" "${@:5}"
}

# well NAME CHECK [STATE]: examined, it has nothing to say of it
well() {
	doctor
	check "$1" is "$2" "${3:-good}"
}

# pretend FILE TEXT: the router's kernel, or its disk, says so; truth FILE: no more
pretend() {
	local file
	file=$(mktemp "$WORK/pretence.XXXXXX")
	echo "$2" >"$file"
	inside router mount --bind "$file" "$1" || exit 99
}
truth() { inside router umount "$1"; }

tap_explain() { cat "$WORK/doctor"; }
