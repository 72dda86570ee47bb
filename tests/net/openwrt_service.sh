#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# OpenWrt's init script under a small stand-in for procd and UCI (tests/openwrt/procd.sh),
# by every shell that may be a router's; and the daemon as procd would run it.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/fw4.sh"
. "$(dirname "$0")/../support/openwrt.sh"

init=$ROOT/openwrt/goawayd/files/goawayd.init
exempt=$(built_with sysconfdir)/goaway.exempt
export FAKE_DEVICE_wan='' FAKE_DEVICE_wanb=''
conf() { cat "$TREE/var/etc/goaway/goaway.conf"; }
has_line() { grep -qxF -- "$1" "$TREE/var/etc/goaway/goaway.conf"; }

# tree [jail]: a router, on which the package has just been installed
tree() {
	rm -rf "$TREE"
	mkdir -p "$TREE/etc/config" "$TREE/usr/sbin" "$TREE/sbin" "$TREE/etc/capabilities"
	cp "$ROOT/openwrt/goawayd/files/goaway.config" "$TREE/etc/config/goaway"
	ln -s "$GOAWAYD" "$TREE/usr/sbin/goawayd"
	[ "${1:-}" = jail ] || return 0
	printf '#!/bin/sh\n' >"$TREE/sbin/ujail"
	chmod +x "$TREE/sbin/ujail"
	cp "$ROOT/openwrt/goawayd/files/goawayd.capabilities.json" "$TREE/etc/capabilities/goawayd.json"
}

first_start() {
	tree
	check "$shell: as installed, it starts" service start
	check "$shell: with the daemon in the foreground" \
		test "$(param command)" = $'/usr/sbin/goawayd\t--foreground\t--config\t/var/etc/goaway/goaway.conf'
	check "$shell: it is never given up" test "$(param respawn)" = $'3600\t5\t0'
	check "$shell: its words go to the log" test "$(param stdout)$(param stderr)" = 11
	check "$shell: it starts anew when its settings change" grep -qx $'config.change\tgoaway' "$TREE/procd/triggers"
	check "$shell: without a jail it is started as root, and becomes another user by itself" refuted grep -q '^user' "$TREE/procd/instance"
	check "$shell: nothing is written to flash" test -z "$(find "$TREE" -newer "$TREE/etc/config/goaway" \
		-type f ! -path '*/procd/*' ! -path '*/var/*' ! -path '*/goawayd')"
	check "$shell: procd knows all that it was told" refuted said 'procd knows no'
	service reload
	check "$shell: with room that is nothing to a router with 64 MB" has_line 'drops = "4096"'
	check "$shell: requests too" has_line 'requests = "4096"'
	check "$shell: a reload without a change does nothing" test "$(did)" = nothing
	uci "option deny_lifetime '2h'"
	service reload
	check "$shell: a reload with a change is a SIGHUP, so that drops stay" test "$(did)" = HUP
	service stop
	check "$shell: stop stops" test "$(did)" = stop
}

settings() {
	tree
	export FAKE_DEVICE_wan=pppoe-wan FAKE_DEVICE_wanb=''
	uci "option drops 1000" "option ingress_filter 'false'" "list exempt_sources '192.168.1.10'" \
		"list exempt_sources '2001:db8::/32'" "list rate_lifetime '10m'" "list rate_lifetime '20m'" \
		"list rate_lifetime '30m'" "list interface 'wan'" "list interface 'wanb'" "" "config other 'other'" \
		"option mode 'nonsense'"
	check "$shell: with settings, it starts" service start
	check "$shell: an option" has_line 'drops = "1000"'
	check "$shell: a list" has_line 'exempt_sources += {"2001:db8::/32"}'
	check "$shell: a network is the device that it has now" has_line 'uplinks += {"pppoe-wan"}'
	check "$shell: one that has none yet is left out" test "$(conf | grep -c uplinks)" -eq 1
	check "$shell: but waited for" grep -qx $'interface.*\twanb' "$TREE/procd/triggers"
	check "$shell: other sections are others'" refuted has_line 'mode = "nonsense"'
	check "$shell: whether it is enabled is not for the daemon" refuted grep -q enabled "$TREE/var/etc/goaway/goaway.conf"
	check "$shell: the daemon likes it" quiet "$GOAWAYD" --check-config --config "$TREE/var/etc/goaway/goaway.conf"
	export FAKE_DEVICE_wanb=wwan0
	service reload
	check "$shell: when it comes up" has_line 'uplinks += {"wwan0"}'
	check "$shell: the daemon hears of it" test "$(did)" = HUP
}

# Each setting that goaway.conf has, as UCI has it.
every_setting() {
	tree
	# a file that is named must be there, unless it is where it would be without
	sed -n "s#/etc/goaway.exempt#$exempt#; s/^#\([a-z_]*\) = \(.*\)/\1 \2/p" "$ROOT/etc/goaway.conf" | while read -r name value; do
		case $value in
		'{}') ;;
		'{'*) tr -d '{},' <<<"$value" | xargs -n 1 printf "\tlist $name '%s'\n" ;;
		*) printf "\toption %s '%s'\n" "$name" "$value" | tr -d '"' ;;
		esac
	done >>"$TREE/etc/config/goaway"
	check "$shell: every setting of goaway.conf at its default is good" service start
	check "$shell: and none was lost" test -z "$(sed -nE '/= \{\}$/d; s/^#([a-z_]+) = .*/\1/p' "$ROOT/etc/goaway.conf" |
		grep -vxFf <(conf | sed -nE 's/^([a-z_]+) \+?= .*/\1/p'))"
}

faults() {
	tree
	uci "option denny_lifetime '2h'"
	check "$shell: a fault at the first start fails" refuted service start
	check "$shell: nothing runs" refuted instance
	check "$shell: the log says what would be right" said "did you mean 'deny_lifetime'"
	tree
	service start
	uci "option deny_lifetime 'long'"
	check "$shell: a fault at a reload is no failure" service reload
	check "$shell: the log says what is wrong" said "deny_lifetime"
	check "$shell: what ran goes on" test "$(did)" = nothing
	check "$shell: with what was good" refuted has_line 'deny_lifetime = "long"'
	# UCI goes on without what it cannot read.
	tree
	uci "optoin mode 'observe'"
	check "$shell: what UCI cannot read fails at the first start" refuted service start
	check "$shell: nothing runs" refuted instance
	tree
	uci "list exempt_sources '192.168.1.10'"
	service start
	for fault in "s/list exempt_sources/lits exempt_sources/" "s/enabled '1'/enabled '1/"; do
		sed -i "$fault" "$TREE/etc/config/goaway"
		check "$shell: $fault at a reload is no failure" service reload
		check "$shell: the log says what is wrong" said "Parse error"
		check "$shell: what ran goes on" test "$(did)" = nothing
		check "$shell: with what was good" has_line 'exempt_sources += {"192.168.1.10"}'
	done
	tree
	service start
	sed -i "s/enabled '1'/enabled '0'/" "$TREE/etc/config/goaway"
	check "$shell: disabled, it is no failure either" service reload
	check "$shell: and nothing runs" refuted instance
	sed -i "s/option mode/optoin mode/" "$TREE/etc/config/goaway"
	service reload
	check "$shell: nor with a fault then" refuted instance
}

jail() {
	tree jail
	check "$shell: where there is a jail, it starts" service start
	check "$shell: as a user of its own" test "$(param user) $(param group)" = "goaway goaway"
	check "$shell: with its capabilities" test "$(param capabilities)" = /etc/capabilities/goawayd.json
	check "$shell: which it cannot add to" test "$(param no_new_privs)" = 1
	check "$shell: it sees /proc, for its judge" grep -qE $'^jail\tgoawayd\t.*procfs' "$TREE/procd/instance"
	check "$shell: it sees the folders of its configuration, so that a new one shows" \
		test "$(param jail_mount)" = $'/var/etc/goaway\t/etc/goaway'
	check "$shell: and may write where its socket is" test \
		"$(param jail_mount_rw)" = "$("$ROOT/tests/openwrt/make" goawayd tell | sed -n 's/.*-Drundir=\([^ ]*\).*/\1/p')/goaway"
}

for shell in "${shells[@]}"; do
	first_start
	settings
	every_setting
	faults
	jail
done

# ---- for real: as procd would run it ----

topology
serve srv1 --kiss DENY
tree jail
service start
mapfile -t command < <(param command | tr '\t' '\n' | sed "s#^/#$TREE/#")
if as_user "$TREE/etc/capabilities/goawayd.json"; then
	chown $JAIL_USER:$JAIL_USER /run/goaway
	command=("${AS_USER[@]}" "${command[@]}")
	who="user $JAIL_USER, with two capabilities,"
else
	who="it"
fi
procd_runs() {
	spawn goawayd router "${command[@]}"
	wait_for daemon_ready goawayd
}
check "$who starts" procd_runs
poll in1 --count 5 --interval 60 --ignore-kod --wait 100 $SRV1 >/dev/null
check "and drops" dropped $IN1 $SRV1
uci "option mode 'observe'"
service reload
check "a change of mode is told to it" test "$(did)" = HUP
kill -HUP "${PIDS[goawayd]}"
check "it takes it over" wait_for grep -q 'reloaded .*goaway.conf' "$WORK/goawayd.log"
poll in2 --count 5 --interval 60 --ignore-kod --wait 100 $SRV1 >/dev/null
check "and says what it would do" wait_for grep -q "would drop $IN2 -> $SRV1" "$WORK/goawayd.log"
check "the drop stands" dropped $IN1 $SRV1
stop goawayd KILL
check "killed, the drop stands" dropped $IN1 $SRV1
check "started again, it carries on" procd_runs
check "with the drop" dropped $IN1 $SRV1

# respawned CRASHES: procd starts it again after each, but gives up above the third word of
# respawn, unless that is 0
respawned() {
	local crash retry
	retry=$(param respawn | cut -f 3)
	for ((crash = 1; crash <= $1; crash++)); do
		stop goawayd KILL
		[ "$retry" -eq 0 ] || [ "$crash" -le "$retry" ] || return 1
		procd_runs || return 1
	done
}
check "crashing ten times in a row, it is not given up" respawned 10
check "nor is the drop" dropped $IN1 $SRV1
daemon_end
tap_finish
