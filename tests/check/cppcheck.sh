#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# cppcheck finds nothing in src but what cppcheck.suppressions says that it need not.
# usage: cppcheck.sh SOURCE_ROOT
set -eu
cd "$1"
command -v cppcheck >/dev/null || {
	echo "cppcheck is not installed"
	exit 77
}
exec cppcheck --quiet --std=c11 --enable=warning,performance,portability,style \
	--error-exitcode=1 --suppressions-list=tests/check/cppcheck.suppressions \
	-Iinclude -Isrc/core -Isrc/sys -Isrc/goaway -D_GNU_SOURCE -DGOAWAY_SEND=1 \
	'-Djson_object_object_foreach(object,key,value)=if (object)' src
