# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash
# A stand-in for OpenWrt's /lib/functions/network.sh, for procd.sh.

network_flush_cache() { :; }
network_get_device() { eval "$1=\${FAKE_DEVICE_$2:-}; [ -n \"\$$1\" ]"; }
