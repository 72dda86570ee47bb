#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Thousands of drops stand, another program changes chains without end, and somebody takes our table
# away again and again, while it is put back too: all drops are back soon, and whoever asks the
# daemon is answered meanwhile.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/control.sh"

DROPS=2000
# nft would read the table until nobody disturbs it.
tap_explain() { tail -n 15 "$WORK/goawayd.log"; }

topology
serve srv1 --kiss DENY
daemon_start <<-CONF
	drops = 4096
	share = 4096
CONF
# The daemon's mirror; and what is in the kernel.
mirrored() { verb status | grep -qE "\"standing\":{\"drop\":{\"ipv4\":$DROPS,"; }
standing() { inside router "$GOAWAY" status | awk '$1 == "drop_service4" { print $2; found = 1 } END { if (!found) print 0 }'; }
all_back() { [ "$(standing)" -eq "$DROPS" ]; }
# Whoever asks waits for this long at most, in ms.
longest=0
in_time() {
	local begin took
	begin=$(now_ms)
	answers "done" '{"v":1,"verb":"status"}' || return 1
	took=$(($(now_ms) - begin))
	[ "$took" -le "$longest" ] || longest=$took
}

for ((i = 0; i < DROPS; i++)); do
	echo "add element inet goaway drop_service4 { 10.1.$((i / 250)).$((i % 250 + 1)) . $SRV1 . udp . 123 timeout 1h }"
done >"$WORK/drops"
check "$DROPS drops by hand" inside router nft -f "$WORK/drops"
check "the daemon knows them all" wait_for mirrored

# nft_forever NAME LINE: without end, until it is stopped
nft_forever() {
	# shellcheck disable=SC2016
	spawn "$1" router bash -c 'exec nft -i < <(while echo "$1"; do :; done 2>/dev/null)' - "$2"
}

nft_forever changer "add table inet other; add chain inet other c; delete chain inet other c
add table inet goaway; add chain inet goaway c; delete chain inet goaway c"
check "another program changes chains: ours are made anew" wait_for grep -q 'ours was touched: ours made anew' "$WORK/goawayd.log"
# Taken away while it is put back, until that has failed.
failed() { [ "$(verb status | grep -oE '"table_errors":[0-9]+' | cut -d: -f2)" -gt 0 ]; }
nft_forever taker "add table inet goaway; delete table inet goaway"
check "another takes all away, while it is put back too" wait_for failed
check "the daemon answers" in_time
stop taker KILL
begin=$(now_ms)
check "all are back" wait_for all_back
took=$(($(now_ms) - begin))
check "the daemon answers" in_time
check "it is still being touched" running "${PIDS[changer]}"
check_value "within a bounded time, ms" "$took" -le 15000
check_value "nobody waited longer than, ms" "$longest" -le 15000
# A table made anew between request and answer has no request: the client asks again.
kissed() {
	poll in1 --count 1 --ignore-kod $SRV1 >/dev/null
	grep -q "drop $IN1 -> $SRV1" "$WORK/goawayd.log"
}
check "meanwhile a kiss is heard" wait_for kissed
stop changer KILL
check_value "nothing was lifted" "$(told 'lifted: ')" -eq 0
DROPS=$((DROPS + 1))
check "the daemon knows them all" wait_for mirrored
check "and all stand" wait_for all_back
daemon_end
tap_finish
