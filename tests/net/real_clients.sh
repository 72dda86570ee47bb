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
meter srv1 input
meter srv2 input
meter in1 output
meter in2 output
meter in3 output
before=$(($(metered srv1) + $(metered srv2)))
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
if software_have timesyncd; then
	timesyncd_start in3 $SRV2 $SRV1
	clients=$((clients + 1))
else
	skip "timesyncd" "no systemd-timesyncd package"
fi
[ $clients -gt 0 ] || skip_all "no real client can be had"

sleep "$SECONDS_LONG"
for client in chronyd ntpd timesyncd; do
	[ -z "${PIDS[$client]:-}" ] || check "$client still runs" running "${PIDS[$client]}"
done
sent=$(($(metered in1) + $(metered in2) + $(metered in3)))
heard=$(($(metered srv1) + $(metered srv2) - before))
check_value "they asked" "$sent" -ge $((clients * 4))
check_value "of $sent requests, the servers heard" "$heard" -eq "$sent"
check_value "RATE was proven" "$(told ' police ')" -ge 1
check_value "nothing was policed away" "$(counter policed)" -eq 0
check_value "nothing was dropped" "$(counter dropped)" -eq 0
tap_finish
