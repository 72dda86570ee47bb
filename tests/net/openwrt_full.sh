#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What goawayd-full has for OpenWrt besides the daemon: the exporter and the sender as
# services, under the stand-in for procd and UCI, and as procd would run them.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/openwrt.sh"

files=$ROOT/openwrt/goawayd/files

# tree SERVICE [jail]: a router, on which the package has just been installed
tree() {
	init=$files/$1.init
	rm -rf "$TREE"
	mkdir -p "$TREE/etc/config" "$TREE/sbin" "$TREE/etc/capabilities"
	cat "$files/goaway.config" "$files/goaway-full.config" >"$TREE/etc/config/goaway"
	[ "${2:-}" = jail ] || return 0
	printf '#!/bin/sh\n' >"$TREE/sbin/ujail"
	chmod +x "$TREE/sbin/ujail"
	cp "$files/goawayd.capabilities.json" "$TREE/etc/capabilities/goawayd.json"
}

# enable SECTION [LINE...]: and add to it
enable() {
	local section=$1 line
	shift
	sed -i "/^config $section /,\$s/enabled '0'/enabled '1'/" "$TREE/etc/config/goaway"
	for line; do
		sed -i "/^config $section /a\\	$line" "$TREE/etc/config/goaway"
	done
}

# both SERVICE: what they have in common
both() {
	tree "$1"
	check "$shell: $1: as installed, it starts nothing" service start
	check "$shell: $1: indeed" refuted instance
	enable "${1#goaway-}"
	check "$shell: $1: enabled, it starts" service start
	check "$shell: $1: something" instance
	check "$shell: $1: it is never given up" test "$(param respawn)" = $'3600\t5\t0'
	check "$shell: $1: its words go to the log" test "$(param stdout)$(param stderr)" = 11
	check "$shell: $1: it looks again when its settings change" \
		grep -qx $'config.change\tgoaway' "$TREE/procd/triggers"
	service reload
	check "$shell: $1: a reload without a change does nothing" test "$(did)" = nothing
	sed -i "s/'enforce'/'enforce/" "$TREE/etc/config/goaway"
	service reload
	check "$shell: $1: nor does one that UCI cannot read" test "$(did)" = nothing
	sed -i "s/'enforce/'enforce'/; s/enabled '1'/enabled '0'/" "$TREE/etc/config/goaway"
	service reload
	check "$shell: $1: disabled, it stops" test "$(did)" = stop
	check "$shell: $1: procd knows all that it was told" refuted said 'procd knows no'
	# what a kept configuration may lack
	cp "$files/goaway.config" "$TREE/etc/config/goaway"
	check "$shell: $1: without a section of its own it is no failure" service start
	check "$shell: $1: and nothing starts" refuted instance
}

exporter() {
	both goaway-exporter
	tree goaway-exporter jail
	enable exporter "list listen '192.168.1.1:19247'" "list allow_host 'router.lan'" "list listen '[::1]:19247'"
	service start
	check "$shell: the exporter listens where it is told, by these names" test "$(param command)" = \
		$'/usr/bin/goaway-exporter\t--listen\t[::1]:19247\t--listen\t192.168.1.1:19247\t--allow-host\trouter.lan'
	enable goaway "option control '/var/run/goaway/other.sock'"
	service reload
	check "$shell: it asks where the daemon is told to answer" test "$(param command)" = \
		$'/usr/bin/goaway-exporter\t--socket\t/var/run/goaway/other.sock\t--listen\t[::1]:19247\t--listen\t192.168.1.1:19247\t--allow-host\trouter.lan'
	check "$shell: as nobody, of the group that may read" test "$(param user) $(param group)" = "nobody goaway"
	check "$shell: without capabilities" refuted grep -q '^capabilities' "$TREE/procd/instance"
	check "$shell: in a jail with the daemon's socket" test \
		"$(param jail) $(param jail_mount)" = $'goaway-exporter\tlog /var/run/goaway'
}

sender() {
	both goaway-sender
	tree goaway-sender jail
	enable sender "option lifetime '4h'" "option rate '50'"
	service start
	check "$shell: the sender has its options" test "$(param command)" = \
		$'/usr/bin/goaway\tsender\t--group\t247\t--lifetime\t4h\t--rate\t50'
	check "$shell: as a user of its own" test "$(param user) $(param group)" = "goaway goaway"
	check "$shell: with capabilities that are installed" test -s "$TREE$(param capabilities)"
	enable sender "option limit '9'" "option class '7'" "option host '1'"
	service reload
	check "$shell: it can have all there are" test -z "$("$GOAWAY" help sender | sed -n 's/^ .* --\([a-z]*\) .*/\1/p' |
		while read -r option; do param command | tr '\t' '\n' | grep -qx -e "--$option" || echo "$option"; done)"
}

for shell in "${shells[@]}"; do
	exporter
	sender
done

# ---- for real: as procd would run them ----

# command_of PROGRAM...: what procd was told to run, with these for what it found installed
command_of() {
	local program=$1
	mapfile -t command < <(param command | tr '\t' '\n' | tail -n +2)
	command=("$program" "${command[@]}")
}
topology
group=nogroup
getent group goaway >/dev/null && group=goaway
daemon_start <<<"control_group = \"$group\""

if [ -x "$BUILD/src/goaway/goaway-exporter" ]; then
	tree goaway-exporter jail
	enable exporter
	service start
	command_of "$BUILD/src/goaway/goaway-exporter"
	if as_user "$TREE/etc/capabilities/goawayd.json"; then
		gid=$(getent group $group | cut -d: -f3)
		command=(setpriv --reuid=65534 --regid="$gid" --clear-groups --no-new-privs --bounding-set=-all -- "${command[@]}")
	fi
	spawn exporter router "${command[@]}"
	serves() {
		inside router python3 "$ROOT/tests/web/get.py" http://localhost:19247/metrics 2>/dev/null | grep -qx 'goaway_up 1'
	}
	check "the exporter serves what the daemon lets it read" wait_for serves
else
	skip "the exporter serves what the daemon lets it read" "built without it"
fi

tree goaway-sender jail
enable sender
service start
command_of "$GOAWAY"
as_user "$TREE/etc/capabilities/goawayd.json" && command=("${AS_USER[@]}" "${command[@]}")
spawn sender srv1 "${command[@]}"
check "the sender starts" wait_for grep -q ready "$WORK/sender.log"
inside srv1 nft -f - <<-'NFT'
	table inet filter {
		chain input {
			type filter hook input priority filter
			udp dport 9999 log group 247
		}
	}
NFT
flood_udp flood in1 $SRV1 9999
check "what a rule logs is complained of, and dropped" wait_for \
	quiet element drop_service4 "$IN1 . $SRV1 . udp . 9999"
stop flood
daemon_end
tap_finish
