#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway doctor: privileges, containers, clock, memory, and JSON; on a machine that pretends to be another.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/doctor.sh"

topology

# ---- privileges ----

well "root" permissions
# as USER OPTIONS: of setpriv
as() {
	inside router setpriv "$@" -- "$GOAWAY" doctor --config "$WORK/goawayd.conf" \
		>"$WORK/doctor" 2>&1
	EXAMINED=$?
}
chmod 755 "$WORK"
daemon_start </dev/null
as --reuid=65534 --regid=65534 --clear-groups
sed 's/^/# /' "$WORK/doctor"
check_value "4: nobody may look" "$EXAMINED" -eq 4
check "it says so" says permissions unknown '^CAP_NET_ADMIN: ' '^run goaway doctor as root$'
check "of rules too" says rules unknown '^rules of others: ' '^run goaway doctor as root$'
check "and the table" is table unknown
check "the socket" is control-socket unknown
check "whether there is a daemon" says daemon unknown '^whether goawayd runs: ' '^run goaway doctor as root$'
check "uplinks, forwarding, clock, memory are for all to see" \
	eval 'is uplinks good && is forwarding good && is clock good && is memory good'
if zcat /proc/config.gz 2>/dev/null | grep -q CONFIG_NF_TABLES=; then
	check "features are read where they may not be tried" says nf_tables good '\(read, not tried\)$'
fi
stop goawayd
as --bounding-set=-net_raw --inh-caps=-net_raw
if inside router setpriv --bounding-set=-net_raw --inh-caps=-net_raw grep -q '^CapEff.*dfff' /proc/self/status; then
	check "root without raw sockets" says permissions bad '^root has no CAP_NET_RAW here' \
		'^give it to this container or jail, as with --cap-add NET_RAW$'
	check_value "1" "$EXAMINED" -eq 1
fi
as --bounding-set=-net_admin,-net_raw --inh-caps=-net_admin,-net_raw
check "root without either" says permissions bad '^root has no CAP_NET_ADMIN here'

# ---- clock ----

booted() { sed "s/^btime .*/btime $1/" /proc/stat; }
well "a clock" clock
pretend /proc/stat "$(booted 946684800)"
ill "in the year 2000" clock note '^not set, as it seems' '^nothing need be done if an NTP client runs'
truth /proc/stat
pretend /proc/stat "$(booted 0)"
ill "in 1970" clock note '^not set'
truth /proc/stat
pretend /proc/stat "$(booted 4102444800)"
ill "in 2100" clock note '^not set'
truth /proc/stat
well "set" clock

# ---- memory ----

available() { sed "s/^MemAvailable: .*/MemAvailable: $1 kB/" /proc/meminfo; }
pretend /proc/meminfo "$(available 60000)"
ill "a small router" memory warning '^all sets full would take [0-9]+ MiB, more than the 58 MiB' \
	'^drops = [0-9]+ and requests = [0-9]+ in '
remedies memory warning | sed 's/ and /\n/; s/ in .*//' >"$WORK/goawayd.conf"
sed 's/^/# /' "$WORK/goawayd.conf"
well "with what it says" memory
well "which are good settings" configuration
: >"$WORK/goawayd.conf"
truth /proc/meminfo

# ---- whose words ----

pretend /etc/os-release 'ID="openwrt"
ID_LIKE="lede openwrt"'
ill "on OpenWrt" daemon bad '^goawayd does not run$' '^service goawayd start$'
pretend /proc/meminfo "$(available 60000)"
inside router "$GOAWAY" doctor >"$WORK/doctor" 2>&1
check "where its settings are" says memory warning '^all sets full' '^drops = [0-9]+ .* in /etc/config/goaway$'
truth /proc/meminfo
truth /etc/os-release

# ---- JSON, usage ----

doctor --json
check "JSON as promised" eval '/usr/bin/python3 "$SUPPORT/schema.py" doctor <"$WORK/doctor"'
inside router "$GOAWAY" doctor >"$WORK/doctor"
check "no colour but on a terminal" refuted grep -q "$(printf '\033')" "$WORK/doctor"
doctor --colour
check_value "2: no such option" "$EXAMINED" -eq 2
doctor now
check_value "2: too much" "$EXAMINED" -eq 2
doctor --config
check_value "2: no value" "$EXAMINED" -eq 2
inside router "$GOAWAY" doctor --config "$WORK/nowhere.conf" >"$WORK/doctor" 2>&1
check_value "1: no such file" $? -eq 1
check "and it says so" says configuration bad 'nowhere.conf: cannot be read: No such file'
inside router "$GOAWAY" doctor >/dev/full 2>"$WORK/doctor"
check_value "1: no room for what it says" $? -eq 1
tap_finish
