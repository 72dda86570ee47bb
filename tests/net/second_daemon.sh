#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A second daemon in the same place is refused, whatever its settings, and
# touches nothing of the first one's.
. "$(dirname "$0")/../support/net.sh"

topology
serve srv1 --kiss DENY
daemon_start </dev/null

# every rule with its number, no counts and no elements, some of which end by themselves
rules() { inside router nft -at list table inet goaway 2>/dev/null | sed 's/packets .*//'; }

offend() { poll "$1" --count 3 --interval 100 --ignore-kod --wait 200 $SRV1 >/dev/null; }
offend in1
check "a drop stands" dropped $IN1 $SRV1
before=$(rules)
printf 'queue = 200\nmode = observe\n' >"$WORK/second.conf"
spawn second router "$GOAWAYD" --foreground --config "$WORK/second.conf"
check "a second daemon ends, and not well" refuted finished second
check "for it is no more" refuted running "${PIDS[second]:-0}"
check "and says why" grep -q 'another goawayd runs here' "$WORK/second.log"
check "the rules are as they were" test "$before" = "$(rules)"
check "the drop stands" dropped $IN1 $SRV1
check_value "--remove is refused" "$(inside router "$GOAWAYD" --remove 2>"$WORK/refused"; echo $?)" -eq 1
check "and says why" grep -q 'a daemon runs here and would put its table back; stop that first' "$WORK/refused"
check "and touches nothing" test "$before" = "$(rules)"
offend in2
check "and the first one hears on" dropped $IN2 $SRV1
stop goawayd
daemon_again
check "when that has ended, one may start" dropped $IN1 $SRV1
daemon_end
# squat: take its place for a moment; as nobody: for good
squat='import os, signal, socket, struct, sys, time
nobody = sys.argv[1:] == ["nobody"]
if nobody:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
for name in b"\0goawayd", b"\0goaway":
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(name); globals()[name] = s
queue = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
# NFQNL_MSG_CONFIG with NFQA_CFG_CMD BIND of queue 65535, and an acknowledgement
queue.send(struct.pack("=IHHII", 28, 3 << 8 | 2, 5, 1, 0) + struct.pack("=BBH", 0, 0, 0xffff) +
           struct.pack("=HHBBH", 8, 1, 1, 0, 0))
error = struct.unpack_from("=i", queue.recv(256), 16)[0]
print("refused" if error == -1 else error, flush=True)
signal.pause() if nobody else time.sleep(0.3)'
# One that was killed is not yet gone altogether.
spawn going router python3 -c "$squat"
check "its place is taken" wait_for grep -q '^0$' "$WORK/going.log"
daemon_again
check "in a moment it is free" dropped $IN1 $SRV1
daemon_end
# who has no right to stop it cannot keep it from starting either
spawn squatter router python3 -c "$squat" nobody
check "nobody cannot take its place" wait_for grep -q '^refused$' "$WORK/squatter.log"
daemon_again
check "nor keep it from starting" dropped $IN1 $SRV1
stop squatter
daemon_end
check "when it has ended, --remove takes all away" inside router "$GOAWAYD" --remove
check "and there is no table" refuted inside router nft list table inet goaway
check "--remove of nothing says so" test "$(inside router "$GOAWAYD" --remove)" = 'there is no table inet goaway'
tap_finish
