#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where there is no room to say that a pair is being dropped, its packets go the long way, and are
# dropped there, and counted, all the same.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"
. "$(dirname "$0")/../support/ahead.sh"

topology
daemon_start <<<'drops = 64'
long_way 7001
meet srv1 7001
full() { [ "$(elements "dropping$1")" -eq 64 ]; }

inside router "$GOAWAY" drop --service udp/7001 $IN1 $SRV2 >/dev/null
for target in $SRV1 $SRV1_6; do
	source=$IN1 version=4 others=198.18.0.
	[ "$target" = $SRV1 ] || source=$IN1_6 version=6 others=2001:db8:99::
	inside router "$GOAWAY" drop --service udp/7001 $source "$target" >/dev/null
	check "IPv$version: much is dropped, and looked up ahead" within 60000 rush $SRV2 7001
	inside router nft flush set inet goaway dropping$version
	inside router nft add element inet goaway dropping$version \
		"{ $(for i in {1..64}; do echo "$others$i . $target timeout 1h,"; done) }"
	check "IPv$version: as many pairs as there is room for" full $version
	before=$(went) met=$(met srv1)
	burst "$target" 7001
	check_value "all of it goes the long way" "$(($(went) - before))" -eq 100
	check_value "each is counted" \
		"$(caught drop_service$version "$source . $target . udp . 7001")" -eq 100
	check_value "none arrives" "$(met srv1)" -eq "$met"
	inside router nft flush set inet goaway dropping$version
	burst "$target" 7001
	check_value "with room again, few do" "$(($(went) - before))" -lt 150
	check_value "none arrives" "$(met srv1)" -eq "$met"
done
daemon_end
tap_finish
