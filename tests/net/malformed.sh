#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packets of odd length, and fragments where nothing puts them together: no
# firewall tracks connections here, nor do we.
. "$(dirname "$0")/../support/net.sh"

topology
inside router nft delete table inet fw
# Of each version of IP another, and for each round: told twice it would prove less.
ROUND=1
nonce_of() { case $1 in *:*) echo "5123456789abcde$ROUND" ;; *) echo "4123456789abcde$ROUND" ;; esac; }

# ask SOURCE TARGET PORT [SHAPE...], kiss SOURCE TARGET PORT [SHAPE...]
ask() {
	inside in1 "$NTPKIT" spoof-request --source "$1" --target "$2" --sport "$3" \
		--nonce "$(nonce_of "$1")" "${@:4}" >/dev/null
}
kiss() {
	inside srv1 "$NTPKIT" forge --source "$2" --target "$1" --dport "$3" --kiss DENY \
		--origin "$(nonce_of "$1")" "${@:4}" >/dev/null
}

# Linux 5.10 goes on putting fragments together where connections were once tracked: one alone never
# comes to us.
inside router nft -f - <<-'NFT'
	table ip fragments {
		counter came { }
		counter passed { }
		chain before {
			type filter hook prerouting priority -450
			ip frag-off & 0x3fff != 0 counter name came
		}
		chain after {
			type filter hook prerouting priority -350
			ip frag-off & 0x3fff != 0 counter name passed
		}
	}
NFT
fragments() { inside router nft list counter ip fragments "$1" | grep -q 'packets 1 '; }
ask $IN1 203.0.113.99 40000 --fragment first
check "a fragment comes" wait_for fragments came
kept=
fragments passed || kept="this kernel keeps it until it is whole"
inside router nft delete table ip fragments
# no_fragment NAME COUNTER NUMBER COMMAND...: of this counter it is so many-eth
no_fragment() {
	if [ -n "$kept" ]; then
		skip "$1" "$kept"
		return
	fi
	"${@:4}"
	check "$1" wait_for counted "$2" "$3"
}

daemon_start <<-CONF
	goaway_rate = 0
	answer_within = 10s
CONF
ask $IN1 $SRV1 40000 --payload 44
check "a request of 44 octets is none" wait_for counted request_malformed 1
ask $IN1 $SRV1 40000 --payload 49
check "nor is one of 49" wait_for counted request_malformed 2
ask $IN1 $SRV1 40000 --version 5
check "nor one of version 5" wait_for counted request_malformed 3
no_fragment "nor a fragment" request_malformed 4 ask $IN1 $SRV1 40000 --fragment first
no_fragment "over IPv6" request_malformed 5 ask $IN1_6 $SRV1_6 40000 --fragment first
check_value "none is remembered" "$(counter request_remembered)" -eq 0
ask $IN1 $SRV1 40000 --payload 52
check "one of 52 octets is" wait_for counted request_remembered 1
ask $IN1_6 $SRV1_6 40000 --fragment atomic
check "an atomic fragment is" wait_for counted request_remembered 2

kiss $IN1 $SRV1 40000 --payload 44
check "a kiss of 44 octets is none" wait_for counted answer_malformed 1
kiss $IN1 $SRV1 40000 --payload 49
check "nor is one of 49" wait_for counted answer_malformed 2
no_fragment "nor a fragment" answer_malformed 3 kiss $IN1 $SRV1 40000 --fragment first
no_fragment "over IPv6" answer_malformed 4 kiss $IN1_6 $SRV1_6 40000 --fragment first
check_value "none is handed up" "$(queued)" -eq 0
check_value "nothing is dropped" "$(standing)" -eq 0
# However slow the machine was, these are open.
ROUND=2
ask $IN1 $SRV1 40000 --payload 52
ask $IN1_6 $SRV1_6 40000 --fragment atomic
kiss $IN1 $SRV1 40000
check "a whole one is believed" wait_for dropped $IN1 $SRV1
kiss $IN1_6 $SRV1_6 40000 --fragment atomic
check "so is an atomic fragment" wait_for dropped $IN1_6 $SRV1_6
daemon_end
tap_finish
