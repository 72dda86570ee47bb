#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The bench works, with little of all: every row is measured; and it fails where one is not.
. "$(dirname "$0")/../support/tap.sh"
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
export BUILD=${BUILD:-$ROOT/build}

grep -q __asan_init "$BUILD/src/goawayd/goawayd" && skip_all "a build with sanitizers is not measured"
unshare --net --mount true 2>/dev/null || skip_all "no namespaces without root"
measured() { "$ROOT/tests/bench/run" quick >"$BUILD/bench.log" 2>&1; }
tap_explain() { tail -n 20 "$BUILD/bench.log"; }
check "all parts are measured" measured
rows=$(cd "$ROOT/tests/bench" && python3 -Bc 'import rows
print(sum(row.quick for part in rows.PARTS.values() for row in part))')
check_value "every row is there" "$(jq '.rows | length' "$BUILD/bench-quick/table.json")" -eq "$rows"
check_value "and has a number of ours" \
	"$(jq '[.rows[] | select(.sides.goaway.median != null)] | length' "$BUILD/bench-quick/table.json")" -eq "$rows"
check "the picture is well-formed" python3 -c \
	'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$BUILD/bench-quick/table.svg"

report() { python3 -B "$ROOT/tests/bench/report.py" "$BUILD/bench-quick" quick drop.sh 2>&1; }
cp "$BUILD/bench-quick/drop.sh.samples" "$BUILD/bench-quick/whole"
check "slow is no failure" eval "printf 'sample drop bare 9e9\nsample drop behind 9e9\nsample drop goaway 1\n' >$BUILD/bench-quick/drop.sh.samples; report | grep -q short"
while IFS='|' read -r what lines; do
	printf '%b\n' "$lines" >"$BUILD/bench-quick/drop.sh.samples"
	check "$what is" eval 'text=$(report); [ $? -eq 1 ] && grep -q "^broken: " <<<"$text"'
done <<-'END'
	a side that was not measured|sample drop behind 5\nsample drop goaway 5
	a number that is none|sample drop bare nan\nsample drop behind 5\nsample drop goaway 5
	one below zero|sample drop bare -1\nsample drop behind 5\nsample drop goaway 5
	a row that nobody asked for|sample drop bare 1\nsample drop behind 5\nsample drop goaway 5\nsample list nft 5
END
check "and so is a part that fails" refuted quiet env GOAWAYD=/bin/false "$ROOT/tests/bench/run" quick drop.sh
mv "$BUILD/bench-quick/whole" "$BUILD/bench-quick/drop.sh.samples"
tap_finish
