#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What becomes of drops that stand: how they end, and whether the source obeyed;
# who takes them away or puts some there, one by one or thousands at once.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"
. "$(dirname "$0")/../support/control.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE
daemon_start <<-CONF
	settle = 1s
	deny_lifetime = 3s
	rate_lifetime = {3s, 3s, 3s}
CONF

COUNTS=$(police_counts && echo yes)
poll_on() { poll "$1" --interval 50 --ignore-kod --wait 200 --count "$2" "$3" >/dev/null; }
goaway() { inside router "$GOAWAY" "$@"; }
nft_router() { inside router nft "$@"; }
tells() { wait_for grep -qE -- "$1" "$WORK/goawayd.log"; }
# held: how many the daemon knows of
held() { verb status | grep -oE '"used":[0-9]+' | head -n 1 | cut -d : -f 2; }
holds() { [ "$(held)" -eq "$1" ]; }

# ---- an end ----

poll in1 --count 1 --ignore-kod $SRV1 >/dev/null
poll_on in2 20 $SRV1
poll_on in2 20 $SRV2
poll in1 --count 1 --ignore-kod $SRV1_6 >/dev/null
after="udp/123, dropped for 3s"
check "who sends nothing has obeyed" tells "expired: $IN1 -> $SRV1 $after; the source obeyed$"
check "over IPv6 too" tells "expired: $IN1_6 -> $SRV1_6 $after; the source obeyed$"
check "who goes on has not" \
	tells "expired: $IN2 -> $SRV1 $after; [0-9]+ packets came all the same$"
sent=$(sed -nE "s/.*expired: $IN2 -> $SRV1 .*; ([0-9]+) packets.*/\1/p" "$WORK/goawayd.log")
check_value "nearly all of it is counted" "${sent:-0}" -ge 7
check "nor who sends more than the limit" \
	tells "expired: $IN2 -> $SRV2 udp/123, policed for 3s${COUNTS:+; [0-9]+ packets came all the same}$"
check_value "each end once" "$(told 'expired:')" -eq 4
check_value "nobody else did any of it" "$(told 'added:|lifted:')" -eq 0
check "nothing is held" holds 0

# Asleep, with something that ends later.
nft_router add element inet goaway drop_service4 "{ $IN2 . $SRV2 . udp . 7 timeout 1h }"
check "one that ends later is held" wait_for holds 1
woken() { awk '/^voluntary/ { print $2 }' "/proc/${PIDS[goawayd]}/status"; }
asleep() {
	local before
	before=$(woken)
	sleep 1.5
	[ "$(woken)" -eq "$before" ]
}
check "nothing is due: the daemon sleeps" wait_for asleep
nft_router delete element inet goaway drop_service4 "{ $IN2 . $SRV2 . udp . 7 }"
wait_for holds 0

# ---- by others ----

by='by nft\[[0-9]+\]'
host="$IN1 -> $SRV2"
nft_router add element inet goaway drop_host4 "{ $IN1 . $SRV2 timeout 10s comment \"by hand\" }"
check "one added by hand" tells "added: drop $host all for 10s $by: by hand$"
check "is held" holds 1
check "it ends as any" tells "expired: $host all, dropped for 10s; the source obeyed$"
nft_router add element inet goaway drop_host4 "{ $IN1 . $SRV2 timeout 1h }"
nft_router add element inet goaway drop_service4 "{ $IN1 . $SRV2 . udp . 70 timeout 2s }"
check "whom another drop keeps from it has not obeyed" tells "expired: $host udp/70, dropped for 2s$"
nft_router delete element inet goaway drop_host4 "{ $IN1 . $SRV2 }"
check "(nothing is held)" wait_for holds 0
limit='limit rate over 7/minute burst 3 packets'
nft_router add element inet goaway police6 "{ $IN1_6 . $SRV2_6 $limit ${COUNTS:+counter }}"
check "one without end" \
	tells "added: police $IN1_6 -> $SRV2_6 udp/123 to 7 a minute, burst 3, for ever $by$"
nft_router delete element inet goaway police6 "{ $IN1_6 . $SRV2_6 }"
check "taken away again" tells "lifted: $IN1_6 -> $SRV2_6 udp/123 $by${COUNTS:+; 0 packets caught}$"
check "is not held" holds 0

sleep 1 # a further offence
poll_on in2 10 $SRV1
quiet goaway lift $IN2 $SRV1
check "lifted by goaway, with what it caught" \
	tells "lifted: $IN2 -> $SRV1 udp/123 by goaway\[[0-9]+\], [0-9]+s before its end; [0-9]+ packets caught$"
check "is not held" holds 0
nft_router -f - <<-NFT
	add element inet goaway drop_service4 { $IN1 . $SRV2 . tcp . 80 timeout 1h }
	delete element inet goaway drop_service4 { $IN1 . $SRV2 . tcp . 80 }
	add element inet goaway drop_service4 { $IN1 . $SRV2 . tcp . 81 timeout 1h }
	add chain inet fw forward { policy drop; }
NFT
check "in one transaction with others" tells "added: drop $host tcp/81 for 1h $by$"
check "only what is left of it is held" wait_for holds 1

nft_router flush ruleset
check "all is flushed: that it is put back is told, and by whom" \
	tells "made anew, 1 of 1 drops put back \(nft\[[0-9]+\]\)$"
check "it is held" holds 1
firewall
nft_router flush set inet goaway drop_service4
check "a set is flushed: each is told of" tells "lifted: $host tcp/81 $by,"
check "nothing is held" wait_for holds 0

# ---- by its complainant ----

one=$(complain $IN1 $SRV1 7001 --lifetime 600)
says "a Go Away is granted" "granted service 600" "$one"
release $IN1 $SRV1 7001 "$one" >/dev/null
check "its release is told" \
	tells "released: $IN1 -> $SRV1 udp/7001, .* before its end; [0-9]+ packets? caught$"

# ---- many at once ----

# many FROM TO: elements, a transaction of them
many() {
	local i
	echo 'add element inet goaway drop_service4 {'
	for ((i = $1; i < $2; i++)); do
		echo "10.7.$((i / 250)).$((i % 250 + 1)) . 192.0.2.1 . udp . 9 timeout 1h,"
	done
	echo '}'
}
many 0 300 | nft_router -f -
check "300 are added: some are told" tells 'added: drop 10\.7\..* by nft\[[0-9]+\]$'
check_value "no more than may be at once" "$(told 'added: drop 10\.7\.')" -le 25
check_value "the history has more of them" \
	"$(verb events kind=added last=1000 | grep -c '"source":"10\.7\.')" -eq 100
check "of the others, how many" tells '[0-9]+ more drops were lifted or added \(nft\[[0-9]+\]\)$'
check "all are held" holds 300
many 300 12300 | nft_router -f -
check "12000 are added: all are held" wait_for holds 12300
nft_router flush set inet goaway drop_service4
check "all are flushed: none is held" wait_for holds 0
# One by one, more than the socket holds: the kernel says that some was lost.
kill -STOP "${PIDS[goawayd]}"
for i in {1..1500}; do
	echo "add element inet goaway drop_service4 { 10.8.$((i / 250)).$((i % 250 + 1)) . 192.0.2.1 . udp . 9 timeout 1h }"
done | quiet nft_router -i
kill -CONT "${PIDS[goawayd]}"
check "1500 are added one by one: all are held" wait_for holds "$(elements drop_service4)"
check_value "1500 of them" "$(held)" -eq 1500
check "a kiss is heard still" wait_for eval \
	'poll in1 --count 1 --ignore-kod --wait 100 $SRV1 >/dev/null; dropped $IN1 $SRV1'
nft_router flush set inet goaway drop_service4
check "all are flushed: none is held" wait_for holds 0
check "the daemon did not go into it one by one" test "$(told '(added|lifted):')" -lt 400
daemon_end
check "the end is told" tells 'stopped: SIGTERM$'

# ---- no room ----

daemon_start <<<'share = 4'
nft_router flush set inet goaway record4
poll_on in1 3 $SRV1
poll_on in1 1 $SRV2
check "what made room is told" \
	tells "evicted: $IN1 -> $SRV1 udp/123 for $IN1 -> $SRV2 udp/123, .* before its end; [0-9]+ packets? caught$"
check_value "and held no more" "$(held)" -eq 1
daemon_end
tap_finish
