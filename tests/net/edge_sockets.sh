#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A complainant's own sockets on the flows that it complains of: CHALLENGE and RESULT are ICMP
# errors about what it sends there, and disturb none but one that has asked to be told of errors
# (IP_RECVERR): that one is told, once for each, and goes on.
. "$(dirname "$0")/../support/net.sh"
. "$(dirname "$0")/../support/goaway.sh"

command -v python3 >/dev/null || skip_all "python3 is not installed"
topology
passing srv1
daemon_start </dev/null
# Nothing else is to be an error: the others take what the server sends.
for ns in in1 srv2; do
	inside $ns nft -f - <<-'NFT'
		table inet taken {
			counter taken { }
			chain input {
				type filter hook input priority filter
				udp sport 7001-7003 counter name taken drop
			}
		}
	NFT
done
taken() { count srv2 taken taken; }

# server ADDRESS SOMEBODY_ELSE: answers on its sockets, 20 times a second to all that it heard, and
# to somebody else on the first one; a line for each error, or each second
cat >"$WORK/server.py" <<'EOP'
import socket, sys, time
host, other = sys.argv[1:]
family = socket.AF_INET6 if ":" in host else socket.AF_INET
level, option = (41, 25) if family == socket.AF_INET6 else (0, 11)  # IP_RECVERR, IPV6_RECVERR

def udp(port, recverr=False):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.bind((host, port))
    if recverr:
        s.setsockopt(level, option, 1)
    s.setblocking(False)
    return s

sockets = {"plain": udp(7001), "connected": udp(7002), "recverr": udp(7003, True)}
listening = socket.create_server((host, 7004), family=family)
listening.setblocking(False)
heard = {}

def attempt(name, what, *args):
    try:
        return what(*args)
    except BlockingIOError:
        return None
    except OSError as e:
        print("error", name, what.__name__, e.strerror, flush=True)

print("ready", flush=True)
last = 0
while True:
    for name, s in sockets.items():
        got = attempt(name, s.recvfrom, 2048)
        while got:
            if name == "connected" and name not in heard:
                s.connect(got[1])
            if name not in heard:
                print("heard", name, flush=True)
            heard[name] = got[1]
            got = attempt(name, s.recvfrom, 2048)
        if name == "tcp":
            if name not in heard:
                print("heard", name, flush=True)
                heard[name] = True
            attempt(name, s.send, b"x")
        elif name == "connected" and name in heard:
            attempt(name, s.send, b"x")
        elif name in heard:
            attempt(name, s.sendto, b"x", heard[name])
            attempt(name + "-else", s.sendto, b"x", (other, 9))
    got = attempt("listening", listening.accept)
    if got:
        got[0].setblocking(False)
        sockets["tcp"] = got[0]
    if time.monotonic() - last >= 1:
        last = time.monotonic()
        print("alive", len(heard), flush=True)
    time.sleep(0.05)
EOP
cat >"$WORK/client.py" <<'EOP'
import socket, sys, time
s = socket.create_connection((sys.argv[1], 7004))
while True:
    s.send(b"x")
    time.sleep(0.05)
EOP

errors() { grep -c "error $1" "$WORK/server.log"; }
takes_more() { [ "$(taken)" -ge $((before + 20)) ]; }
ports=(7001 7002 7003)
for triple in "$IN1 $SRV1 $SRV2" "$IN1_6 $SRV1_6 $SRV2_6"; do
	read -r source target other <<<"$triple"
	family=IPv$(family_of "$source")
	spawn server srv1 python3 "$WORK/server.py" "$target" "$other"
	wait_for grep -q ready "$WORK/server.log"
	for port in "${ports[@]}"; do
		# shellcheck disable=SC2046
		spawn "c$port" in1 "$GAKIT" packet --source "$source" --target "$target" \
			$(ports "$source" "$port") --rate 20 --count 100000
	done
	spawn client in1 python3 "$WORK/client.py" "$target"
	all_heard() { grep -q 'alive 4' "$WORK/server.log"; }
	check "$family: all four sockets are at work" wait_for all_heard
	for port in "${ports[@]}" 7004; do
		inside srv1 timeout 100 "$GOAWAY" send --watch 0 --port "$port" \
			"$(seen "$source")" >"$WORK/said"
		check_value "$family: the complaint about port $port is granted" $? -eq 0
	done
	lines=$(grep -c alive "$WORK/server.log")
	goes_on() { [ "$(grep -c alive "$WORK/server.log")" -ge $((lines + 2)) ]; }
	check "$family: the server goes on" wait_for goes_on
	for socket in plain connected tcp; do
		check "$family: no error on the socket: $socket" refuted \
			grep "error $socket" "$WORK/server.log"
	done
	check_value "$family: the one that asks is told of CHALLENGE and RESULT" \
		"$(errors recverr)" -le 2
	before=$(taken)
	check "$family: and still sends to others" wait_for takes_more
	# What the test would see of an error that disturbs.
	gakit srv2 go-away --source "$target" --target "$(seen "$source")" --sport 7002 \
		--dport "40${source##*[.:]}"
	check "$family: 'prohibited' would disturb" wait_for \
		grep -q "error connected .*No route\|error connected .*ermission" "$WORK/server.log"
	for port in "${ports[@]}"; do
		stop "c$port"
	done
	stop client
	stop server
done
check_value "CHALLENGEs came to this host" "$(passed srv1 challenge)" -ge 8
check_value "and RESULTs" "$(passed srv1 result)" -ge 8
daemon_end
tap_finish
