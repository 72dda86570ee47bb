#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the kernel takes for our table while nothing stands: little, whatever there is room for. In a
# guest, where nobody else takes any.
. "$(dirname "$0")/../support/net.sh"

topology
taken() { awk '/^SUnreclaim:/ { print $2 }' /proc/meminfo; }
little() { [ "$(taken)" -lt $((before + 2048)) ]; }
before=$(taken)
daemon_start <<<"drops = 65536"
check "less than two MiB at rest" wait_for little
echo "# $(($(taken) - before)) KiB"
daemon_end
tap_finish
