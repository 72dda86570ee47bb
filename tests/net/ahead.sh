#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where much is dropped, it is thrown away ahead of connection tracking, but for one packet in some
# seconds: so that whoever lifts, exempts or releases is heeded all the same.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"
. "$(dirname "$0")/../support/ahead.sh"

CONF=$WORK/goawayd.conf
: >"$WORK/goaway.exempt"
topology
daemon_start <<-CONF
	goaway_rate = 1000
	exempt_file = "$WORK/goaway.exempt"
	deny_lifetime = 4s
	settle = 1s
CONF
goaway() { inside router "$GOAWAY" "$@" >/dev/null; }
long_way "123, 7001, 7002"
meet srv1 7001-7002
# few SINCE_MS BEFORE: no more of them went the long way than had to
few() { [ $(($(went) - $2)) -le $((($(now_ms) - $1) / 5000 + 1)) ]; }
ahead() { inside router nft list set inet goaway dropping4 | grep -qF "$IN1 . $1"; }

# drift: what goaway doctor says of rules that are not as they should be
drift() { inside router "$GOAWAY" doctor -c "$CONF" 2>/dev/null | grep -E '^(bad|warning) +table'; }

# ---- short, and all of it counted ----

goaway drop --service udp/7001 $IN1 $SRV1
goaway drop --service udp/7001 $IN1_6 $SRV1_6
goaway drop --service udp/7001 $IN1 $SRV2
check "much is dropped: it is looked up ahead" within 60000 rush $SRV2 7001
goaway lift $IN1 $SRV2
check "as it should be" refuted drift
inside router nft delete chain inet goaway ahead
check "taken away, it comes back" wait_for chain_ahead
daemon_end
daemon_again
check "the next daemon leaves it" chain_ahead
check "and that is as it should be" refuted drift
for target in $SRV1 $SRV1_6; do
	source=$IN1 version=4
	[ "$target" = $SRV1 ] || source=$IN1_6 version=6
	key="$source . $target . udp . 7001"
	from=$(now_ms) before=$(went) met=$(met srv1) all=$(counter dropped)
	burst "$target" 7001
	check_value "IPv$version: each is counted" "$(caught drop_service$version "$key")" -eq 100
	check_value "in all, too" "$(($(counter dropped) - all))" -eq 100
	check "few went the long way" few "$from" "$before"
	check_value "but one did" "$(($(went) - before))" -ge 1
	check_value "none arrived" "$(met srv1)" -eq "$met"
done
check "another service does" passes $IN1 $SRV1 7002

# ---- whoever has a say is heeded at once ----

burst $SRV1 7001
check "it is dropped the short way" ahead $SRV1
goaway lift $IN1 $SRV1
check "lifted: it arrives" passes $IN1 $SRV1 7001
goaway drop --service udp/7001 $IN1 $SRV1
burst $SRV1 7001
goaway exempt add target $SRV1 -c "$CONF"
check "exempted: it arrives" passes $IN1 $SRV1 7001
goaway exempt del target $SRV1 -c "$CONF"
burst $SRV1 7001
check "exempted no more: it is dropped" refuted passes $IN1 $SRV1 7001
goaway mode observe
check "nobody enforces: it arrives" passes $IN1 $SRV1 7001
check "and nothing is to be dropped ahead" refuted ahead $SRV1
goaway mode enforce
burst $SRV1 7001
check "enforced: it is dropped" refuted passes $IN1 $SRV1 7001
check "the short way" ahead $SRV1
inside router nft add element inet goaway exempt_source4 "{ $IN1 }"
check "exempted by hand: it arrives within seconds" wait_for passes $IN1 $SRV1 7001
inside router nft delete element inet goaway exempt_source4 "{ $IN1 }"
goaway lift $IN1 $SRV1

# ---- NTP alone ----

check "a drop stands" chain_ahead
goaway lift $IN1_6 $SRV1_6
check "none does: no packet is looked up ahead" wait_for refuted chain_ahead
goaway drop --service udp/123 $IN1 $SRV1
check "much of NTP" within 60000 rush $SRV1 123
serve srv2 --kiss DENY
poll in1 --ignore-kod --interval 50 --wait 200 --count 20 $SRV2 >/dev/null
check "a drop by a kiss: the short way" ahead $SRV2
check "it ends when it ends" wait_for refuted dropped $IN1 $SRV2
before=$(served srv2 received)
poll in1 --count 1 $SRV2 >/dev/null
check_value "and the server is asked again" "$(served srv2 received)" -gt "$before"

# ---- little is dropped ahead of nothing, and its flow is not forgotten ----

remember_for_s() {
	inside router sysctl -qw net.netfilter.nf_conntrack_udp_timeout="$1" \
		net.netfilter.nf_conntrack_udp_timeout_stream="$1" 2>/dev/null
}
goaway lift $IN1 $SRV1
check "no drop stands" wait_for refuted chain_ahead
if remember_for_s 7; then
	grant=$(complain $IN1 $SRV1 7001)
	check "granted" test "$(value status "$grant")" = granted
	till=$(($(now_ms) + 12000))
	while [ "$(now_ms)" -lt $till ]; do
		offend $IN1 $SRV1 7001
		sleep 0.1
	done
	check "a few a second are little" refuted chain_ahead
	says "released after more than a flow is remembered for" "released service 0" \
		"$(release $IN1 $SRV1 7001 "$grant")"
	check "it arrives" passes $IN1 $SRV1 7001
else
	skip "its flow is not forgotten" "timeouts of connection tracking cannot be set"
fi
daemon_end
tap_finish
