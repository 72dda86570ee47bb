# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Clocks of one's own: wallclock.c. To be sourced after net.sh.

# "${CLOCK[@]}" COMMAND...: it goes by them
# shellcheck disable=SC2034
CLOCK=(env "LD_PRELOAD=$BUILD/tests/support/wallclock.so" "GOAWAY_WALLCLOCK=$WORK/clock")
truncate -s 4096 "$WORK/clock"

# clock_ahead REAL BOOT: of the true ones, in seconds
clock_ahead() {
	python3 -c '
import struct, sys
with open(sys.argv[1], "r+b") as clock:
    clock.write(struct.pack("qq", int(sys.argv[2]), int(sys.argv[3])))' "$WORK/clock" "$@"
}

# sleep_for SECONDS: as a machine that was asleep for so long in all
sleep_for() { clock_ahead "$1" "$1"; }
