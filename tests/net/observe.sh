#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# mode = observe: the same sets, the same counters, and nothing is stopped.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE
daemon_start <<<'mode = observe'

poll in1 --count 40 --interval 30 --ignore-kod --wait 10000 $SRV1 >/dev/null
poll in1 --count 40 --interval 30 --ignore-kod --wait 10000 $SRV2 >/dev/null
check "the drop stands in its set" dropped $IN1 $SRV1
check "so does the policing" policed $IN1 $SRV2
check_value "what it would drop is counted" "$(counter dropped)" -ge 15
check_value "what it would police is counted" "$(counter policed)" -ge 5
check_value "but the server hears all" "$(served srv1 received)" -eq 40
check_value "and the other too" "$(served srv2 received)" -eq 40
check "the event says what would be" grep -q "would drop $IN1 -> $SRV1" "$WORK/goawayd.log"
goaway() { inside router "$GOAWAY" "$@" >"$WORK/out" 2>"$WORK/err"; }
for command in list "show $IN1 $SRV1"; do
	# shellcheck disable=SC2086
	goaway $command
	check "$command says that nothing is stopped" \
		grep -q "the mode is observe: what stands is counted, and not stopped" "$WORK/err"
	# shellcheck disable=SC2086
	goaway $command --json
	check "but not to programs" test ! -s "$WORK/err"
done
goaway show $IN2 $SRV1
check "nor where nothing stands" test ! -s "$WORK/err"
inside router "$GOAWAY" drop $IN2 $SRV1 --service udp/7 --lifetime 1s >/dev/null 2>&1
check "and what would have been" \
	wait_for grep -q "expired: $IN2 -> $SRV1 udp/7, would have been dropped for 1s" "$WORK/goawayd.log"

# A drop of NTP that no kiss brought is looked up with all others.
inside router "$GOAWAY" drop $IN2 $SRV2 --service udp/123 --lifetime 1h >/dev/null 2>&1
before=$(counter dropped)
poll in2 --count 10 --interval 30 --ignore-kod --wait 10000 $SRV2 >/dev/null
check_value "what it would drop is counted once" "$(counter dropped)" -eq $((before + 10))
check_value "in its element too" "$(caught drop_service4 "$IN2 . $SRV2 . udp . 123")" -eq 10

# Many, that end one after the other, are flushed meanwhile, too many to be heard one by one (64): of
# those that are gone so near to their end it is known only when all is read again. All are told (100).
many=98
for ((i = 0; i < many; i++)); do
	echo "add element inet goaway drop_service4 { 10.1.0.$((i + 1)) . $SRV1 . udp . 9 timeout $((2000 + 20 * i))ms }"
done >"$WORK/many"
spawn watch router "$GOAWAY" watch --json --last 1
check "watched" wait_for test -s "$WORK/watch.log"
inside router nft -f "$WORK/many"
ended() { grep '"kind":"expired".*"service":"udp/9"' "$WORK/watch.log"; }
gone() { grep -cE '"kind":"(expired|lifted)".*"service":"udp/9"' "$WORK/watch.log"; }
check "many end" wait_for quiet ended
inside router nft flush set inet goaway drop_service4
check "and the rest is lifted" wait_for eval '[ "$(gone)" -eq $many ]'
check_value "what has ended" "$(ended | wc -l)" -gt 1
check_value "would have been dropped" "$(ended | grep -vc 'would have been dropped for')" -eq 0
daemon_end
tap_finish
