#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway doctor beside rulesets of any size: large ones are followed, too large ones told as that.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/doctor.sh"

topology
load() { inside router nft -f - || exit 99; }
bare() { inside router nft flush ruleset; }

# rules NUMBER: none of which matches, then one that drops
rules() {
	echo 'table inet large { chain pre { type filter hook prerouting priority mangle; }; }'
	seq -f 'add rule inet large pre meta mark %g drop' 1 "$(($1 - 1))"
	echo 'add rule inet large pre udp sport 123 drop'
}
bare
rules 65536 | load
begun=$(now_ms)
ill "as many rules as are followed" rules bad '^inet large pre handle 65[0-9]{3} drops the answers of NTP'
echo "# $(($(now_ms) - begun)) ms"
inside router nft add rule inet large pre counter
ill "one more" rules unknown '^more than 65536 rules, 16384 chains or 16384 sets of others: not followed$'
check "is no harm" refuted grep -q '^bad  *rules' "$WORK/doctor"

# chains NUMBER
chains() {
	echo 'table inet large'
	seq -f 'add chain inet large c%g' 1 "$1"
}
bare
chains 16384 | load
well "as many chains" rules
inside router nft add chain inet large one_more
ill "one chain more" rules unknown '^more than 65536 rules, 16384 chains'

# A blocklist is asked and not read. Not "meta l4proto": for it nft 1.0.6 turns round one byte as if it were two,
# and 6.12 refuses that.
bare
{
	echo 'table inet large { set blocked { type inet_proto . inet_service; flags interval; }; }'
	seq -f 'add element inet large blocked { udp . %g }' 1 20000
	echo 'add chain inet large pre { type filter hook prerouting priority mangle; }'
	echo 'add rule inet large pre ip protocol . th sport @blocked drop'
} | load
ill "a large set" rules bad '^inet large pre handle [0-9]+ drops the answers of NTP'

# More findings than can be told.
bare
{
	echo 'table inet large'
	for i in {1..300}; do
		echo "add chain inet large c$i { type filter hook prerouting priority mangle; policy drop; }"
	done
} | load
doctor
check "the rest is counted" says rules bad '^and [0-9]{3,} more$'
check_value "some are told" "$(findings rules bad | wc -l)" -eq 16
check "and what comes after it" is memory good
check_value "and it is bad" "$EXAMINED" -eq 1
bare
well "and nothing is left of it" rules
tap_finish
