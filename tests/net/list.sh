#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway list: chosen, sorted, watched, on a terminal and not.
. "$(dirname "$0")/../support/net.sh"

ns_add router
daemon_start <<<"drops = 8192"
goaway() { inside router "$GOAWAY" "$@"; }
PYTHON=/usr/bin/python3 # the one that Debian's packages are for
# on ROWS COLUMNS COMMAND...: its screen, as standard input asks for it
on() {
	local rows=$1 columns=$2
	shift 2
	inside router "$PYTHON" "$SUPPORT/terminal.py" "$rows" "$columns" "$@"
}
# column NAME OPTIONS...: of each line, in one line
column() {
	local name=$1
	shift
	goaway list -no "$name" "$@" | tr '\n' ' ' | tr -s ' '
}
# shows WHAT "EXPECTED " COMMAND...
shows() {
	local what=$1 expected=$2 is
	shift 2
	is=$("$@")
	check "$what" test "$is" = "$expected" || echo "# $is"
}

inside router nft -f - <<-'NFT'
	add element inet goaway drop_service4 {
		10.0.0.9 . 192.0.2.1 . udp . 123 counter packets 10 bytes 760 timeout 1h,
		10.0.0.10 . 192.0.2.1 . udp . 123 counter packets 9 bytes 999 timeout 2h comment "KoD DENY",
		10.0.0.2 . 198.51.100.1 . tcp . 80 counter packets 10 bytes 400,
	}
	add element inet goaway drop_service6 {
		2001:db8:a::9 . 2001:db8:ffff::1 . udp . 123 counter packets 5 bytes 380 timeout 1d
	}
	add element inet goaway drop_host4 { 10.0.0.2 . 192.0.2.7 counter packets 0 bytes 0 timeout 3m }
NFT

shows "sources are sorted as addresses, IPv4 first" \
	"10.0.0.2 10.0.0.2 10.0.0.9 10.0.0.10 2001:db8:a::9 " column source --sort source
shows "and the other way round" \
	"2001:db8:a::9 10.0.0.10 10.0.0.9 10.0.0.2 10.0.0.2 " column source --sort -source
shows "numbers as numbers, the greatest first" "10 10 9 5 0 " column packets -s -packets
shows "--reverse turns it all round" "10 10 9 5 0 " column packets -s packets -r
shows "what has no end comes last" "3m 1h 2h 1d - " column lifetime -s lifetime
shows "a second column decides where the first does not" \
	"10.0.0.9 10.0.0.2 10.0.0.10 10.0.0.2 " column source -s -packets,target --source 10.0.0.0/28
shows "by letters in any case, and by what is not shown" \
	"10.0.0.2 2001:db8:a::9 10.0.0.10 10.0.0.2 10.0.0.9 " column source -s Packets
shows "a source's alone" "192.0.2.7 198.51.100.1 " column target --source 10.0.0.2 -s target
shows "a prefix of targets" "10.0.0.10 10.0.0.9 10.0.0.2 " column source --target 192.0.2.0/24 -s -left
shows "both" "10.0.0.9 " column source --target 192.0.2.1 --source 10.0.0.8/31
shows "IPv6 prefixes" "2001:db8:a::9 " column source --source 2001:db8:a::/48
shows "nothing in there" "" column source --source 10.9.0.0/16
shows "durations as nft prints them" "2h " column lifetime --source 10.0.0.10

goaway list --json --sort source >"$WORK/list.json"
shows "JSON in the same order" "10.0.0.2 10.0.0.2 10.0.0.9 10.0.0.10 2001:db8:a::9" \
	jq -r '[.drops[].source] | join(" ")' "$WORK/list.json"

# ---- the first of them ----

shows "two of five, and how many more" "10.0.0.2 10.0.0.2 ... and 3 more " column source -s source --limit 2
shows "as many as there are" "10.0.0.2 10.0.0.2 10.0.0.9 10.0.0.10 2001:db8:a::9 " \
	column source -s source --limit 5
goaway list --json --limit 2 -s source >"$WORK/limited.json"
shows "in JSON, too" "2 true" jq -r '"\(.drops | length) \(.more)"' "$WORK/limited.json"
shows "or that these are all" "5 false" jq -r '"\(.drops | length) \(.more)"' "$WORK/list.json"
check "none at all is none to ask for" refuted goaway list --limit 0 2>/dev/null

# ---- again and again ----

watch_start() { spawn watch router "$GOAWAY" list "$@"; }
watched() { [ "$(grep -c "$1" "$WORK/watch.log")" -ge "$2" ]; }
watch_start --watch=1 -s source
check "on a pipe, table after table" wait_for watched '^SOURCE' 3
check "SIGTERM ends it well" stop watch
shows "with an empty line behind each" "$(grep -c '^SOURCE' "$WORK/watch.log")" grep -c '^$' "$WORK/watch.log"
watch_start --json --watch 1
check "JSON objects, each on a line" wait_for watched '^{"drops": \[{.*}\], "more": false}$' 3
check "SIGINT ends it well" stop watch INT

# ---- on a terminal ----

if ! "$PYTHON" -c 'import pyte' 2>/dev/null; then
	skip "on a terminal" "no pyte"
else
	inside router nft add element inet goaway police4 \
		"{ 10.0.0.3 . 192.0.2.1 limit rate over 4/minute burst 8 packets counter timeout 1h }" ||
		inside router nft add element inet goaway police4 \
			"{ 10.0.0.3 . 192.0.2.1 limit rate over 4/minute burst 8 packets timeout 1h }"
	shows "on a terminal, colours" "brown:police red:drop" \
		on 20 100 env -u NO_COLOR "$GOAWAY" list <<-'DO'
			wait 10.0.0.3
			colours
		DO
	inside router nft flush set inet goaway police4
	shows "but not with NO_COLOR" "" on 20 100 env NO_COLOR=1 "$GOAWAY" list <<-'DO'
		wait 10.0.0.10
		colours
	DO
	shows "nor on a dumb one" "" on 20 100 env TERM=dumb "$GOAWAY" list <<-'DO'
		wait 10.0.0.10
		colours
	DO
	check "nor on a pipe" refuted grep -q $'\033' <(goaway list)

	# 6 lines: headings, two drops, how many more; the cursor's
	shows "watched, what there is room for and how many more" "SOURCE   TARGET       SERVICE
10.0.0.2 192.0.2.7    all
10.0.0.2 198.51.100.1 tcp/80
... and 3 more
0" on 5 40 "$GOAWAY" list --watch=1 -s source -o source,target,service <<-'DO'
		wait and 3 more
		screen
		signal INT
		end
	DO
	shows "steady while it is drawn again, cut at the edge, as large as the screen" "SOURCE   TARGET
10.0.0.1 192.0.2
10.0.0.2 192.0.2
... and 4 more
SOURCE        TARGET
10.0.0.1      192.0.2.1
10.0.0.2      192.0.2.7
10.0.0.2      198.51.100.1
10.0.0.9      192.0.2.1
10.0.0.10     192.0.2.1
2001:db8:a::9 2001:db8:ffff::1
SOURCE        TARGET
10.0.0.2      192.0.2.7
10.0.0.2      198.51.100.1
10.0.0.9      192.0.2.1
10.0.0.10     192.0.2.1
2001:db8:a::9 2001:db8:ffff::1
0" on 5 16 "$GOAWAY" list --watch=1 -s source -o source,target <<-'DO'
		wait and 3 more
		steady SOURCE
		cursor hidden
		run nft add element inet goaway drop_service4 '{ 10.0.0.1 . 192.0.2.1 . udp . 124 timeout 1h }'
		wait and 4 more
		screen
		resize 20 80
		wait 2001
		screen
		run nft delete element inet goaway drop_service4 '{ 10.0.0.1 . 192.0.2.1 . udp . 124 }'
		gone 10.0.0.1 
		screen
		signal INT
		cursor shown
		end
	DO
	shows "stopped and gone on with" 0 on 10 40 "$GOAWAY" list --watch=1 -o source <<-'DO'
		wait 2001
		signal TSTP
		stopped
		cursor shown
		signal CONT
		cursor hidden
		wait 2001
		signal TERM
		end
	DO
	shows "an empty list says so" "nothing is dropped or policed
0" \
		on 5 40 "$GOAWAY" list --watch --source 10.99.0.0/16 <<-'DO'
		wait policed
		screen
		signal INT
		end
	DO
fi
daemon_end
tap_finish
