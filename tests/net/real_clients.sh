#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Real clients as Debian ships them, polite behind the agent for a minute, while
# one server serves and another says RATE to everything: nothing of what they
# send is lost.
NEEDS='ntpsec chrony timesyncd'
. "$(dirname "$0")/../support/net.sh"

SECONDS_LONG=${SECONDS_LONG:-60}
topology inside2
if software_have ntpsec; then
	check "a real ntpd serves" ntpsec_serve srv1
else
	serve srv1
fi
serve srv2 --kiss RATE
for ns in srv1 srv2 in1 in2 in3; do
	meter $ns
done
total() {
	local ns sum=0 counter=$1
	shift
	for ns; do
		sum=$((sum + $(metered "$ns" "$counter")))
	done
	echo $sum
}
daemon_start </dev/null

clients=0
if software_have chrony; then
	cat >"$WORK/chrony.conf" <<-CONF
		server $SRV1 iburst
		server $SRV1_6 iburst
		server $SRV2 iburst
		cmdport 0
		pidfile $WORK/chronyd.pid
		bindcmdaddress /
	CONF
	software_command chrony usr/sbin/chronyd -x -d -u root -f "$WORK/chrony.conf"
	spawn chronyd in1 "${SOFTWARE_COMMAND[@]}"
	clients=$((clients + 1))
else
	skip "chronyd" "no chrony package"
fi
if software_have ntpsec; then
	cat >"$WORK/ntpd.conf" <<-CONF
		disable ntp kernel
		server $SRV1 iburst
		server $SRV1_6 iburst
		server $SRV2 iburst
	CONF
	software_command ntpsec usr/sbin/ntpd -n -c "$WORK/ntpd.conf" -p "$WORK/ntpd.pid" \
		-l "$WORK/ntpd.events"
	spawn ntpd in2 "${SOFTWARE_COMMAND[@]}"
	clients=$((clients + 1))
else
	skip "ntpd" "no ntpsec package"
fi
if timesyncd_can; then
	timesyncd_start in3 $SRV2 $SRV1
	clients=$((clients + 1))
else
	skip "timesyncd" "no systemd-timesyncd package, or it cannot run here"
fi
[ $clients -gt 0 ] || skip_all "no real client can be had"

sleep "$SECONDS_LONG"
for client in chronyd ntpd timesyncd; do
	[ -z "${PIDS[$client]:-}" ] || check "$client still runs" running "${PIDS[$client]}"
done
# They go on asking.
heard_all() { asked=$(total out3 in1 in2 in3) heard=$(total in3 srv1 srv2) && [ "$heard" -eq "$asked" ]; }
wait_for heard_all
check_value "they asked" "$asked" -ge $((clients * 4))
check_value "of $asked requests, the servers heard" "$heard" -eq "$asked"
got_all() { answered=$(total out4 srv1 srv2) got=$(total in4 in1 in2 in3) && [ "$got" -eq "$answered" ]; }
wait_for got_all
check_value "of $answered answers, they got" "$got" -eq "$answered"
check_value "RATE was proven" "$(told ' police ')" -ge 1
check_value "nothing was policed away" "$(counter policed)" -eq 0
check_value "nothing was dropped" "$(counter dropped)" -eq 0
daemon_end
tap_finish
