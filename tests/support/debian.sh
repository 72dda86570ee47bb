# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What Debian's packages are made of.

# debian_sources FOLDER: what is under version control here, or could be
debian_sources() {
	mkdir -p "$1" && git -C "$ROOT" ls-files -co --exclude-standard -z |
		tar --null -C "$ROOT" --files-from=- --ignore-failed-read -cf - | tar -xf - -C "$1"
}
