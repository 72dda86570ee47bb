#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Go Away about flows that flow offload hides from every hook but ingress, through masquerade and
# without: the drop bites at once, and what follows it, RESULT, a CONFIRM again and RELEASE, still
# finds its way, for the flow is still known.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"
. "$(dirname "$0")/../support/offload.sh"

mkdir -p /run/goaway && mount -t tmpfs none /run/goaway
topology
offload lan1a lan1b br-lan wan
inside router nft -f - <<-'NFT'
	table inet seen {
		counter forwarded { }
		chain forward {
			type filter hook forward priority -200
			meta l4proto { tcp, udp } th dport 7000-7009 counter name forwarded
		}
	}
NFT
# Nothing but complaints is to come back.
inside srv1 nft -f - <<-'NFT'
	table inet met {
		counter met { }
		chain input {
			type filter hook input priority filter
			meta l4proto { tcp, udp } th dport 7000-7009 counter name met
			udp dport 7000-7009 drop
		}
	}
NFT
count() { inside "$1" nft list counter inet "$2" "$3" | awk '$1 == "packets" { print $2 }'; }
# arrive NUMBER: so many more came to the server since $met
arrive() { [ "$(count srv1 met met)" -ge $((met + $1)) ]; }
# fast NAME: of the next hundred that come, forward sees next to nothing
fast() {
	local forwarded
	forwarded=$(count router seen forwarded) met=$(count srv1 met met)
	wait_for arrive 100
	check_value "$1: on the fast path" $(($(count router seen forwarded) - forwarded)) -le 20
}
listens() { inside srv1 netstat -ltn | grep -q ':7000 '; }
# caught_of FAMILY KEY MORE: the drop has thrown away more than so many
caught_of() { [ "$(caught "drop_service$1" "$2")" -gt "$3" ]; }
# complained NAME SOURCE TARGET PROTO: about port 7000, and taken back
complained() {
	local family key="$2 . $3 . $4 . 7000" before
	family=$(family_of "$2")
	fast "$1"
	inside srv1 timeout 40 "$GOAWAY" send --watch 3s --proto "$4" "$(seen "$2")" >"$WORK/said" 2>&1
	check_value "$1: granted and silent" $? -eq 0
	sed 's/^/# /' "$WORK/said"
	before=$(caught "drop_service$family" "$key")
	[ "$4" = tcp ] || check "$1: the source goes on, and the drop catches it" \
		wait_for caught_of "$family" "$key" "$before"
	inside srv1 timeout 40 "$GOAWAY" send --release "$(seen "$2")" >"$WORK/said" 2>&1
	check_value "$1: released" $? -eq 0
	sed 's/^/# /' "$WORK/said"
	check "$1: the drop is gone" refuted quiet element "drop_service$family" "$key"
	met=$(count srv1 met met)
	check "$1: and it comes again" wait_for arrive 10
}

daemon_start <<<'goaway_rate = 100'
for pair in "$IN1 $SRV1" "$IN1_6 $SRV1_6"; do
	read -r source target <<<"$pair"
	family=IPv$(family_of "$source")
	flood_udp traffic in1 "$target" 7000
	complained "$family, UDP" "$source" "$target" udp
	stop traffic

	spawn listening srv1 bash -c 'sleep 1000 | busybox nc -l -p 7000 >/dev/null'
	wait_for listens
	# shellcheck disable=SC2016
	spawn session in1 bash -c 'exec 3<>"/dev/tcp/$1/7000"
		while :; do echo x >&3; sleep 0.02; done' - "$target"
	complained "$family, TCP" "$source" "$target" tcp
	stop session
	stop listening

	offend "$source" "$target" 7001 --count 5 --rate 20
	challenge=$(go_away "$source" "$target" 7001)
	says "$family: by hand" "granted service 600" \
		"$(confirm "$source" "$target" 7001 "$challenge")"
	met=$(count srv1 met met)
	offend "$source" "$target" 7001 --count 5 --rate 20
	check "$family: nothing comes" refuted arrive 1
	result=$(confirm "$source" "$target" 7001 "$challenge")
	says "$family: the same CONFIRM again: the same answer" "granted service 600" "$result"
	says "$family: and released" "released service 0" \
		"$(release "$source" "$target" 7001 "$result")"
	offend "$source" "$target" 7001
	check "$family: it comes again" wait_for arrive 1
done
daemon_end
tap_finish
