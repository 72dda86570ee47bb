#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The models, checked with spin: as they are, no law can be broken; without any one of their rules,
# some law can. TAP.
# usage: check.sh MODEL [CC]
set -u
here=$(cd "$(dirname "$0")" && pwd)
model=$1
cc=${2:-cc}
count=0
failed=0

command -v spin >/dev/null || {
	echo "1..0 # SKIP spin is not installed"
	exit 0
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 99

# search OPTIMIZATION DEFINE...: all states, or up to the first law that is broken; into pan.log
search()
{
	optimize=$1
	shift
	rm -f pan pan.*
	{ spin -a "$@" "$here/$model.pml" && $cc "$optimize" -w -DSAFETY -o pan pan.c; } \
		>pan.log 2>&1 || return 1
	./pan -m200000 >pan.log 2>&1
	# Where the depth did not do, nothing is known.
	! grep 'max search depth too small' pan.log
}

result()
{
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		failed=$((failed + 1))
		echo "not ok $count - $2"
		sed 's/^/# /' pan.log
	fi
}

# holds WHAT DEFINE...
holds()
{
	what=$1
	shift
	search -O1 "$@" && grep -q 'errors: 0$' pan.log && ! grep 'Search not completed' pan.log
	broken=$?
	states=$(sed -nE 's/^ *([0-9.e+]+) states, stored$/\1/p' pan.log)
	result $broken "$what: no law is broken in $states states"
}

# attacked RULE WHAT DEFINE...: without the rule there is an attack
attacked()
{
	rule=$1
	what=$2
	shift 2
	search -O0 "-D$rule" "$@"
	grep -q 'assertion violated' pan.log
	result $? "without: $what ($rule)"
}

handshake()
{
	holds "off the path"
	holds "with an accomplice inside" -DINSIDE -DHONEST=1
	holds "two edges" -DEDGES=2 -DHONEST=1 -DTIME=1
	attacked M_CONNTRACK "about a flow that there is"
	attacked M_DIRECTION "that the source opened"
	attacked M_SIDE "from outside" -DINSIDE -DHONEST=1
	attacked M_BCP38 "who sends in another's name does not send for it" -DINSIDE -DHONEST=1
	attacked M_COOKIE "a cookie that only the edge can make"
	attacked M_EXPIRY "good for a short time"
	attacked M_BOUND_TARGET "for this complainant"
	attacked M_BOUND_COMPLAINT "and this complaint"
	attacked M_LIFETIME "a greatest lifetime"
	attacked M_TRANSACTION "a complaint pays once"
	attacked M_GRANT_SHORT "remembered for longer than its cookie is good"
	attacked M_RESTART "remembered by the kernel, or the key forgotten too"
	attacked M_SETTLE "a further complaint settles first"
	attacked M_FORGET "what was released is used up all the same"
	attacked M_RELEASE "released by who has the cookie" -DINSIDE -DHONEST=1
	attacked M_GRANT_PAIR "and whose it is"
	attacked M_V_COMPLAINT "the complainant confirms only what it complained of"
	attacked M_V_LIFETIME "for as long as it asked" -DINSIDE -DHONEST=1
	attacked M_V_COOKIES "and of so many edges" -DINSIDE
}

request()
{
	holds "random nonces"
	holds "weak nonces" -DNONCES=WEAK -DTIME=2
	holds "no nonces" -DNONCES=ZERO
	holds "a nonce told to two servers" -DNONCES=SHARED -DTIME=2
	attacked M_NONCE "the nonce of an open request"
	attacked M_WITHIN "that left lately"
	attacked M_CLOSE "and has no answer yet"
	attacked M_SIDE "from outside"
	attacked M_BCP38 "who asks in another's name does not ask for it"
	attacked M_SPEND "a request pays once"
	attacked M_TRANSACTION "in one transaction"
	attacked M_RATE "a limit is no denial"
	attacked M_SETTLE "what was under way is no further offence"
	attacked M_GUESSED "who guesses is noticed" -DNONCES=WEAK
	attacked M_DOUBT "one lucky guess does not drop" -DNONCES=WEAK
	attacked M_ZERO "no nonce proves nothing" -DNONCES=ZERO
	attacked M_PAIR "a nonce is used before, whoever was asked with it" -DNONCES=SHARED -DTIME=2
	attacked M_SINCE "and when the kiss comes" -DNONCES=SHARED -DTIME=2
}

overheard()
{
	holds "off the path"
	holds "with an accomplice inside: two have staged it" -DSTAGED
	attacked M_WITHIN "all of it within 16 seconds"
	attacked M_CHALLENGE "a challenge was seen"
	attacked M_DIRECTION "that went out"
	attacked M_COOKIE "with the cookie that is confirmed"
	attacked M_COMPLAINT "for this complaint"
}

probe()
{
	holds "no nonces, probed"
	attacked M_SILENT "a source that asks is not probed for"
	attacked M_HOUR "once an hour"
	attacked M_MARK "remembered before the probe leaves"
	attacked M_NONCE "the probe's own nonce"
	attacked M_WITHIN "answered soon"
	attacked M_DENY "with a denial"
	attacked M_CLOSE "once"
}

case $model in
handshake | request | overheard | probe) $model ;;
*) echo "Bail out! no model $model"; exit 99 ;;
esac
# Each rule that a model has is taken away above.
sed -nE 's/^#if(n?)def (M_[A-Z0-9_]+)$/\2/p' "$here/$model.pml" | sort -u >rules
while read -r rule; do
	grep -q "attacked $rule " "$here/check.sh" && continue
	echo "# $rule is never taken away"
	failed=$((failed + 1))
done <rules
echo "1..$count"
[ "$failed" = 0 ]
