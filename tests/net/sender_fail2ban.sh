#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fail2ban's action "goaway", with the real fail2ban: whom it bans, his own router stops.
NEEDS=fail2ban
. "$(dirname "$0")/../support/net.sh"

software_have fail2ban && [ -x /usr/bin/python3 ] || skip_all "no fail2ban package, or no Python"
topology
daemon_start </dev/null

fail2ban=$WORK/fail2ban
mkdir -p "$fail2ban"/{action.d,filter.d}
cp "$ROOT/etc/fail2ban/action.d/goaway.conf" "$fail2ban/action.d/"
cp "$SOFTWARE"/fail2ban/etc/fail2ban/action.d/nftables*.conf "$fail2ban/action.d/"
cat >"$fail2ban/fail2ban.conf" <<-CONF
	[Definition]
	loglevel = INFO
	logtarget = $WORK/fail2ban.log
	syslogsocket = auto
	socket = $WORK/fail2ban.sock
	pidfile = $WORK/fail2ban.pid
	dbfile = None
	dbpurgeage = 1d
	allowipv6 = yes
CONF
cat >"$fail2ban/filter.d/knocking.conf" <<-'CONF'
	[Definition]
	failregex = ^.* knocked by <HOST>$
CONF
cat >"$fail2ban/jail.conf" <<-CONF
	[knocking]
	enabled = true
	filter = knocking
	backend = polling
	usedns = no
	ignoreself = false
	logpath = $WORK/knocks
	maxretry = 2
	findtime = 60
	bantime = 600
	action = nftables[type=allports, protocol="tcp,udp", name=knocking]
	         goaway[rules="$ROOT/etc/goaway/bans.nft"]
CONF
: >"$WORK/knocks"
spawn sender srv1 "$GOAWAY" sender --group 247 --lifetime 10m
fail2ban_command fail2ban-server -f -c "$fail2ban"
spawn fail2ban srv1 "${SOFTWARE_COMMAND[@]}"
f2b() {
	fail2ban_command fail2ban-client -c "$fail2ban" "$@"
	inside srv1 "${SOFTWARE_COMMAND[@]}"
}
check "fail2ban starts" wait_for quiet f2b ping

knocks() {
	local i
	for i in 1 2 3; do
		echo "$(date '+%Y-%m-%d %H:%M:%S') $i knocked by $1" >>"$WORK/knocks"
	done
}
ban_seconds() {
	seconds "$(inside srv1 nft get element inet goaway_bans banned4 "{ $ROUTER }" |
		grep -oE 'timeout [0-9a-z]+ ' | cut -d ' ' -f 2)"
}
banned() { quiet inside srv1 nft get element inet goaway_bans "banned$(family_of "$1")" "{ $1 }"; }

flood_udp four in1 $SRV1 7000 0.05
flood_udp six in1 $SRV1_6 7000 0.05
sleep 0.5
knocks $ROUTER
check "fail2ban bans: the address is in the set" wait_for banned $ROUTER
check_value "for as long as the ban" "$(ban_seconds)" -eq 600
check "its router drops it" wait_for \
	quiet element drop_service4 "$IN1 . $SRV1 . udp . 7000"
knocks $IN1_6
check "IPv6: the address is in the set" wait_for banned $IN1_6
check "its router drops it" wait_for \
	quiet element drop_service6 "$IN1_6 . $SRV1_6 . udp . 7000"
check "unban takes it out" quiet f2b set knocking unbanip $ROUTER
check "of the set too" wait_for refuted banned $ROUTER
check "a ban without end" quiet f2b set knocking bantime -1
quiet f2b set knocking banip 198.51.100.99
check "is in the set too" wait_for banned 198.51.100.99
check "no action failed" refuted grep -E 'ERROR|stderr' "$WORK/fail2ban.log"
quiet f2b stop
finished fail2ban
check "when fail2ban ends, nobody is banned any more" refuted banned $IN1_6
check "the sender ends well" stop sender
daemon_end
tap_finish
