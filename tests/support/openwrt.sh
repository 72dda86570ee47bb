# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# An init script of OpenWrt, $init, under the stand-in for procd and UCI
# (tests/openwrt/procd.sh) by a $shell that may be a router's, below $TREE.
# shellcheck disable=SC2034 # for those that include it

export TREE=$WORK/tree
shells=()
command -v dash >/dev/null && shells+=("dash")
command -v busybox >/dev/null && shells+=("busybox ash")
[ ${#shells[@]} -gt 0 ] || skip_all "neither dash nor busybox"

# service ACTION: the script's status
service() {
	# shellcheck disable=SC2086,SC2154
	$shell "$ROOT/tests/openwrt/procd.sh" "$init" "$1" >>"$WORK/service.log" 2>&1
}
did() { tail -n 1 "$TREE/procd/did"; }
said() { grep -qs -- "$1" "$TREE/procd/said"; }
# param NAME: what procd was told of it, words in tabs
param() { sed -n "s/^$1\t//p" "$TREE/procd/instance"; }
instance() { test -e "$TREE/procd/instance"; }

# uci LINE...: further lines of the last section
uci() { printf '\t%s\n' "$@" >>"$TREE/etc/config/goaway"; }

# as_user FILE: AS_USER, a command that runs another as JAIL_USER, without any right but the
# ambient capabilities of FILE; false where we are not root
JAIL_USER=32768
as_user() {
	local allowed
	[ "$(sed -n 's/^ *0 *\([0-9]*\).*/\1/p' /proc/self/uid_map)" = 0 ] || return 1
	allowed=$(python3 -c 'import json, sys
print(",".join("+" + name[4:].lower() for name in json.load(sys.stdin)["ambient"]))' <"$1")
	chmod -R a+rX "$WORK"
	AS_USER=(setpriv "--reuid=$JAIL_USER" "--regid=$JAIL_USER" --clear-groups --no-new-privs --bounding-set="-all,$allowed"
		--inh-caps="-all,$allowed" --ambient-caps="-all,$allowed" --)
}
