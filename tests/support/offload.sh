# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Flow offload on the router of net.sh, and who is stopped all the same. To be sourced after that, and
# after goaway.sh for what is about Go Away.

# offload DEVICE...: on, in a table of its own ahead of the firewall
offload() { offload_in fw4 'meta l4proto { tcp, udp }' "$@"; }
offload_off() { inside router nft delete table inet fw4; }

# offload_in TABLE WHAT DEVICE...
offload_in() {
	local table=$1 what=$2 devices
	shift 2
	devices=$(printf '"%s", ' "$@")
	inside router nft -f - <<-NFT
		table inet $table {
			flowtable ft { hook ingress priority filter; devices = { ${devices%, } }; }
			chain forward {
				type filter hook forward priority filter - 1
				$what flow offload @ft
			}
		}
	NFT
}

gives_helper() { inside router nft list chain inet goaway request | grep -q 'ct helper set'; }

# ---- Kiss-o'-Death ----

# flow PORT SERVER: twenty politely answered packets of one flow, enough to be offloaded
flow() { poll in1 --port "$1" --interval 30 --wait 200 --count 20 "$2"; }

# offended NAME PORT SERVER_ADDRESS SERVER: the same flow is denied now. A kiss comes when the drop stands.
offended() {
	local source=$IN1 family
	family=$(family_of "$3")
	[ "$family" = 4 ] || source=$IN1_6
	stop "$4"
	serve "$4" --kiss DENY
	poll in1 --port "$2" --ignore-kod --count 1 "$3" >/dev/null
	check "$1: a drop stands" dropped "$source" "$3"
	poll in1 --port "$2" --ignore-kod --interval 100 --wait 100 --count 9 --first 0 "$3" >/dev/null
	check_value "$1: of ten the server heard one" "$(served "$4" received)" -eq 1
	check_value "$1: and it bites all the others" \
		"$(caught "drop_service$family" "$source . $3 . udp . 123")" -eq 9
	stop "$4"
	serve "$4"
	inside router nft flush set inet goaway "drop_service$family"
	inside router nft flush set inet goaway "record$family"
}

# ---- Go Away ----

# offload_meter: what forward sees of flows to ports 7000 to 7009 and of answers of NTP, and what comes to the server, where
# nothing but complaints is to come back
offload_meter() {
	inside router nft -f - <<-'NFT'
		table inet seen {
			counter forwarded { }
			counter ntp_replies { }
			chain forward {
				type filter hook forward priority -200
				udp sport 123 counter name ntp_replies
				meta l4proto { tcp, udp } th dport 7000-7009 counter name forwarded
			}
		}
	NFT
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
}
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
# complained_udp NAME SOURCE TARGET; complained_tcp
complained_udp() {
	flood_udp traffic in1 "$3" 7000
	complained "$1" "$2" "$3" udp
	stop traffic
}
complained_tcp() {
	spawn listening srv1 bash -c 'sleep 1000 | busybox nc -l -p 7000 >/dev/null'
	wait_for listens
	# shellcheck disable=SC2016
	spawn session in1 bash -c 'exec 3<>"/dev/tcp/$1/7000"
		while :; do echo x >&3; sleep 0.02; done' - "$3"
	complained "$1" "$2" "$3" tcp
	stop session
	stop listening
}
