#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC2034
# A small stand-in for OpenWrt's rc.common, UCI, network.sh and procd, to run an init
# script outside OpenWrt, by whichever shell runs this:
#
#     busybox ash procd.sh INIT_SCRIPT start|reload|stop
#
# Below $TREE lie /etc, /lib, /sbin, /usr, /var of the router. What procd is told goes to
# $TREE/procd: `instance` (one parameter a line, words in tabs), `triggers`, `said`
# (what went to syslog), and `did`, what procd did about it: start, HUP, stop, nothing.
# A device of network NAME is what FAKE_DEVICE_NAME says, to who includes network.sh: rc.common does not.
script=$1 action=$2 initscript=$1
state=$TREE/procd
mkdir -p "$state"

record() { # FILE WORDS...
	local file=$1 line=
	shift
	for word; do line=$line${line:+$tab}$word; done
	printf '%s\n' "$line" >>"$state/$file"
}
tab=$(printf '\t')

# ---- UCI ----

reset_cb() {
	config_cb() { :; }
	option_cb() { :; }
	list_cb() { :; }
}

config_load() {
	local line section='' count=0
	# what stood before
	for name in $(set | sed -n 's/^\(CONFIG_[A-Za-z0-9_]*\)=.*/\1/p'); do unset "$name"; done
	while IFS= read -r line; do
		(eval "set -- $line") 2>/dev/null || break # as /sbin/uci -S: what can be read of it
		eval "set -- $line"
		case ${1:-} in
		config)
			count=$((count + 1))
			section=${3:-cfg$count}
			config_cb "$2" "$section"
			;;
		option)
			eval "CONFIG_${section}_$2=\$3"
			option_cb "$2" "$3"
			;;
		list)
			eval "CONFIG_${section}_$2_LENGTH=\$((\${CONFIG_${section}_$2_LENGTH:-0} + 1))"
			eval "eval \"CONFIG_${section}_$2_ITEM\${CONFIG_${section}_$2_LENGTH}=\\\$3\""
			list_cb "$2" "$3"
			;;
		esac
	done <"$TREE/etc/config/$1"
	config_cb
}

# uci [-q] export NAME: whether all of it can be read
uci() {
	local line
	[ "$1" != -q ] || shift
	while IFS= read -r line; do
		(eval "set -- $line" && case ${1:-config} in config | option | list) ;; *) false ;; esac) 2>/dev/null || {
			echo "uci: Parse error: $line" >&2
			return 1
		}
	done <"$TREE/etc/config/$2"
}

config_get() { eval "$1=\${CONFIG_$2_$3:-\${4:-}}"; }

config_get_bool() {
	local value
	config_get value "$2" "$3" "$4"
	case $value in
	1 | on | true | yes | enabled) value=1 ;;
	0 | off | false | no | disabled) value=0 ;;
	*) value=$4 ;;
	esac
	eval "$1=\$value"
}

config_list_foreach() {
	local section=$1 option=$2 call=$3 index=1 length item
	config_get length "$section" "${option}_LENGTH" 0
	while [ "$index" -le "$length" ]; do
		config_get item "$section" "${option}_ITEM$index"
		"$call" "$item"
		index=$((index + 1))
	done
}

# ---- the network ----

mkdir -p "$TREE/lib/functions"
cp -p "${0%/*}/network.sh" "$TREE/lib/functions/"

# ---- procd ----

procd_open_instance() { : >"$state/instance.new"; }
procd_close_instance() { :; }
procd_set_param() {
	case $1 in
	command | file | respawn | reload_signal | stdout | stderr | capabilities | user | group | no_new_privs | netdev)
		record instance.new "$@"
		;;
	*) record said "procd knows no parameter $1" ;;
	esac
}
procd_append_param() { # NAME WORDS...
	local name=$1
	shift
	for word; do sed -i "s#^$name$tab.*#&$tab$word#" "$state/instance.new"; done
}
procd_add_jail() { record instance.new jail "$@"; }
procd_add_jail_mount() { record instance.new jail_mount "$@"; }
procd_add_jail_mount_rw() { record instance.new jail_mount_rw "$@"; }
procd_add_reload_trigger() { record triggers config.change "$@"; }
procd_add_reload_interface_trigger() { record triggers "interface.*" "$@"; }

# A file's content belongs to an instance, as procd has it; a change is a restart, or a
# signal where one was asked for. No instance: whatever ran is stopped.
service_set() {
	# the router's own paths again
	sed -i "s#$TREE/#/#g" "$state"/instance.new "$state"/triggers 2>/dev/null
	[ ! -e "$state/instance.new" ] || sed -n "s/^file$tab//p" "$state/instance.new" |
		while read -r file; do md5sum <"$TREE$file"; done >>"$state/instance.new"
	if [ ! -e "$state/instance.new" ]; then
		record did stop
		rm -f "$state/instance"
	elif [ ! -e "$state/instance" ]; then
		record did start
	elif cmp -s "$state/instance" "$state/instance.new"; then
		record did nothing
	else
		record did "$(sed -n "s/^reload_signal$tab//p" "$state/instance.new" | grep . || echo restart)"
	fi
	[ ! -e "$state/instance.new" ] || mv "$state/instance.new" "$state/instance"
}

# ---- programs that the script calls ----

logger() { cat >>"$state/said"; }
chown() { record chowned "$@"; }

reset_cb
start_service() { :; }
service_triggers() { :; }
# The router's paths are below $TREE.
tree_script=$state/script
sed -E 's#(^|[ "(=])/(etc|lib|var|usr|sbin)/#\1$TREE/\2/#g' "$script" >"$tree_script"
# shellcheck disable=SC1090
. "$tree_script"

start() {
	local status
	rm -f "$state/instance.new" "$state/triggers"
	start_service
	status=$?
	service_triggers
	service_set
	return $status
}

case $action in
start) start ;;
reload)
	record did nothing
	if type reload_service >/dev/null 2>&1; then reload_service; else start; fi
	;;
stop)
	record did stop
	rm -f "$state/instance"
	;;
esac
