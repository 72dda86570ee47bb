#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway show and counters: all about a pair, what was counted; for people and as JSON.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
goaway() { inside router "$GOAWAY" "$@"; }
# fits SCHEMA COMMAND...: what it prints is what tests/schema says
fits() {
	local schema=$1
	shift
	"$@" | /usr/bin/python3 "$SUPPORT/schema.py" "$schema"
}
# card PATTERN: show's card has such a line
card() { grep -qE -- "$1" "$WORK/card"; }
look() { goaway show "$IN1" "$SRV1" | tee "$WORK/card" | sed 's/^/# /'; }

goaway show $IN1 $SRV1 >"$WORK/out" 2>"$WORK/error"
check_value "without a table: 3" $? -eq 3
check "and nothing is printed but why" test ! -s "$WORK/out" -a -s "$WORK/error"
goaway counters >/dev/null 2>&1
check_value "so it is for counters" $? -eq 3
daemon_start <<<"exempt_targets = {\"$SRV2\", \"2001:db8:ffff::/112\"}"

look
for line in 'stands +nothing' 'offences +none' 'granted +nothing' 'asks +nothing now' 'exempt +no$' \
	'guessed +nobody'; do
	check "of nothing: $line" card "^$line"
done
check "as JSON" fits show goaway show --json $IN1 $SRV1

poll in1 --count 1 --ignore-kod $SRV1 >/dev/null
poll in1 --count 4 --interval 60 --ignore-kod --wait 200 --first 0 $SRV1 >/dev/null
inside router nft -f - <<-NFT
	add element inet goaway drop_service4 { $IN1 . $SRV1 . tcp . 80 counter packets 3 bytes 180 }
	add element inet goaway grant4 { $IN1 . $SRV1 . 0x1122334455667788 . 0x000102030405060708090a0b0c0d0e0f timeout 1h comment "protocol 6 port 80 lifetime 3600" }
	add element inet goaway guessed4 { $IN1 . $SRV1 timeout 10m }
	add element inet goaway record4 { $IN2 . $SRV1 . udp . 123 timeout 1h comment "drops 9, polices 9, for 3600" }
NFT
# asks: it has just done so, and is answered within 10 s
asks() {
	local request="$IN1 . $SRV1 . 4000 . 0x1122334455667788"
	inside router nft "add element inet goaway asked4 { $request }; delete element inet goaway asked4 { $request }
		add element inet goaway asked4 { $request timeout 10s }"
}
asks
look
check "what stands, and for how long still" card '^stands +drop tcp/80 for ever$'
check "what the daemon has dropped" card '^ +drop udp/123, (1h|59m[0-9]+s) left of 1h$'
check "why" card '^ +why: KoD DENY, offence 1, random$'
check "put there by hand" card '^ +why: put there by hand$'
check "and what it caught" card '^ +caught: 3 packets, 180 bytes$'
check "the offences of this pair" card '^offences +udp/123: 1 dropped, 0 policed; the last for 1h, [0-9]+s ago, remembered for 3h59m[0-9]+s$'
check "and of no other" refuted card '9 dropped'
check "what was granted" card '^granted +tcp/80 for 1h to complaint 1122334455667788, remembered for 59m[0-9]+s$'
check "not its cookie" refuted card '0c0d0e0f'
check "what is asked" card '^asks +an NTP request from port 4000'
check "not its nonce" refuted card '^asks.*1122334455667788'
check "that somebody guesses" card '^guessed +somebody .* 9m[0-9]+s'
check "as JSON" fits show goaway show --json $IN1 $SRV1
asks
check "the same in it" test "$(goaway show --json $IN1 $SRV1 | jq -r '[.standing[0].service, .standing[1].why,
	.records[0].drops, .grants[0].complaint, .requests[0].source_port, .guessed, .exempt] | map(tostring) | join(";")')" = \
	"tcp/80;KoD DENY, offence 1, random;1;1122334455667788;4000;true;null"
check "list too" fits list goaway list --json
spawn watch router "$GOAWAY" list --json --watch=1
twice() { [ "$(wc -l <"$WORK/watch.log")" -ge 2 ]; }
check "and watched, again and again" wait_for twice
check "until Ctrl-C" stop watch INT
check "each" fits list cat "$WORK/watch.log"

goaway show $IN1 $SRV2 >"$WORK/card"
check "an exempt target, and by what" card "^exempt +yes, the target is, by $SRV2$"
goaway show $IN1_6 $SRV1_6 >"$WORK/card"
check "by a prefix" card '^exempt +yes, the target is, by 2001:db8:ffff::/112$'
check "as JSON" test "$(goaway show -J $IN1_6 $SRV1_6 | jq -c .exempt)" = '{"by":"target","prefix":"2001:db8:ffff::/112"}'

# ---- counters ----

goaway counters >"$WORK/counters"
sed 's/^/# /' "$WORK/counters"
check "what was heard" grep -qE '^kiss_heard +1 complaints handed to the daemon$' "$WORK/counters"
check "nothing that is 0" refuted grep -qE '^[a-z_]+ +0 ' "$WORK/counters"
goaway counters -no kind,name >"$WORK/names"
check "by kind and name" env LC_ALL=C sort -c "$WORK/names"
check "all of them when asked" grep -qE '^policed +0 ' <(goaway counters --all)
check "as JSON, all, each with its help" fits counters goaway counters --json
check_value "as many" "$(goaway counters --json | jq '.counters | length')" -eq "$(goaway counters -an | wc -l)"
check "columns as wanted" test "$(goaway counters -no name,bytes | grep dropped | tr -s ' ')" = "dropped $(inside router \
	nft list counter inet goaway dropped | awk '$1 == "packets" { print $4 }')"
daemon_end
tap_finish
