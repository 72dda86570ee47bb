#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway watch, mode, drop, lift, explain: what an operator types, and what it says.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/control.sh"

topology
serve srv1 --kiss DENY
serve srv2 --kiss RATE
goaway() { inside router "$GOAWAY" "$@" >"$WORK/out" 2>"$WORK/err"; }
out() { grep -qE -- "$1" "$WORK/out"; }
err() { grep -qE -- "$1" "$WORK/err"; }
# fails STATUS ERROR ARGUMENTS...: with this status, and a sentence that matches
fails() {
	local status=$1 error=$2
	shift 2
	goaway "$@"
	[ $? -eq "$status" ] && err "$error"
}
offend() { poll "$1" --count 3 --interval 60 --ignore-kod --wait 200 "$2" >/dev/null; }

for command in mode "drop $IN1 $SRV1 --service all" watch; do
	# shellcheck disable=SC2086
	check "without the daemon, $command says what to do" fails 3 'systemctl start goawayd' $command
done
daemon_start <<<'exempt_targets = {198.51.100.0/24}'

# Started without standard output, nothing is written into the socket that would take its place.
closed() { inside router timeout 20 "$GOAWAY" watch --last 10 --json </dev/null >&- 2>"$WORK/err"; }
closed
check_value "watch without standard output ends" $? -eq 1
check "and says why" err 'cannot write'

# watch
spawn watch router "$GOAWAY" watch
spawn history router "$GOAWAY" watch --last 2
spawn json router "$GOAWAY" watch --json --kind installed,lifted --source 10.0.1.0/24 --last 0
check "watch tells of the past what it is asked for" wait_for grep -q 'ready: enforcing' "$WORK/history.log"
# One that was started has asked when it tells of something.
asked() {
	goaway drop 10.0.1.99 198.18.0.99 --service udp/9 --lifetime 1m
	goaway lift 10.0.1.99 198.18.0.99
	grep -q 198.18.0.99 "$WORK/watch.log" && grep -q 198.18.0.99 "$WORK/json.log"
}
check "and the others, of what happens" wait_for asked
# two packets come once it is dropped, however long that takes
poll in1 --count 1 --ignore-kod --wait 200 $SRV1 >/dev/null
check "a kiss is heard" wait_for dropped $IN1 $SRV1
poll in1 --first 0 --count 2 --interval 60 --ignore-kod --wait 200 $SRV1 >/dev/null
check "of a kiss too" wait_for grep -qE \
	"^20[0-9-]+ [0-9:]+  drop $IN1 -> $SRV1 udp/123 for 1h: KoD DENY" "$WORK/watch.log"
check "not what was before" refuted grep -q ready "$WORK/watch.log"
offend in1 $SRV1_6
offend in1 $SRV2

# mode
goaway mode
check "mode says which it is" out '^enforce$'
goaway mode observe
check "and changes it" out '^observe, until the next reload or restart; it was enforce before$'
goaway mode --json
check "as JSON too" is_schema mode "$WORK/out"
goaway mode enforce --json
check "in both directions" is_schema mode "$WORK/out"
check "no other mode" fails 2 'observe or enforce would be right' mode observed
check "a socket has a path" fails 2 'path of a socket is empty; as /run/goaway/control.sock would' mode -S ''
goaway drop $IN2 203.0.113.99 --service udp/8 --lifetime 1m
inside in2 bash -c "echo x >/dev/udp/203.0.113.99/8"
one_caught() { [ "$(caught drop_service4 "$IN2 . 203.0.113.99 . udp . 8")" -eq 1 ]; }
check "one packet is caught" wait_for one_caught
goaway show $IN2 203.0.113.99
check "and is called one" out 'caught: 1 packet, [0-9]+ bytes$'
goaway lift $IN2 203.0.113.99 --service udp/8
check "as it is lifted, too" out ', 1 packet caught$'
check "nor two" fails 2 "'enforce' is too much" mode observe enforce

# drop
goaway drop $IN2 $SRV1 --service udp/9999 --lifetime 10m --why "noisy printer"
check "drop says what it did" out "^drop $IN2 -> $SRV1 udp/9999 for 10m: operator: noisy printer$"
check "it stands" element drop_service4 "$IN2 . $SRV1 . udp . 9999"
goaway drop $IN2 $SRV1 --service icmp --json
check "JSON is what stands" is_schema drop "$WORK/out"
check "for an hour, if nothing is said" out '"lifetime_s":3600'
check "a service is needed" fails 2 'service is needed' drop $IN2 $SRV1
check "one that there is" fails 2 "'udp' is no service" drop $IN2 $SRV1 --service udp
check "and a lifetime" fails 2 "'long' is no lifetime" drop $IN2 $SRV1 --service all --lifetime long
check "two addresses" fails 2 'a SOURCE and a TARGET are needed' drop $IN2 --service all
check "of a host each" fails 2 'the address of a host, as "192.0.2.1" would be$' drop $IN2 224.0.0.1 --service all
check "not ICMP of the other IP" fails 2 'the protocol of an IPv6 source is icmpv6' \
	drop $IN2_6 $SRV1_6 --service icmp
check "nor the other way" fails 2 'the protocol of an IPv4 source is icmp; ' drop $IN2 $SRV1 -s 58
check "not the same" fails 2 'are the same' drop $IN2 $IN2 --service all
check "not for longer than the setting says" fails 1 'goaway_lifetime_max' drop $IN2 $SRV1 --service all --lifetime 2d
check "not what is exempt" fails 1 'exempt by 198.51.100.0/24' drop $IN2 198.51.100.7 --service all
for why in "" '"quoted"' $'not \xff UTF-8' "$(printf '%54s' x)"; do
	check "a text that fits" fails 2 "drop: --why is not right; 1 to 53 printable ASCII" \
		drop $IN2 $SRV1 --service all --why "$why"
done

# explain
goaway explain $IN1 $SRV1
sed 's/^/# /' "$WORK/out"
check "explain says what stands, and how long" out '^stands +drop udp/123, 5[0-9]m[0-9s]* left of 1h$'
check "on what proof" out "^why +$SRV1 answered a request of the source with KoD DENY; its nonce is random$"
check "when, and by which interface" out '^when +20[0-9-]+ [0-9:]+, in by wan$'
check "what policy made of it" out '^policy +offence 1 of its kind: drop for 1h$'
check "whether the source obeyed" out '^since +packets that came and were thrown away: 2; the source does not obey$'
check "offences before" out '^offences +udp/123: 1 dropped, 0 policed'
check "and all that happened" out '^history +20.*drop 10.0.1.11'
goaway explain $IN1 $SRV2
check "of a policing, the rate" out '^stands +police udp/123 to 4 a minute after 8 at once'
over='nothing was over the limit'
police_counts || over='this kernel does not count what a policing throws away'
check "and what was over it" out "^since +$over$"
goaway explain $IN2 $SRV1
check "of a drop by hand, why" out '^why +by hand: operator: noisy printer$'
check "and who obeys" out '^since +nothing came: the source obeys$'
goaway explain $IN2 $SRV2
check "of nothing, what would be needed" out "^needed +a Kiss-o'-Death of $SRV2 that answers"
check "and since when nothing was heard" out '^history +nothing since 20[0-9-]+ [0-9:]+, when what goawayd remembers begins$'
goaway explain $IN2 198.51.100.7
check "of what is exempt, that it is" out '^needed +that it is no longer exempt'
check "and by what" out '^exempt +yes, the target is, by 198.51.100.0/24'
inside router nft add element inet goaway drop_service4 "{ $IN2 . 198.51.100.7 . udp . 123 timeout 1h }"
counted_too() {
	inside in2 bash -c 'echo x >/dev/udp/198.51.100.7/123'
	goaway explain $IN2 198.51.100.7
	out '^since +packets that came and are let through since it is exempt: [1-9]'
}
let_through() {
	goaway explain $IN2 198.51.100.7
	out '^stands +let through, being exempt: drop udp/123'
}
check "what stands for it is let through" wait_for let_through
check "and counted" wait_for counted_too
inside router nft delete element inet goaway drop_service4 "{ $IN2 . 198.51.100.7 . udp . 123 }"
poll in2 --count 1 --ignore-kod --wait 200 --nonce time $SRV1_6 >/dev/null
goaway explain $IN2_6 $SRV1_6
check "of what was policed and not dropped, why" out '^ +not dropped, for such a nonce proves less; if it complains again'
goaway lift $IN2_6 $SRV1_6
for pair in "$IN1 $SRV1" "$IN1 $SRV2" "$IN1_6 $SRV1_6" "$IN2 198.51.100.7" "$IN2 $SRV2"; do
	# shellcheck disable=SC2086
	goaway explain --json $pair
	check "JSON of $pair" is_schema explain "$WORK/out"
done
check "two addresses are needed" fails 2 'a SOURCE and a TARGET' explain $IN1
goaway mode observe
goaway explain $IN1 $SRV1
check "observing is told" out '^mode +observe: everything is counted'

# the others' JSON
goaway list --json
check "JSON of list" is_schema list "$WORK/out"
goaway status --json
check "JSON of status" is_schema status "$WORK/out"
goaway status
check "of the daemon, its version and how long it has run" out '^(observe|enforce) +yes +[0-9.]+ +[0-9ms]+ +123 '
for set in drop_service4 drop_protocol4; do
	check "what stands is in its sets: $set" out "^$set +[1-9][0-9]* "
done
check "and in the room that all share" out '^drop\*, police\* +5 +16384 '
goaway counters --json
check "JSON of counters" is_schema counters "$WORK/out"

# one drop takes all
goaway mode enforce
goaway drop $IN2 $SRV2 --service udp/9
goaway drop $IN2 $SRV2 --service all
inside in2 bash -c "echo x >/dev/udp/$SRV2/9"
goaway explain $IN2 $SRV2
check "of what a drop of all leaves nothing to, no obedience is told" \
	test "$(grep -c '^since' "$WORK/out"):$(grep -c 'source obeys' "$WORK/out")" = 2:0
goaway lift $IN2 $SRV2

# lift
goaway lift $IN2 $SRV1 --service icmp
check "lift says what it did" out "^lifted drop $IN2 -> $SRV1 icmp, "
looked_up() { quiet element stopped4 "$IN2 . $SRV1"; } # packets of this pair
check "another one of the pair stands" looked_up
goaway lift --source $IN1 --json
check "all of a source, as JSON" is_schema lift "$WORK/out"
check "both of them" test "$(grep -c source "$WORK/out")" = 2
check "and no more" element drop_service4 "$IN2 . $SRV1 . udp . 9999"
check "again is too late" fails 1 'nothing stands of that source' lift --source $IN1
goaway lift --target 2001:db8::/32
check "a prefix of targets" out "$SRV1_6"
check "a service of all" goaway lift --service udp/9999
check "nothing is left" test "$(standing)" = 0
check "nor is anything of the pair looked up any more" wait_for refuted looked_up
goaway drop $IN2 $SRV1 --service icmp
check "for a drop it is" looked_up
inside router nft delete element inet goaway drop_protocol4 "{ $IN2 . $SRV1 . icmp }"
check "until somebody else lifts that" wait_for refuted looked_up
goaway drop $IN2 $SRV1 --service icmp
verb lift source=$IN2 target=$SRV1 >"$WORK/out"
check "or the daemon does" refuted looked_up
offend in2 $SRV1
offend in2 $SRV2
check "all is not lifted without being asked for" fails 2 'needs --yes' lift --all
check "nor with a question that is answered with no" refuted \
	script -qefc "nsenter --net=/run/netns/router $GOAWAY lift --all" /dev/null <<<'n'
check_value "so it stands" "$(standing)" -eq 2
check "with yes it is" quiet script -qefc "nsenter --net=/run/netns/router $GOAWAY lift --all" /dev/null <<<'y'
check_value "and gone" "$(standing)" -eq 0
check "all of nothing" fails 1 'nothing stands' lift --all --yes
check "all and some" fails 2 'leave it or the rest out' lift --all $IN1 $SRV1
check "a pair and a prefix" fails 2 'is too much beside' lift --source $IN1 $IN1 $SRV1
check "nothing at all" fails 2 'a SOURCE and a TARGET are needed' lift
check "no service" fails 2 'is no service' lift --service ntp
for twice in "lift --source $IN1" "lift --target $IN1" "lift --service udp/9" "drop --service udp/9" \
	"list --source $IN1" "list --target $IN1" "watch --source $IN1" "watch --kind lifted"; do
	read -r command option value <<<"$twice"
	check "$command: no second $option" fails 2 "$command: $option was given twice; " \
		"$command" "$option" "$value" "$option" "$value" more
done

# what was watched, and a restart
check "JSON of watch" wait_for is_schema event "$WORK/json.log"
check_value "of the kinds and sources that were asked for" \
	"$(grep -cvE '"kind":"(installed|lifted)".*"source":"10\.0\.1\.' "$WORK/json.log")" -eq 0
goaway drop $IN2 $SRV1 --service icmp
goaway drop $IN2 $SRV2 --service icmp
goaway drop $IN2 $SRV2 --service udp/9999
goaway drop $IN2_6 $SRV1_6 --service all
stop goawayd
check "that the daemon has ended is told" wait_for grep -q 'goawayd has ended; waiting' "$WORK/watch.log"
goaway explain $IN1 $SRV1
check "explain tells what the kernel knows" out '^stands +nothing$'
check "and that it is not all" err 'only goawayd knows'
goaway explain --json $IN1 $SRV1
check "as JSON" is_schema explain "$WORK/out"
check "status says that it does not listen" fails 3 'goawayd does not listen on queue 123' status --json
check "and its JSON the same" is_schema status "$WORK/out"
goaway lift --source $IN2 --service icmp
check "lift does without it" out "^lifted drop $IN2 -> $SRV1 icmp, "
inside router nft delete element inet goaway drop_host6 "{ $IN2_6 . $SRV1_6 }"
lines=$(wc -l <"$WORK/watch.log")
daemon_again
check "the next one looks up nothing of a pair that was lifted meanwhile" refuted looked_up
check "nor where nft did it" refuted quiet element stopped6 "$IN2_6 . $SRV1_6"
check "but for one that has another drop" quiet element stopped4 "$IN2 . $SRV2"
again() { tail -n "+$((lines + 1))" "$WORK/watch.log" | grep -q 'ready: '; }
check "and watch goes on with the next one" wait_for again
check_value "telling nothing twice" "$(grep -c 'drop 10.0.1.11 -> 203.0.113.11' "$WORK/watch.log")" -eq 1
check "it ends well when it is told to" stop watch INT
check "or so" stop json
check "an unknown kind that is like none: all are told" fails 2 \
	"'zzz'; there are believed, installed, .*, start, stop;" watch --kind installed,zzz
check "an unknown kind has a like one" fails 2 "did you mean 'installed'" watch --kind instaled
check "a number is one" fails 2 'no number of events' watch --last all
check "a prefix is one" fails 2 'no address or prefix' watch --source here

# more than explain tells of, and more than is remembered
hears_of() { goaway explain $IN1 $SRV1; out '^why +203.* KoD DENY'; }
offend in1 $SRV1
check "of the new one, on what proof" wait_for hears_of
inside router nft -f - <<<"add element inet goaway drop_service4 {
	$(printf "10.0.1.88 . $SRV1 . udp . %d timeout 1h,\n" {1..25}) }"
inside router nft -f - <<<"add element inet goaway drop_service4 {
	$(printf "10.0.1.88 . $SRV1 . udp . %d timeout 1h,\n" {26..50}) }"
explained() { goaway explain "$1" $SRV1 && out "$2"; }
check "that there is more is told" wait_for explained 10.0.1.88 \
	"^ +\(more stands; 'goaway list --source 10.0.1.88 --target $SRV1' has it\)$"
for first in {1..1100..50}; do
	inside router nft -f - <<<"add element inet goaway drop_service4 {
		$(printf "10.0.1.89 . $SRV1 . udp . %d timeout 1h,\n" $(seq "$first" $((first + 49)))) }"
done
check "what is not remembered any more" wait_for explained $IN1 \
	'^why +KoD DENY, offence 1, random; what was heard is not remembered any more$'
check "nor is said never to have been" out '^history +nothing since 20[0-9-]+ [0-9:]+, when'
daemon_end
tap_finish
