#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A million forged KoDs with a wrong origin, to the right port, about a client
# that polls meanwhile: no drop, nothing handed up, nothing lost.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1
serve srv2 --kiss DENY
daemon_start </dev/null
# The true answers that come to the router, which are no kisses, and those that leave it.
inside router nft 'table inet witness {
	counter came { }
	counter went { }
	chain first { type filter hook prerouting priority -400; udp sport 123 udp dport 40000 @th,72,8 != 0 counter name came; }
	chain last { type filter hook postrouting priority 400; udp sport 123 udp dport 40000 @th,72,8 != 0 counter name went; }
}'

forge() {
	inside srv2 "$NTPKIT" forge --source $SRV1 --target $ROUTER --dport 40000 "$@" >/dev/null
	inside srv2 "$NTPKIT" forge --source $SRV1_6 --target $IN1_6 --dport 40000 "$@" >/dev/null
}

before=$(queued)
poll_start victim in1 --port 40000 --interval 100 --wait 500 $SRV1
poll_start victim6 in1 --port 40000 --interval 100 --wait 500 $SRV1_6
wait_for test -s "$WORK/victim.stats"
forge --count 200000 --kiss RATE
forge --count 200000 --kiss DENY
forge --count 100000 --kiss RSTR --origin zero
check_value "they reached the table" "$(counter kiss_unmatched)" -ge 500000
check_value "none was handed to user space" $(($(queued) - before)) -eq 0
check_value "no drop, no policing" "$(standing)" -eq 0
stop victim INT
stop victim6 INT
check_value "they reached the client, for they look like answers" "$(polled victim unmatched)" -ge 1000
check_value "it is answered all the while" "$(polled victim answered)" -ge 10
check_value "so over IPv6" "$(polled victim6 answered)" -ge 10
# a flood may crowd an answer out of a queue of the kernel's, or of the client's socket; the agent takes none
check_value "what came went on" "$(count router witness went)" -eq "$(count router witness came)"
check_value "nothing by the agent" $(($(counter dropped) + $(counter policed))) -eq 0

poll in2 --count 5 --interval 100 --ignore-kod --wait 200 $SRV2 >/dev/null
check "a genuine complaint afterwards is heard" dropped $IN2 $SRV2
daemon_end
tap_finish
