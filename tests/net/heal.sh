#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody flushes the ruleset, or edits our table: within a second it is as it was, with the drops
# for what is left of them and their offences. What was lifted, or has ended, stays away.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE
daemon_start <<-CONF
	settle = 1s
	deny_lifetime = 10s
	deny_lifetime_max = 1h
CONF
hear_start v srv1

# by chain: one that was taken away comes last
rules() {
	inside router nft -s -n list table inet goaway 2>/dev/null | sed -n '/^\tchain/,/^\t}/p' |
		awk '/^\tchain/ { chain = $2 } { print chain, $0 }' | sort -s -k 1,1
}
whole() { [ "$(rules)" = "$good" ]; }
left() {
	local text
	text=$(element "$1" "$2" | grep -oE 'expires [0-9a-z]+' | head -n 1)
	seconds "${text#expires }"
}
told_by_hand() { grep -q '192.0.2.9' "$WORK/goawayd.log"; }
asked_for() { [ "$(inside router grep -c /run/goaway/control.sock /proc/net/unix)" -ge 2 ]; }
bites() { [ "$(caught drop_service4 "$IN1 . $SRV1 . udp . 7000")" -ge 1 ]; }
ask() { poll "$1" --ignore-kod --count 1 --wait 500 "${@:3}" "$2" >/dev/null; }

# A second offence's drop is a long one, whatever this machine takes; in2's is to end meanwhile.
dropped_for() { [ "$(told "drop $1 -> $SRV1 udp/123 for $2: KoD DENY")" -eq 1 ]; }
ask in2 $SRV1
check "one that will end" wait_for dropped_for $IN2 10s
ask in1 $SRV1
check "offence 1" wait_for dropped_for $IN1 10s
check "ends" wait_for refuted dropped $IN1 $SRV1
reload 'deny_lifetime = 100s' 'deny_lifetime_max = 1h' 'settle = 1s'
ask in1 $SRV1
check "a drop of the second offence" wait_for dropped $IN1 $SRV1
check_value "of 400 s" "$(lifetime drop_service4 "$IN1 . $SRV1 . udp . 123")" -eq 400
ask in1 $SRV2
check "one policed" wait_for policed $IN1 $SRV2
complain $IN1 $SRV1 7000 >/dev/null
check "one of Go Away" stopped $IN1 $SRV1 7000
complain $IN1_6 $SRV1_6 7000 >/dev/null
check "over IPv6" stopped $IN1_6 $SRV1_6 7000
complain $IN2 $SRV1 7000 >/dev/null
check "one that will be lifted" stopped $IN2 $SRV1 7000
inside router nft add element inet goaway drop_service4 \
	"{ $IN1 . 192.0.2.9 . udp . 123 timeout 500d }"
check "one by hand, of more than a year" wait_for told_by_hand
good=$(rules)

inside router "$GOAWAY" lift $IN2 $SRV1 --service udp/7000 >/dev/null
check "the one that will end ends" wait_for refuted dropped $IN2 $SRV1
check "for the daemon too" wait_for grep -q "expired: $IN2 -> $SRV1 udp/123" "$WORK/goawayd.log"
begun=$SECONDS
before=$(left drop_service4 "$IN1 . $SRV1 . udp . 123")
inside router nft flush ruleset
check "flushed: made anew at once" wait_for whole
check "it is told, and by whom" wait_for grep -qE \
	'ours was taken away: made anew, 5 of 5 drops put back \(nft\[[0-9]+\]\)' "$WORK/goawayd.log"
firewall
check "the drop stands" dropped $IN1 $SRV1
since=$((before - $(left drop_service4 "$IN1 . $SRV1 . udp . 123")))
check_value "for what was left of it" $since -le $((SECONDS - begun + 1))
check_value "of the same lifetime" "$(lifetime drop_service4 "$IN1 . $SRV1 . udp . 123")" -eq 400
check "with why" grep -q 'KoD DENY, offence 2' <<<"$(element drop_service4 "$IN1 . $SRV1 . udp . 123")"
check "that by hand too, and will end" grep -qE 'timeout 500d.* expires 499d' \
	<<<"$(element drop_service4 "$IN1 . 192.0.2.9 . udp . 123")"
check "the policing stands" policed $IN1 $SRV2
check "held to what it was" grep -q 'over 4/minute burst 8' <<<"$(element police4 "$IN1 . $SRV2")"
check "Go Away's stands" stopped $IN1 $SRV1 7000
check "over IPv6" stopped $IN1_6 $SRV1_6 7000
check "its offence too" grep -q 'drops 2' <<<"$(element record4 "$IN1 . $SRV1 . udp . 123")"
check "what was lifted stays lifted" refuted stopped $IN2 $SRV1 7000
check "what has ended stays ended" refuted dropped $IN2 $SRV1
heard=$(served srv1 received)
ask in1 $SRV1 --first 0
check_value "the drop bites" "$(served srv1 received)" -eq "$heard"
flood_udp flood in1 $SRV1 7000
check "so does Go Away's" wait_for bites
stop flood
result=$(complain $IN2 $SRV1 7001)
check "new ones are made" test "$(value status "$result")" = granted

# broken NAME NFT...: this edit does not last
broken() {
	local name=$1 before
	before=$(told 'made anew')
	shift
	inside router nft "$@" || return 1
	check "$name: mended" wait_for whole
	check "that is told" wait_for told_since 'made anew' "$before"
}
good=$(rules)
handle() { inside router nft -a list chain inet goaway "$1" | sed -nE 's/.*# handle ([0-9]+)$/\1/p' | sed -n 2p; }
broken "a rule deleted" delete rule inet goaway passing handle "$(handle passing)"
broken "a rule added" insert rule inet goaway passing counter accept
broken "a policy changed" 'chain inet goaway passing { policy drop; }'
broken "all rules flushed" flush table inet goaway
broken "a set deleted" 'flush table inet goaway; delete set inet goaway drop_service4'
check "its drops are put back" dropped $IN1 $SRV1
broken "a chain deleted" 'flush table inet goaway; delete chain inet goaway passing'
broken "the table deleted" delete table inet goaway
check "the drops are back" dropped $IN1 $SRV1
check "all of them" stopped $IN1_6 $SRV1_6 7000

# Added by hand and flushed before the daemon has heard of either: it is put back all the same.
before=$(told 'made anew')
kill -STOP "${PIDS[goawayd]}"
inside router nft add element inet goaway drop_service4 "{ $IN2 . 192.0.2.9 . udp . 123 timeout 1h }"
inside router nft flush ruleset
kill -CONT "${PIDS[goawayd]}"
check "added, and flushed: mended" wait_for told_since 'made anew' "$before"
check "it stands" dropped $IN2 192.0.2.9
check "with what did before" dropped $IN1 $SRV1
firewall

# Saved and loaded again in one transaction: what was dropped since then stands, though the sets do, too.
{
	echo flush ruleset
	inside router nft list ruleset 2>/dev/null
} >"$WORK/saved"
inside router "$GOAWAY" drop $IN2 $SRV2 --service tcp/80 --lifetime 1h >/dev/null
before=$(told 'made anew')
kill -STOP "${PIDS[goawayd]}"
inside router nft -f "$WORK/saved"
kill -CONT "${PIDS[goawayd]}"
check "saved before, and loaded: mended" wait_for told_since 'made anew' "$before"
check "what came since stands" quiet element drop_service4 "$IN2 . $SRV2 . tcp . 80"
check "with what did before" dropped $IN1 $SRV1
check_value "it was not lifted" "$(told "lifted: $IN2 -> $SRV2")" -eq 0

# So is what came since, where more is changed meanwhile than is heard of.
inside router "$GOAWAY" drop $IN2 $SRV2 --service tcp/443 --lifetime 1h >/dev/null
before=$(told 'made anew')
kill -STOP "${PIDS[goawayd]}"
for i in {1..1500}; do
	echo "add element inet goaway drop_service4 { 10.8.$((i / 250)).$((i % 250 + 1)) . 192.0.2.1 . udp . 9 timeout 1h }"
done | quiet inside router nft -i
inside router nft -f "$WORK/saved"
kill -CONT "${PIDS[goawayd]}"
check "saved before, and loaded unheard: mended" wait_for told_since 'made anew' "$before"
check "what came since stands" wait_for quiet element drop_service4 "$IN2 . $SRV2 . tcp . 443"
firewall

# Who will have it its own way gets it mended twice a second, and no oftener.
before=$(told 'made anew')
end=$(($(now_ms) + 2000))
while [ "$(now_ms)" -lt "$end" ]; do
	inside router nft flush table inet goaway
done
check "mended at the end" wait_for whole
check_value "not each time" $(($(told 'made anew') - before)) -le 7
check "the daemon ends" stop goawayd

# Beside a firewall that takes all away when it is stopped.
inside router "$GOAWAYD" --remove >/dev/null
inside router nft 'table inet fw4 { }'
daemon_start <<-CONF
	follow_table = "fw4"
CONF
ask in1 $SRV1
check "beside another's table: a drop" wait_for dropped $IN1 $SRV1
inside router nft flush ruleset
check "flushed with it: that is told" wait_for grep -q 'no table inet fw4: filtering is off' "$WORK/goawayd.log"
check_value "and we stay away" "$(inside router nft list tables | wc -l)" -eq 0
kill -HUP "${PIDS[goawayd]}"
check "a reload changes nothing in that" wait_for told_reloaded 1
check_value "and we stay away" "$(inside router nft list tables | wc -l)" -eq 0
inside router nft 'table inet fw4 { }'
check "it is back, and so are we" wait_for dropped $IN1 $SRV1

# Flushed with it while somebody has one of any service dropped, which needs other rules than were there.
kill -STOP "${PIDS[goawayd]}"
inside router nft flush ruleset
spawn drop router "$GOAWAY" drop $IN2 $SRV2 --service tcp/80 --lifetime 1h
check "a drop is asked for" wait_for asked_for
before=$(told 'filtering is off')
kill -CONT "${PIDS[goawayd]}"
check "flushed before: we stay away" wait_for told_since 'filtering is off' "$before"
check_value "all the same" "$(inside router nft list tables | wc -l)" -eq 0
check "and the drop is refused" refuted finished drop
inside router nft 'table inet fw4 { }'
check "it is back again, and so are we" wait_for dropped $IN1 $SRV1
inside router nft 'delete table inet fw4'
check "it alone is deleted: ours stays" wait_for dropped $IN1 $SRV1
before=$(told 'made anew')
inside router nft flush chain inet goaway open4
check "touched after that, ours is made anew" wait_for told_since 'made anew' "$before"
check "and stays" dropped $IN1 $SRV1
daemon_end
tap_finish
