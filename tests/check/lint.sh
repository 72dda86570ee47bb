#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The manual as mandoc would have it, style and all. What other pages this machine has is no fault of
# ours.
# usage: lint.sh MANDOC PAGE...
mandoc=$1
shift
[ $# -gt 0 ] || { echo "no pages" >&2; exit 1; }
# exits other than 0 for style too
found=$("$mandoc" -Tlint -Wstyle "$@" 2>&1 |
	grep -vE 'STYLE: referenced manual not found|^mandoc: outdated mandoc.db')
[ -z "$found" ] || { printf '%s\n' "$found" >&2; exit 1; }
