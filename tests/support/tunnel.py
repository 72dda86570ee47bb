#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A point-to-point device without a link layer, as PPPoE makes one; what it is sent travels in UDP
to a second one like it. For tests of routers whose way out is such a device.

    tunnel.py DEVICE LOCAL_ADDRESS REMOTE_ADDRESS PORT      until it is ended
"""
import fcntl
import os
import select
import socket
import struct
import sys

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000

device, local, remote, port = sys.argv[1:]
tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN | IFF_NO_PI))
carrier = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
carrier.bind((local, int(port)))
print("ready", flush=True)
while True:
    ready, _, _ = select.select([tun, carrier], [], [])
    try:
        if tun in ready:
            carrier.sendto(os.read(tun, 65535), (remote, int(port)))
        if carrier in ready:
            os.write(tun, carrier.recv(65535))
    except OSError:  # the other end is not there yet, or the device is down
        pass
