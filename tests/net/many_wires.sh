#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A router with an interface for each subscriber: there is room for thousands that ask at a time, and
# one that is gone is soon forgotten.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology inside2
serve srv2 --kiss DENY
daemon_start </dev/null

for set in asker_if4 asker_if6 wire4 wire6; do
	inside router nft add element inet goaway $set "{ $(printf '"ppp%d" timeout 1h, ' {1..1024}) }"
done
check_value "a thousand interfaces ask" "$(elements asker_if4)" -eq 1024
poll in3 --count 1 --ignore-kod $SRV2 >/dev/null
check "who is on one more is heard" wait_for dropped $IN3 $SRV2
poll in3 --count 1 --ignore-kod $SRV2_6 >/dev/null
check "over IPv6 too" wait_for dropped $IN3_6 $SRV2_6
poll in1 --count 1 --ignore-kod $SRV2 >/dev/null
check_value "it is forgotten after a minute" "$(lifetime asker_if4 '"lan2"')" -eq 64
check_value "a bridge, by which it is asked whether any has asked, after a day" \
	"$(lifetime asker_if4 '"br-lan"')" -eq 86400
daemon_end
tap_finish
