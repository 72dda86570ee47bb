#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A bot whose accomplices complain of it until its share of the table is full: its real victim's
# complaint is granted, and what made room for it takes nothing else along.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology
for i in {100..119}; do
	echo "addr add 192.0.$i.1/32 dev eth0"
	echo "addr add 2001:db8:$i::1/128 dev eth0"
done | ip -n srv2 -batch -
ip -n router route add 192.0.0.0/17 via $SRV2
ip -n router route add 2001:db8:100::/40 via $SRV2_6
daemon_start <<-CONF
	share = 16
	goaway_rate = 1000
	goaway_rate_all = 1000
CONF
for i in {100..119}; do
	NS_OF[192.0.$i.1]=srv2
	NS_OF[2001:db8:$i::1]=srv2
done
# accomplice4 NUMBER, accomplice6 NUMBER: an address of one, in a network of its own
accomplice4() { echo "192.0.$1.1"; }
accomplice6() { echo "2001:db8:$1::1"; }

for family in 4 6; do
	case $family in
	4) bot=$IN1 victim=$SRV1 ;;
	6) bot=$IN1_6 victim=$SRV1_6 ;;
	esac
	near=$(accomplice$family 100)
	for port in {1..10}; do
		complain "$bot" "$near" "$port" >/dev/null
	done
	check_value "IPv$family: one accomplice: a quarter of the share" \
		"$(elements drop_service$family)" -eq 4
	check "the newest is among them" stopped "$bot" "$near" 10
	for i in {101..119}; do
		complain "$bot" "$(accomplice$family "$i")" 1 >/dev/null
	done
	check_value "IPv$family: many: the whole share" "$(elements drop_service$family)" -eq 16
	says "IPv$family: the real victim is granted" "granted service 600" \
		"$(complain "$bot" "$victim" 9)"
	check "its drop stands" stopped "$bot" "$victim" 9
	check_value "for one of theirs" "$(elements drop_service$family)" -eq 16
	# What catches most stays.
	offend "$bot" "$victim" 9 --count 10
	for i in {101..119}; do
		complain "$bot" "$(accomplice$family "$i")" 2 >/dev/null
	done
	check "IPv$family: however they go on, it stays" stopped "$bot" "$victim" 9
	check_value "it caught" \
		"$(caught "drop_service$family" "$bot . $victim . udp . 9")" -eq 10
done

# What is policed goes, and a drop of the same pair stays in force.
serve srv1 --kiss RATE
complain $IN2 $SRV1 9 --lifetime 3600 >/dev/null
poll in2 --count 2 --interval 60 --ignore-kod --wait 200 $SRV1 >/dev/null
check "policed, and a drop" policed $IN2 $SRV1
for port in {1..3}; do
	complain $IN2 $SRV2 "$port" --lifetime 3600 >/dev/null
done
check "no longer policed" refuted policed $IN2 $SRV1
check "the drop stands" stopped $IN2 $SRV1 9
offend $IN2 $SRV1 9
check_value "and bites" "$(caught drop_service4 "$IN2 . $SRV1 . udp . 9")" -eq 1
daemon_end
tap_finish
