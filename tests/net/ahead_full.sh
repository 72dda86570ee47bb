#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where there is no room to say that a pair is being dropped, its packets go the long way, and are
# dropped there, and counted, all the same.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

topology
daemon_start <<<'drops = 64'
# Behind connection tracking, where our drops are.
inside router nft -f - <<-'NFT'
	table inet long_way {
		counter went { }
		chain prerouting {
			type filter hook prerouting priority dstnat + 5
			udp dport 7001 counter name went
		}
	}
NFT
meet srv1 7001
went() { count router long_way went; }
# burst TARGET [COUNT]
burst() {
	# shellcheck disable=SC2016
	inside in1 bash -c 'exec 3>"/dev/udp/$1/7001"; for ((i = 0; i < $2; i++)); do echo x >&3; done' - \
		"$1" "${2:-100}"
}
chain_ahead() { inside router nft list chain inet goaway ahead >/dev/null 2>&1; }
# more than a thousand a second, until they are thrown away ahead
rush() {
	burst $SRV2 5000
	chain_ahead
}
full() { [ "$(elements "dropping$1")" -eq 64 ]; }

inside router "$GOAWAY" drop --service udp/7001 $IN1 $SRV2 >/dev/null
for target in $SRV1 $SRV1_6; do
	source=$IN1 version=4 others=198.18.0.
	[ "$target" = $SRV1 ] || source=$IN1_6 version=6 others=2001:db8:99::
	inside router "$GOAWAY" drop --service udp/7001 $source "$target" >/dev/null
	check "IPv$version: much is dropped, and looked up ahead" wait_for rush
	inside router nft flush set inet goaway dropping$version
	inside router nft add element inet goaway dropping$version \
		"{ $(for i in {1..64}; do echo "$others$i . $target timeout 1h,"; done) }"
	check "IPv$version: as many pairs as there is room for" full $version
	before=$(went) met=$(met srv1)
	burst "$target"
	check_value "all of it goes the long way" "$(($(went) - before))" -eq 100
	check_value "each is counted" \
		"$(caught drop_service$version "$source . $target . udp . 7001")" -eq 100
	check_value "none arrives" "$(met srv1)" -eq "$met"
	inside router nft flush set inet goaway dropping$version
	burst "$target"
	check_value "with room again, few do" "$(($(went) - before))" -lt 150
	check_value "none arrives" "$(met srv1)" -eq "$met"
done
daemon_end
tap_finish
