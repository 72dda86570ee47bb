# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Whether the daemon hears on, whatever becomes of what it tells: kisses of srv1 lead to drops. To be
# sourced after net.sh.

# hears NAMESPACE SOURCE: one of its own does
hears() { wait_for kissed "$@"; }
kissed() {
	poll "$1" --count 1 --ignore-kod --wait 100 $SRV1 >/dev/null
	dropped "$2" $SRV1
}

# forget: nothing stands any more, and nothing is remembered
forget() {
	inside router nft 'flush set inet goaway drop_service4; flush set inet goaway record4'
}
