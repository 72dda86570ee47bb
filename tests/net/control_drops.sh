#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 65,000 drops told through the control socket, in slices: each once, in bounded
# memory, while kisses are judged as before. And who may listen where: a second
# daemon, one that was killed, one whose path is taken.
. "$(dirname "$0")/../support/net.sh"
. "$SUPPORT/control.sh"

topology
serve srv1 --kiss DENY
daemon_start <<<'drops = 65600
share = 65600'
resident() { awk '$1 == "VmRSS:" { print $2 }' "/proc/${PIDS[goawayd]}/status"; }

python3 - >"$WORK/many.nft" <<'PYTHON'
print("add element inet goaway drop_service4 {" + ",".join(
    f'10.{i >> 14 & 255}.{i >> 7 & 127}.{i & 127} . 192.0.2.1 . udp . {i % 60000 + 1} counter timeout 1h comment "many"'
    for i in range(65000)) + "}")
PYTHON
check "65000 drops" inside router nft -f "$WORK/many.nft"
stop goawayd
daemon_again # knows of all of them now
before=$(resident)
spawn lister router bash -c "TIMEFORMAT='%3R s'; time python3 '$SUPPORT/control.py' $SOCKET verb drops >'$WORK/drops'"
slowest=0
for address in 10.0.1.1{01..20}; do
	ip -n in1 addr add "$address/24" dev eth0
	ip -n in1 route replace $SRV1 via 10.0.1.1 src "$address"
	start=$(now_ms)
	sum=$(poll in1 --count 1 --ignore-kod $SRV1)
	[ "$(value kissed "$sum")" -eq 1 ] || start=0
	took=$(($(now_ms) - start))
	[ $took -le $slowest ] || slowest=$took
done
finished lister 60000
listing=$(tr -dc 0-9 <"$WORK/lister.log")
sed 's/^/# /' "$WORK/lister.log"
check_value "while they are told, each kiss is judged long before they are (in ms)" $((slowest * 2)) -lt $listing
check_value "each is told once" "$(grep '"many"' "$WORK/drops" | cut -d, -f1-3 | sort -u | wc -l)" -eq 65000
check_value "and no more often" "$(grep -c '"many"' "$WORK/drops")" -eq 65000
check "and how many there are" grep -qE '^\{"count":650[0-9]{2},"more":false,"done":true\}$' "$WORK/drops"
# a sanitizer keeps what is freed; the plain build is measured
grep -q AddressSanitizer "$GOAWAYD" ||
	check_value "in bounded memory (KiB: $before before)" $(($(resident) - before)) -lt 1024
check_value "those of one source" "$(verb drops source=10.0.1.7 | grep -c '"many"')" -eq 1
check_value "so many as are asked for" "$(verb drops limit=1000 | grep -c '"source"')" -eq 1000

# many followers and listers at once
for i in 1 2 3 4; do
	spawn "lister$i" router bash -c "python3 '$SUPPORT/control.py' $SOCKET verb drops | wc -l"
done
for i in 1 2 3 4; do
	finished "lister$i" 60000
	check_value "four at once: the ${i}." "$(cat "$WORK/lister$i.log")" -gt 65000
done

# a reload in the middle makes the mirror anew
mkfifo "$WORK/go"
spawn slow router bash -c "python3 '$SUPPORT/control.py' $SOCKET verb drops |
	{ read -r; echo begun >&2; read -r <'$WORK/go'; tail -n 1; }"
wait_for grep -q begun "$WORK/slow.log"
check "a reload while they are told" answers 'done' '{"v":1,"verb":"reload"}'
echo >"$WORK/go"
finished slow
check "is told, and to ask again" grep -q 'made anew meanwhile; ask again","code":"failed"' "$WORK/slow.log"

# who may listen
ns_add other
printf 'queue = 200\n' >"$WORK/other.conf"
spawn other other "$GOAWAYD" --foreground --config "$WORK/other.conf"
check "a daemon of another network does not take the socket" refuted finished other
check "and says what to do" grep -q "another goawayd answers there.*setting 'control'" "$WORK/other.log"
check "the first one listens on" answers 'done' '{"v":1,"verb":"status"}'
printf 'queue = 200\ncontrol = "/run/goaway/other.sock"\n' >"$WORK/other.conf"
spawn other other "$GOAWAYD" --foreground --config "$WORK/other.conf"
check "at another path both do" wait_for grep -q ready "$WORK/other.log"
check "and goaway finds it" quiet "$GOAWAY" mode --socket /run/goaway/other.sock
kill -KILL "${PIDS[other]}"
finished other
check "killed, it leaves its socket" test -S /run/goaway/other.sock
"$GOAWAY" mode --socket /run/goaway/other.sock >"$WORK/out" 2>&1
check_value "where nobody answers" $? -eq 3
spawn other other "$GOAWAYD" --foreground --config "$WORK/other.conf"
check "and which the next one replaces" wait_for grep -q ready "$WORK/other.log"
stop other
echo >/run/goaway/other.sock
spawn other other "$GOAWAYD" --foreground --config "$WORK/other.conf"
check "what is no socket is not touched" refuted finished other
check "and told" grep -q "there is something else; take it away" "$WORK/other.log"
check "it is still there" test -f /run/goaway/other.sock
echo 'control = ""' >>"$WORK/goawayd.conf"
check "a reload may take the socket away" answers 'done' '{"v":1,"verb":"reload"}'
check "and it is gone" refuted test -e $SOCKET
poll in1 --count 1 --wait 500 --ignore-kod $SRV1_6 >/dev/null
check "the daemon goes on without" dropped $IN1_6 $SRV1_6
daemon_end
tap_finish
