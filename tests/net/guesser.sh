#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A client whose transmit timestamp is a clock of milliseconds, and a forger who
# guesses it: the kernel notices, and from then on such a nonce proves nothing.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --delay 80
daemon_start </dev/null

guess() {
	inside srv2 "$NTPKIT" forge --source $SRV1 --target $ROUTER --dport 40000 --kiss DENY \
		--origin ms --window 60 --rate 2000 --count "$1" >/dev/null
}

poll_start victim in1 --port 40000 --nonce ms --interval 300 --ignore-kod $SRV1
wait_for test -s "$WORK/victim.stats"
guess 8000
check "the kernel has noticed" guessed $IN1 $SRV1
check_value "the guesses did hit" "$(polled victim kissed)" -ge 1
check_value "but nothing is dropped" "$(elements drop_service4)" -eq 0
stop victim INT
stop srv1

# A hit among the first four may have been policed, before anybody could notice.
inside router nft flush set inet goaway police4
inside router nft flush set inet goaway record4

# What such a nonce would prove otherwise it proves no more; a random one does.
serve srv1 --kiss DENY
before=$(standing)
poll in1 --port 40000 --nonce ms --count 6 --interval 300 --ignore-kod $SRV1 >/dev/null
check_value "a true DENY to a weak nonce installs nothing" "$(standing)" -eq "$before"
poll in1 --port 40000 --nonce random --count 5 --interval 700 --ignore-kod $SRV1 >/dev/null
check "to a random nonce it does" dropped $IN1 $SRV1
daemon_end
tap_finish
