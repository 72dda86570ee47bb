#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway exempt: now, and saved where the daemon reads it; or not at all.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
CONF=$WORK/goawayd.conf FILE=$WORK/goaway.exempt
echo 'exempt_file = ""' >"$WORK/none.conf"
echo 'queue = x' >"$WORK/wrong.conf"
# told_by STATUS PATTERN COMMAND...: how it exits, and that it says so
told_by() {
	local status=$1 pattern=$2
	shift 2
	"$@" >"$WORK/out" 2>&1
	[ $? -eq "$status" ] && grep -qE -- "$pattern" "$WORK/out"
}
exempt() { inside router "$GOAWAY" exempt "$@" -c "$CONF"; }
file_is() { [ "$(cat "$FILE")" = "$1" ]; }
in_force() { inside router nft list set inet goaway "$1" | grep -qF "$2"; }

# ---- what makes no sense ----

check "add, del or list" told_by 2 'add, del or list is needed' exempt
check "nothing else, and what comes near" told_by 2 "'ad' is not known; did you mean 'add'\?" exempt ad
check "who" told_by 2 "'source' or 'target' is needed, and a PREFIX" exempt add 10.0.0.1
check "of these two" told_by 2 "'host' is neither 'source' nor 'target'" exempt add host 10.0.0.1
check "a prefix" told_by 2 "'here' is no address or prefix" exempt del source here
check "a whole one" told_by 2 "'10.0.0.1/8' has bits set behind its length" exempt add source 10.0.0.1/8
check "one" told_by 2 "'source' or 'target' is needed" exempt add source 10.0.0.1 10.0.0.2
check "a note of one line" told_by 2 'is no note; one line of 1 to 127' exempt add source 10.0.0.1 --note $'a\nb'
check "with something in it" told_by 2 'is no note' exempt add source 10.0.0.1 --note ''
check "not too long" told_by 2 'is no note' exempt add source 10.0.0.1 --note "$(printf %0128d 0)"
check "of what is added" told_by 2 '--note is for add' exempt del source 10.0.0.1 --note x
check "options of list" told_by 2 '--json, --noheadings and --output are for list' exempt add source 10.0.0.1 -J
check "list takes no more" told_by 2 "'source' is too much" exempt list source
check "no file" told_by 1 'there is no exempt file: setting exempt_file is ""' \
	inside router "$GOAWAY" exempt add source 10.0.0.1 -c "$WORK/none.conf"
check "settings that are none" told_by 1 "1: setting 'queue': 'x' is no number" \
	inside router "$GOAWAY" exempt list -c "$WORK/wrong.conf"

# ---- without a daemon ----

cat >"$CONF" <<-CONF
	exempt_file = "$FILE"
	exempt_targets = {"198.51.100.0/24"}
CONF
check "without a daemon it is for later" told_by 0 '^source 10.9.0.0/16 is exempt, once goawayd runs$' \
	exempt add source 10.9.0.0/16
check "and in a file that all may read" test "$(stat -c %a "$FILE")" = 644
check "which says what it is" grep -q '^# .*goaway.conf(5)' "$FILE"
check "twice is no fault" told_by 0 'is exempt already' exempt add source 10.9.0.0/16
check_value "nor another line" "$(grep -c '^source' "$FILE")" -eq 1
check "list shows it, not in force" told_by 0 '^source 10.9.0.0/16 +no +- +'"$FILE:2" exempt list

# ---- with one ----

printf '# mine\nsource 10.9.0.0/16 # the lab\n\n  # end' >"$FILE"
chmod 640 "$FILE"
ln -s "$FILE" "$WORK/link"
cat >"$CONF" <<-CONF
	exempt_file = "$WORK/link"
	exempt_targets = {"198.51.100.0/24"}
CONF
daemon_start <<<"$(cat "$CONF")"
check "the daemon has read it" in_force exempt_source4 10.9.0.0/16
check "one more" told_by 0 '^target 203.0.113.11 is exempt$' \
	exempt add target $SRV1 --note 'ours # or so'
check "is in force at once" in_force exempt_target4 $SRV1
check "and stands in the file, where all else stays" file_is "# mine
source 10.9.0.0/16 # the lab

  # end
target $SRV1  # ours # or so"
check "the mode of which stays" test "$(stat -c %a "$FILE")" = 640
check "and the link to it" test -L "$WORK/link"
poll in1 --count 4 --interval 60 --ignore-kod --wait 200 $SRV1 >/dev/null
check "nothing to it is dropped" refuted dropped $IN1 $SRV1
check "IPv6" told_by 0 'is exempt$' exempt add source 2001:db8:1::/64
inside router nft add element inet goaway exempt_source4 '{ 10.7.0.1-10.7.0.3 }'
exempt list | tee "$WORK/list" | sed 's/^/# /'
listed() { grep -qE -- "^$1 *$" "$WORK/list"; }
check "list: of goaway.conf" listed 'target 198.51.100.0/24 +yes +- +goaway.conf'
check "of the file" listed 'source 10.9.0.0/16 +yes +the lab +'"$FILE"':2'
check "with its note" listed 'target 203.0.113.11 +yes +ours # or so +'"$FILE"':5'
check "of nobody's file" listed 'source 10.7.0.1-10.7.0.3 +yes +- +kernel'
check "as JSON" /usr/bin/python3 "$SUPPORT/schema.py" exempt < <(exempt list --json)
check "columns as wanted" test "$(exempt list -no prefix | head -n 1 | tr -d ' ')" = 198.51.100.0/24
blind() { inside router setpriv --bounding-set=-net_admin --inh-caps=-net_admin -- "$GOAWAY" "$@" -c "$CONF"; }
blind exempt list >"$WORK/list" 2>"$WORK/err"
check "who may not read the kernel, all the same" listed 'source 10.9.0.0/16 +- +the lab.*'
check "hears that there may be more" \
	grep -q 'only the kernel may know, could not be read: .*; run it as root' "$WORK/err"

before=$(cat "$FILE")
check "what overlaps is refused" told_by 1 'goaway.exempt: 10.0.0.0/8 and 10.9.0.0/16 overlap; leave 10.9.0.0/16 out' \
	exempt add source 10.0.0.0/8
check "so is what is within" told_by 1 '10.9.1.1 and 10.9.0.0/16 overlap; leave 10.9.1.1 out' exempt add source 10.9.1.1
check "and what goaway.conf has" told_by 0 'is exempt already' exempt add target 198.51.100.0/24
check "goaway.conf is for an editor" told_by 1 'is exempt by goaway.conf; take it out of its setting exempt_targets' \
	exempt del target 198.51.100.0/24
check "part of one is no line" told_by 1 'source 10.9.1.1 is exempt by 10.9.0.0/16, and not by a line of its own' \
	exempt del source 10.9.1.1
check "what is not there" told_by 1 "source 10.66.0.0/16 is not exempt; 'goaway exempt list'" exempt del source 10.66.0.0/16
check "nor there on the other side" told_by 1 'source 203.0.113.11 is not exempt' exempt del source $SRV1
check "the file is as it was" file_is "$before"

check "no more" told_by 0 '^target 203.0.113.11 is exempt no more$' exempt del target $SRV1
check "nor in force" refuted in_force exempt_target4 $SRV1
check "and its line alone is gone" file_is "# mine
source 10.9.0.0/16 # the lab

  # end
source 2001:db8:1::/64"
# the kernel hands up one of its kisses a second; those from before may have been in this one
poll_start again in1 --count 60 --interval 250 --ignore-kod $SRV1
check "what it complains of is dropped" wait_for dropped $IN1 $SRV1
stop again

# ---- refused ----

printf 'exempt_file = "%s"\n' "$WORK/elsewhere" >"$WORK/elsewhere.conf"
echo 'source 10.9.0.0/16' >"$WORK/elsewhere"
for change in "add source 10.8.0.0/16" "del source 10.9.0.0/16"; do
	# shellcheck disable=SC2086
	check "what goawayd does not read is not said to be done" \
		told_by 1 "it reads another exempt file than $WORK/elsewhere; --config names its settings" \
		inside router "$GOAWAY" exempt $change -c "$WORK/elsewhere.conf"
	check "nor left in that file" test "$(cat "$WORK/elsewhere")" = 'source 10.9.0.0/16'
done
before=$(cat "$FILE")
cp "$CONF" "$WORK/other.conf"
echo 'queue = x' >>"$CONF" # the daemon's; the command is given another
check "what the daemon refuses" told_by 1 "goawayd.conf:3: setting 'queue': 'x' is no number" \
	inside router "$GOAWAY" exempt add source 10.8.0.0/16 -c "$WORK/other.conf"
check "why is told" grep -q 'the old configuration stays in force' "$WORK/out"
check "and that all is as before" grep -qE 'goaway.exempt is as it was$' "$WORK/out"
check "it is" file_is "$before"
check "also in force" refuted in_force exempt_source4 10.8.0.0/16
cp "$WORK/other.conf" "$CONF"
rm "$FILE" "$WORK/link"
echo 'queue = x' >>"$CONF"
check "a file that was not there" told_by 1 'goaway.exempt is as it was|link is as it was' \
	inside router "$GOAWAY" exempt add source 10.8.0.0/16 -c "$WORK/other.conf"
check "is not there" test ! -e "$WORK/link"
cp "$WORK/other.conf" "$CONF"
printf 'sorce 10.0.0.1\n' >"$WORK/link"
check "a file with a fault is not touched" told_by 1 "link:1: 'sorce' is not known" exempt add source 10.8.0.0/16
check "at all" test "$(cat "$WORK/link")" = 'sorce 10.0.0.1'
rm "$WORK/link"

# ---- many at once, and as many as there is room for ----

many() {
	local i pids=()
	for i in $(seq "$1" "$2"); do
		exempt add source "10.5.0.$i" >>"$WORK/many" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
}
many 1 12
check_value "at once, one waits for the other: none is lost" "$(grep -c '^source 10.5' "$WORK/link")" -eq 12
check_value "all are in force" "$(inside router nft -j list set inet goaway exempt_source4 | grep -o '10\.5\.0\.' | wc -l)" -eq 12
seq -f 'source 10.5.0.%g' 13 64 >>"$WORK/link"
check "no more than there is room for" told_by 1 '10.6.0.1 is one too many; at most 64 are right' exempt add source 10.6.0.1
check "nor is any lost" test "$(grep -c ^source "$WORK/link")" -eq 64
verb() { python3 "$SUPPORT/control.py" /run/goaway/control.sock verb "$@"; }
verb mode mode=observe >"$WORK/mode"
check "a mode that the reload ends is told" told_by 0 'the mode is enforce again, as goaway.conf has it' exempt del source 10.5.0.1

# ---- no room ----

mkdir "$WORK/small"
mount -t tmpfs -o size=16k none "$WORK/small"
printf 'source 10.9.0.0/16\n' >"$WORK/small/exempt"
head -c 65536 /dev/zero >"$WORK/small/rest" 2>"$WORK/out"
echo "exempt_file = \"$WORK/small/exempt\"" >"$WORK/small.conf"
check "a full disk" told_by 1 "cannot write $WORK/small/exempt: No space left" \
	inside router "$GOAWAY" exempt add source 10.8.0.0/16 -c "$WORK/small.conf"
check "keeps what it had" test "$(cat "$WORK/small/exempt")" = 'source 10.9.0.0/16'
check "and no pieces" test "$(ls "$WORK/small")" = $'exempt\nrest'
umount "$WORK/small"

# ---- who may not ----

chmod 755 "$WORK"
check "who may not write the file: 4" told_by 4 "cannot write $WORK/link: Permission denied" \
	inside router setpriv --reuid=65534 --clear-groups -- "$GOAWAY" exempt del source 10.5.0.2 -c "$CONF"
check "nothing was done" grep -q '^source 10.5.0.2$' "$WORK/link"
daemon_end
tap_finish
