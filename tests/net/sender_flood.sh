#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# goaway sender under a flood from forged sources: what leaves it stays within its rate, its memory
# as it was, what is left out is told, and a real source is still stopped.
. "$(dirname "$0")/../support/net.sh"

topology
daemon_start </dev/null
inside srv1 nft -f - <<-'NFT'
	table inet rules {
		counter complaints { }
		chain input {
			type filter hook input priority filter
			udp dport { 5, 6 } log group 9
		}
		chain output {
			type filter hook output priority filter
			icmp type destination-unreachable @th,1152,32 0x474f4157 @th,1144,8 1 counter name complaints
		}
	}
NFT
complaints() {
	count srv1 rules complaints
}
memory() { awk '$1 == "VmRSS:" { print $2 }' "/proc/${PIDS[sender]}/status"; }

spawn sender srv1 "$GOAWAY" sender --group 9 --limit 64 --rate 10
check "the sender starts" wait_for grep -q ready "$WORK/sender.log"
before=$(memory)
start=$(now_ms)
spawn flood isp python3 -c 'import os, socket, struct, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
to = socket.inet_aton(sys.argv[1])
end = time.monotonic() + 5
sent = 0
while sent < 5000 or time.monotonic() < end:
    p = struct.pack("!BBHHHBBH4s4sHHHH", 0x45, 0, 28, 0, 0, 64, 17, 0, b"\x0a" + os.urandom(3), to,
        4000, 5, 8, 0)
    s.sendto(p, (sys.argv[1], 0))
    sent += 1
print(sent)' $SRV1
finished flood 60000
some=$(complaints)
took=$((($(now_ms) - start) / 1000 + 2))
sent=$(tail -n 1 "$WORK/flood.log")
check_value "a flood of forged sources" "${sent:-0}" -ge 5000
check_value "few of them are complained of" "$some" -le $((took * 10))
check_value "but some" "$some" -ge 10
check_value "memory stays" "$(memory)" -le $((before + 1024))

# Complaints about the forged ones end, and then there is room and rate.
# shellcheck disable=SC2016
spawn real in1 bash -c 'exec 3>"/dev/udp/$1/6"; while :; do echo x >&3; sleep 0.1; done' - $SRV1
check "a real source is stopped then" within 30000 grep -q "granted: udp/6" "$WORK/sender.log"
stop real
check "it ends well" stop sender
sed 's/^/# /' "$WORK/sender.log" | tail -n 3
check "what was left out is told" grep -q 'left out: ' "$WORK/sender.log"
check_value "and the lines are few" "$(wc -l <"$WORK/sender.log")" -le 80
check "and never broke a rule of C" refuted \
	grep -qE 'AddressSanitizer|LeakSanitizer|runtime error' "$WORK/sender.log"
daemon_end
tap_finish
