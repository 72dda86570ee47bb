# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=dash disable=SC2034
# A stand-in for OpenWrt's jshn.sh: flat objects of strings, by python.

json_init() { JSON=; }
json_load() { JSON_LOADED=$1 python3 -c 'import json, os; json.loads(os.environ["JSON_LOADED"])' && JSON_LOADED=$1; }
json_get_vars() {
	for name; do
		eval "$name=\$(printf %s \"\$JSON_LOADED\" |
			python3 -c 'import json, sys; print(json.load(sys.stdin).get(sys.argv[1], \"\"))' $name)"
	done
}
json_add_string() { JSON=$(printf %s "$2" | python3 -c 'import json, sys
print(json.dumps(sys.argv[1]) + ": " + json.dumps(sys.stdin.read()))' "$1"); }
json_dump() { echo "{ $JSON }"; }
