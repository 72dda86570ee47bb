# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Complainants of ICMP Go Away in the internet of net.sh: gakit's messages, one
# by one. To be sourced after net.sh.

GAKIT=$BUILD/tests/support/gakit
[ -x "$GAKIT" ] || net_cannot "not built: $GAKIT"

# gakit NAMESPACE KIND OPTIONS...
gakit() {
	local ns=$1
	shift
	inside "$ns" timeout 100 "$GAKIT" "$@"
}

# The namespace that has an address; others of a test's own go into NS_OF.
declare -A NS_OF=(
	[$IN1]=in1 [$IN2]=in2 [$IN3]=in3 [$SRV1]=srv1 [$SRV2]=srv2 [$SRV3]=srv3
	[$IN1_6]=in1 [$IN2_6]=in2 [$IN3_6]=in3 [$SRV1_6]=srv1 [$SRV2_6]=srv2 [$SRV3_6]=srv3
)

# seen SOURCE: its address as a complainant sees it
seen() {
	case $1 in 10.*) echo "$ROUTER" ;; *) echo "$1" ;; esac
}

# ports SOURCE PORT: of a UDP flow to that port; each source has a port of its own, that masquerade
# can keep
ports() { echo "--sport 40${1##*[.:]} --dport $2"; }

# offend SOURCE TARGET PORT OPTIONS...: one UDP packet
offend() {
	local source=$1 target=$2 port=$3
	shift 3
	# shellcheck disable=SC2046
	gakit "${NS_OF[$source]}" packet --source "$source" --target "$target" \
		$(ports "$source" "$port") "$@"
}

# go_away SOURCE TARGET PORT OPTIONS...: prints the CHALLENGE
go_away() {
	local source=$1 target=$2 port=$3
	shift 3
	# shellcheck disable=SC2046
	gakit "${NS_OF[$target]}" go-away --source "$(seen "$source")" --target "$target" \
		$(ports "$source" "$port") --wait 5000 "$@"
}

# answer KIND SOURCE TARGET PORT MESSAGE OPTIONS...: with what the message says, but for the options
answer() {
	local kind=$1 source=$2 target=$3 port=$4 to=$5
	shift 5
	# shellcheck disable=SC2046
	gakit "${NS_OF[$target]}" "$kind" --source "$(seen "$source")" --target "$target" \
		$(ports "$source" "$port") --complaint "$(value complaint "$to")" \
		--cookie "$(value cookie "$to")" --scope "$(value scope "$to")" \
		--lifetime "$(value lifetime "$to")" --wait 5000 "$@"
}

# confirm SOURCE TARGET PORT CHALLENGE OPTIONS...: prints the RESULT
confirm() { answer confirm "$@"; }

# release SOURCE TARGET PORT RESULT OPTIONS...: prints the RESULT
release() { answer go-away "$@" --lifetime 0; }

# complain SOURCE TARGET PORT OPTIONS...: offended once, all of the handshake; prints the RESULT
complain() {
	local challenge
	offend "$1" "$2" "$3"
	challenge=$(go_away "$@") || return
	confirm "$1" "$2" "$3" "$challenge"
}

# turned COOKIE: its last digit is another one
turned() { printf '%s%x' "${1%?}" $((0x${1: -1} ^ 1)); }

# hear_start NAME NAMESPACE: all messages that come in there, into $WORK/NAME.log; heard NAME KIND:
# how many of them
hear_start() {
	spawn "$1" "$2" "$GAKIT" hear
	wait_for grep -q ready "$WORK/$1.log" || exit 99
}
heard() {
	grep -c "type=$2 " "$WORK/$1.log"
}

# stopped SOURCE TARGET PORT: its drop stands; services: how many do
stopped() {
	quiet element "drop_service$(family_of "$1")" "$1 . $2 . udp . $3"
}
services() {
	echo $(($(elements drop_service4) + $(elements drop_service6)))
}

# reported NAME: what the daemon itself counted; reason NAME: so often for this reason
reason() { reported "reason $1"; }
reported() {
	local lines
	lines=$(told 'heard [0-9]+$')
	# what the first one tells is whole when the second one begins
	for lines in $((lines + 1)) $((lines + 2)); do
		kill -USR1 "${PIDS[goawayd]}"
		wait_for told_heard "$lines" || return 1
	done
	sed -nE "s/.*$1 ([0-9]+)$/\1/p" "$WORK/goawayd.log" | tail -n 1 | grep . || echo 0
}
told_heard() { [ "$(told 'heard [0-9]+$')" -ge "$1" ]; }

# passing NAMESPACE: counts the messages that a host gets; passed NAMESPACE KIND
passing() {
	inside "$1" nft -f - <<-'NFT'
		table inet goaway_passing {
			counter go_away { }
			counter challenge { }
			counter confirm { }
			counter result { }
			chain in {
				type filter hook input priority -500
				meta l4proto { 1, 58 } @th,1152,32 0x474f4157 jump kinds
			}
			chain kinds {
				@th,1144,8 1 counter name go_away
				@th,1144,8 2 counter name challenge
				@th,1144,8 3 counter name confirm
				@th,1144,8 4 counter name result
			}
		}
	NFT
}
passed() {
	count "$1" goaway_passing "$2"
}

# meet NAMESPACE PORTS: counts what it gets to UDP ports from now on; met NAMESPACE
meet() {
	inside "$1" nft "table inet met {
		counter met { }
		chain input {
			type filter hook input priority filter
			udp dport $2 counter name met
		}
	}"
}
met() { count "$1" met met; }
# passes SOURCE TARGET PORT: a packet that the source sends reaches the target, who meets it
passes() {
	local before
	before=$(met "${NS_OF[$2]}")
	offend "$@"
	[ "$(met "${NS_OF[$2]}")" -gt "$before" ]
}

# says NAME "STATUS SCOPE LIFETIME" RESULT
says() {
	local said
	said="$(value status "$3") $(value scope "$3") $(value lifetime "$3")"
	check "$1 ($said)" test "$said" = "$2"
}

# reload SETTING...: with these added to what daemon_start was given
reload() {
	local before
	before=$(told 'reloaded ')
	[ -e "$WORK/first.conf" ] || cp "$WORK/goawayd.conf" "$WORK/first.conf"
	printf '%s\n' "$@" | cat "$WORK/first.conf" - >"$WORK/goawayd.conf"
	kill -HUP "${PIDS[goawayd]}"
	wait_for told_reloaded $((before + 1))
}
told_reloaded() { [ "$(told 'reloaded ')" -ge "$1" ]; }
