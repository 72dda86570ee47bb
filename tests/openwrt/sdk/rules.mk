# SPDX-License-Identifier: GPL-2.0-or-later
# What a package's Makefile expects of OpenWrt's build system, as far as can be told
# without it: this and its neighbours record what the Makefile sets, and install what it
# installs into a folder. For tests/openwrt/package.
INSTALL_DIR := install -d -m0755
INSTALL_BIN := install -m0755
INSTALL_DATA := install -m0644
INSTALL_CONF := install -m0600
LN := ln -sf
CP := cp -fpR
