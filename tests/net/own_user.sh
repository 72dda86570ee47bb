#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Started by root where there is a user goaway, all of the daemon is that user, the judges of later
# too: what it could before, it still can, and no more. Where there is none it says so.
. "$(dirname "$0")/../support/net.sh"
# shellcheck source=../support/control.sh
. "$SUPPORT/control.sh"
LOSES_JUDGES=yes
OWN=32767
mapped $OWN || skip_all "there is no user here but root"
# What looks for leaks traces the process, which nobody may who became another user.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0

topology
serve srv1 --kiss DENY
chmod a+rx "$WORK"
sed -i '/^goaway:/d' /etc/group
echo "goaway:x:$OWN:" >>/etc/group

judge() { pgrep -P "${PIDS[goawayd]}"; }
another() { [ "$(judge)" != "$1" ] && [ -n "$(judge)" ]; }
# line_of FIELD PID: in /proc, words in tabs
line_of() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$2/status"; }
# is_user NUMBER PID: by each of the four ids, and of no other group
is_user() {
	local four
	printf -v four '%s\t%s\t%s\t%s' "$1" "$1" "$1" "$1"
	[ "$(line_of Uid "$2")" = "$four" ] && [ "$(line_of Gid "$2")" = "$four" ] &&
		[ -z "$(line_of Groups "$2" | tr -d ' ')" ]
}
owner() { stat -c %u:%g:%a "$1"; }
given_up() { verb status | grep -oE "\"$1\":\[[^]]*\]" | grep -q "$2"; }
judge_swore() { given_up judge_given_up capabilities; }
socket=/run/goaway/control.sock

daemon_start </dev/null
check "where there is no user goaway, it runs on as root" is_user 0 "${PIDS[goawayd]}"
check "and says so" test "$(told 'runs on as root, for it cannot become user goaway')" -eq 1
check "who asks for its status sees it" refuted given_up given_up root
check "of the judge too" wait_for judge_swore
check "who is root" refuted given_up judge_given_up root
check "its folder stays root's" test "$(owner /run/goaway)" = 0:0:755
inside router "$GOAWAY" doctor >"$WORK/doctor" 2>&1
check "the doctor too" grep -q 'goawayd is root: when it started, it could not become user goaway' "$WORK/doctor"
stop goawayd

echo "goaway:x:$OWN:$OWN::/nonexistent:/usr/sbin/nologin" >>/etc/passwd
daemon_start </dev/null
check "where there is one, it is that" is_user $OWN "${PIDS[goawayd]}"
check "with two capabilities" test "$(line_of CapPrm "${PIDS[goawayd]}")" = 0000000000003000
check "and none to get back" test "$(line_of CapBnd "${PIDS[goawayd]}")" = 0000000000000000
check "it says nothing of root" test "$(told root)" -eq 0
wait_for another none
first=$(judge)
check "its judge is that user too" is_user $OWN "$first"
check "without capabilities" test "$(line_of CapPrm "$first")" = 0000000000000000
check "whose status says it" wait_for given_up judge_given_up root
check "and its own" given_up given_up root
inside router "$GOAWAY" doctor >"$WORK/doctor" 2>&1
check "the doctor has nothing against it" refuted grep 'is root' "$WORK/doctor"
check "and system calls, where it is built with lists of them" test \
	"$(given_up given_up system_calls && echo enabled || echo disabled)" = "$(built_with seccomp)"
check "others of that user cannot look into it" refuted quiet \
	setpriv --reuid=$OWN --regid=$OWN --clear-groups -- cat "/proc/${PIDS[goawayd]}/environ"
check "the socket is its, and its group's" test "$(owner $socket)" = $OWN:$OWN:660
check "as is the folder" test "$(owner /run/goaway)" = $OWN:$OWN:755
poll in1 --count 5 --interval 60 --ignore-kod --wait 100 $SRV1 >/dev/null
check "it drops" wait_for dropped $IN1 $SRV1

kill -KILL "$first"
check "another judge is started" wait_for another "$first"
check "who is that user as well" is_user $OWN "$(judge)"
poll in2 --count 5 --interval 60 --ignore-kod --wait 100 $SRV1 >/dev/null
check "and hears" wait_for dropped $IN2 $SRV1

# hup SETTING...: read again, with these
hup() {
	local before
	before=$(told 'reloaded ')
	printf '%s\n' "$@" >"$WORK/goawayd.conf"
	kill -HUP "${PIDS[goawayd]}"
	wait_for more_reloads "$before"
}
more_reloads() { [ "$(told 'reloaded ')" -gt "$1" ]; }
hup 'mode = observe'
check "settings are read again" grep -q '"mode":"observe"' <(verb status)
inside router "$GOAWAY" exempt add source 10.77.0.1 -c "$WORK/goawayd.conf" >/dev/null
check "so is what root exempts" quiet element exempt_source4 10.77.0.1
hup 'control = "/run/goaway/other.sock"'
check "its socket can move" test "$(owner /run/goaway/other.sock)" = $OWN:$OWN:660
check "the one before is gone" refuted test -e $socket
hup 'control_group = ""'
check "and move back" test "$(owner $socket)" = $OWN:$OWN:660
check "without a word of what it may not" test "$(told 'cannot')" -eq 0
check "the daemon ends well" stop goawayd
check "and its socket is gone" refuted test -e $socket

# killed, it leaves one behind
daemon_again
stop goawayd KILL
check "killed, its socket stays" test -S $socket
daemon_again
check "which the next one replaces" grep -q '"mode"' <(verb status)
stop goawayd

# Settings that root alone may read: a reload cannot, which is said before there is one.
check "who can read its settings again says nothing" test "$(told 'a reload will be refused')" -eq 0
echo "exempt_file = \"$WORK/secret\"" >>"$WORK/goawayd.conf"
: >"$WORK/secret"
chmod 600 "$WORK/secret"
daemon_again
check "who cannot says so at the start" test "$(told 'a reload will be refused')" -eq 1
check "and what" grep -q "secret: cannot be read: Permission denied" "$WORK/goawayd.log"
stop goawayd

daemon_start <<<"control = \"$WORK/run/control.sock\""
check "a folder that it made is its too" test "$(owner "$WORK/run")" = $OWN:$OWN:755
stop goawayd
check "so that its socket goes" refuted test -e "$WORK/run/control.sock"
daemon_start <<<"control = \"$WORK/control.sock\""
check "one of others stays theirs" test "$(owner "$WORK")" = 0:0:755
stop goawayd

# In a user namespace that has root alone.
echo "control = \"$WORK/alone/control.sock\"" >"$WORK/alone.conf"
spawn alone router unshare --user --map-root-user --net "$GOAWAYD" --foreground --config "$WORK/alone.conf"
check "where its number is nobody's, it is ready" wait_for daemon_ready alone
check "as the root that there is" is_user 0 "${PIDS[alone]}"
check "which it says" test "$(told 'runs on as root, .*in this user namespace' alone)" -eq 1
check "with two capabilities all the same" test "$(line_of CapPrm "${PIDS[alone]}")" = 0000000000003000
check "it ends well" stop alone

# A user without a number of its own is none.
sed -i "s/^goaway:x:$OWN:/goaway:x:0:/" /etc/passwd
daemon_start </dev/null
check "root by another name is no user of its own" test "$(told 'runs on as root')" -eq 1
daemon_end
tap_finish
