# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What a machine short of memory loses between a program and nf_tables: lossy.h. To be sourced after
# net.sh.

# "${LOSSY[@]}" COMMAND...: it loses that
# shellcheck disable=SC2034
LOSSY=(env "LD_PRELOAD=$BUILD/tests/support/lossy.so" "GOAWAY_LOSSY=$WORK/lossy")
truncate -s 4096 "$WORK/lossy"

# lose KIND TYPE COUNT: from now on, so many acks, refusals or sends of this type of message, or stops
# before it; or helper_busy or parts_twice, 0 and COUNT
# shellcheck disable=SC2034
NEWRULE=6 NEWSETELEM=12 GETSETELEM=13 DELSETELEM=14 DELTABLE=2
lose() {
	python3 -c '
import struct, sys
at = {"acks": 0, "refusals": 32, "sends": 64, "helper_busy": 96, "parts_twice": 97, "stops": 107}[sys.argv[2]] + int(sys.argv[3])
with open(sys.argv[1], "r+b") as lossy:
    lossy.seek(at * 4)
    lossy.write(struct.pack("I", int(sys.argv[4])))' "$WORK/lossy" "$@"
}

# lack expression NAME, or subsystem NUMBER: the kernel has it not; '' and -1: it has them all again.
# lack flowtables DEVICE: it tells of one there, which it has not
lack() {
	python3 -c '
import struct, sys
at, octets = ((98, struct.pack("I", int(sys.argv[3]) + 1)) if sys.argv[2] == "subsystem"
              else ({"expression": 99, "flowtables": 103}[sys.argv[2]], sys.argv[3].encode() + bytes(1)))
with open(sys.argv[1], "r+b") as lossy:
    lossy.seek(at * 4)
    lossy.write(octets)' "$WORK/lossy" "$@"
}

# lost TYPE: no more of these acks are to be lost
lost() { [ "$(od -An -tu4 -j $(($1 * 4)) -N 4 "$WORK/lossy")" -eq 0 ]; }

# stands_still NAME TYPE LEFT: what was spawned by this name has stopped itself before such a message, and
# will so often still
stands_still() {
	[ "$(od -An -tu4 -j $(((107 + $2) * 4)) -N 4 "$WORK/lossy")" -eq "$3" ] &&
		grep -q '^State:.T' "/proc/${PIDS[$1]}/status"
}
