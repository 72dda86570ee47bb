#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The package for OpenWrt, as far as it can be proven without OpenWrt: what its
# Makefile sets, an .ipk of it, its installation and upgrade in a root folder, and
# the page for LuCI.
. "$(dirname "$0")/../support/net.sh"

package=$ROOT/openwrt/goawayd app=$ROOT/openwrt/luci-app-goaway
kit=$ROOT/tests/openwrt

# set_to PACKAGE FIELD [VARIABLE=VALUE]: what the Makefile sets
set_to() { "$kit/make" "$1" tell "${@:3}" | sed -n "s/^$2=//p"; }

# ---- what is set ----

version=$(sed -n "s/^ *version: '\(.*\)',/\1/p" "$ROOT/meson.build" | head -n 1)
check "the sources are found" "$kit/make" goawayd prepare PKG_BUILD_DIR="$WORK/sources"
# without it, `make package/goawayd/compile` takes what it has
others=$(cd "$WORK/sources" && printf '%s\n' * | grep -vxFf <(set_to goawayd FILE_DEPENDS | xargs -n 1 realpath | sed "s#^$ROOT/##"))
check "it is built anew when the sources change" test -z "$others"
for each in goawayd goawayd-full; do
	check "$each has the version of the sources, digits and dots" \
		test "$(set_to $each PKG_VERSION)" = "$version" -a -z "$(tr -d 0-9. <<<"$version")"
	# releases and their kernels; beside a name of the feeds the first release that has it
	for release in 22.03/5_10 23.05/5_15 24.10/6_6 25.12/6_12; do
		unknown=$(set_to $each DEPENDS LINUX=${release#*/} | xargs -n 1 | sed 's/^+//' |
			grep -vxFf <(awk -v release="${release%/*}" '$2 <= release { print $1 }' "$kit/feed-names"))
		check "$each depends on packages that the feeds of ${release%/*} have" test -z "$unknown"
		check "and on what forgets flows that were offloaded" \
			grep -qw kmod-nf-conntrack-netlink <<<"$(set_to $each DEPENDS LINUX=${release#*/})"
	done
	# shellcheck disable=SC2046
	check "$each: meson takes them, and what it is asked for" \
		quiet meson setup --buildtype=plain $(set_to $each MESON_ARGS) "$WORK/$each" "$WORK/sources"
done
# A number of its own may be another's: dnsmasq was 453 before us.
check "its user takes whatever number is free" test "$(set_to goawayd USERID)" = goaway:goaway
check "a warning of another compiler breaks no build" grep -q -- -Dwerror=false <<<"$(set_to goawayd MESON_ARGS)"
# needed PROGRAM...: the feeds' names of the libraries that it was linked with
needed() {
	readelf -d "$@" | sed -n 's/.*(NEEDED).*\[\(lib[^.]*\)\.so.*/\1/p' | sort -u |
		grep -vE '^lib(c|m|gcc_s|rt|pthread|asan|ubsan|systemd)$' | sed 's/^libconfuse$/confuse/; s/^libz$/zlib/; s/_/-/g'
}
exporter=${GOAWAY%/*}/goaway-exporter
programs=("$GOAWAYD" "$GOAWAY")
[ ! -x "$exporter" ] || programs+=("$exporter")
built=goawayd
[ "$(built_with seccomp)" = disabled ] || built=goawayd-full
missing=$(needed "${programs[@]}" | grep -vxFf <(set_to $built DEPENDS | xargs -n 1 | sed 's/^+//'))
check "$built depends on all that the programs are linked with" test -z "$missing"
# every feature is decided on: none is left to what the build host happens to have
for name in $(sed -n "s/^option('\([a-z_]*\)'.*/\1/p" "$ROOT/meson_options.txt"); do
	check "feature $name is decided on" grep -q -- "-D$name=" <<<"$(set_to goawayd MESON_ARGS)"
done
check "a small router gets no pcap, nor what a server needs" \
	test -z "$(set_to goawayd DEPENDS | grep -E 'pcap|microhttpd|systemd')"
check "none conflicts with what it provides" test "$(set_to goawayd CONFLICTS)/$(set_to goawayd-full CONFLICTS)" = goawayd-full/
check "the names are literal, as the feed's scripts want" \
	test "$(grep -c '^$(eval $(call BuildPackage,goawayd' "$package/Makefile")" -eq 2
check "and both packages are found by it" test "$("$kit/make" goawayd names)" = "goawayd goawayd-full"
check "the status page has the same version" grep -qx "PKG_VERSION:=$version" "$app/Makefile"

# ---- an .ipk ----

# stage PACKAGE FOLDER: its files, from what was built
stage() {
	mkdir -p "$WORK/built/usr/sbin" "$WORK/built/usr/bin"
	cp "$GOAWAYD" "$WORK/built/usr/sbin/"
	cp "$GOAWAY" "$WORK/built/usr/bin/"
	# one built without it stands for a program that is there
	cp "$([ -x "$exporter" ] && echo "$exporter" || echo "$GOAWAY")" "$WORK/built/usr/bin/goaway-exporter"
	"$kit/make" "$1" stage ROOT="$2" PKG_INSTALL_DIR="$WORK/built" ARCHITECTURE=x86_64
}
root=$WORK/root
mkdir -p "$WORK/first" "$WORK/second" "$root"
check "the package is staged" stage goawayd "$WORK/stage"
ipk=$("$kit/mkipk" "$WORK/stage" "$WORK/first")
check "an .ipk is made" test -s "$ipk"
member() { tar -xzOf "$ipk" "./$1.tar.gz" | tar -xzO "./$2"; }
check "it tells what it takes" test \
	"$(member control control | sed -n 's/^Installed-Size: //p')" -gt "$(cat "$GOAWAYD" "$GOAWAY" | wc -c)"
check "of its conffiles it lists what it brings" test "$(member control conffiles)" = /etc/config/goaway
check "and sysupgrade keeps the other" test "$(member data lib/upgrade/keep.d/goawayd)" = /etc/goaway/goaway.exempt
stage goawayd "$WORK/stage2"
sleep 1 # so that a time of now would differ
check "a second one is the same, octet by octet" cmp "$ipk" "$("$kit/mkipk" "$WORK/stage2" "$WORK/second")"

"$kit/ipk-install" "$ipk" "$root"
check "the status page is staged" "$kit/make" luci-app-goaway stage ROOT="$WORK/stage-app" ARCHITECTURE=all
"$kit/ipk-install" "$("$kit/mkipk" "$WORK/stage-app" "$WORK/first")" "$root"
page=/www/luci-static/resources/view/$(python3 -c 'import json, sys
print(json.load(open(sys.argv[1]))["admin/status/goaway"]["action"]["path"])' \
	"$root/usr/share/luci/menu.d/luci-app-goaway.json").js
check "its menu leads to it" cmp "$root$page" "$app/htdocs/luci-static/resources/view/goaway/status.js"
check "what the menu asks for is installed" test -z "$(python3 -c 'import json, sys
print(*json.load(open(sys.argv[1]))["admin/status/goaway"]["depends"]["fs"], sep="\n")' \
	"$root/usr/share/luci/menu.d/luci-app-goaway.json" | while read -r file; do
	[ -x "$root$file" ] || echo "$file"
done)"
for file in /usr/sbin/goawayd /usr/bin/goaway /etc/init.d/goawayd /usr/libexec/rpcd/goaway; do
	check "$file is installed and can be run" test -x "$root$file"
done
check "the command finds the settings that the init script makes" test \
	"$(readlink "$root/etc/goaway/goaway.conf")" = "$(sed -n 's/^CONF=//p' "$root/etc/init.d/goawayd")"
capabilities=$(sed -n 's/^CAPABILITIES=//p' "$root/etc/init.d/goawayd")
check "the capabilities that the init script names are really installed" test -s "$root$capabilities"
check "the feed's own test passes on what was installed" \
	env PATH="$root/usr/sbin:$root/usr/bin:$PATH" TMPDIR="$WORK" sh "$package/test.sh" goawayd "$version"
check "and fails for another version" refuted \
	env PATH="$root/usr/sbin:$root/usr/bin:$PATH" sh "$package/test.sh" goawayd 9.9.9

"$kit/ipk-install" "$ipk" "$root"
check "an upgrade of what nobody changed leaves nothing behind" refuted test -e "$root/etc/config/goaway-opkg"
echo "	option queue '124'" >>"$root/etc/config/goaway"
"$kit/ipk-install" "$ipk" "$root"
check "an upgrade keeps a changed configuration" grep -q "queue '124'" "$root/etc/config/goaway"
check "and lays the new one beside it" cmp -s "$root/etc/config/goaway-opkg" "$package/files/goaway.config"

# goawayd-full takes its place, with what was configured
check "the full package is staged" stage goawayd-full "$WORK/stage-full"
full=$("$kit/mkipk" "$WORK/stage-full" "$WORK/first")
check "it does not install over the small one" refuted quiet "$kit/ipk-install" "$full" "$root"
"$kit/ipk-install" --remove goawayd "$root" 2>"$WORK/refused"
check "which cannot be removed while the page needs it" test $? -ne 0
check "that is told" grep -qx 'goawayd is needed by luci-app-goaway' "$WORK/refused"
check "and all of it is there" test -x "$root/usr/sbin/goawayd" -a -e "$root/usr/lib/opkg/info/goawayd.list"
check "unless it is forced" "$kit/ipk-install" --remove --force-depends goawayd "$root"
check "removed, nothing of that is left but a configuration that was changed" test \
	"$(find "$root" -path '*goaway*' ! -type d ! -path '*luci*' | sed "s#^$root##" | sort | xargs)" = \
	"/etc/config/goaway /etc/config/goaway-opkg"
"$kit/ipk-install" "$full" "$root"
check "the page needs either" refuted quiet "$kit/ipk-install" --remove goawayd-full "$root"
check "nothing needs the page" "$kit/ipk-install" --remove luci-app-goaway "$root"
check "nor goawayd-full then" "$kit/ipk-install" --remove goawayd-full "$root"
check "nothing is installed" test -z "$(ls "$root/usr/lib/opkg/info")"
"$kit/ipk-install" "$full" "$root"
check "the configuration stays" grep -q "queue '124'" "$root/etc/config/goaway"
for file in /usr/bin/goaway-exporter /etc/init.d/goaway-exporter /etc/init.d/goaway-sender; do
	check "$file is installed and can be run" test -x "$root$file"
done
for init in "$root"/etc/init.d/goaway*; do
	program=$(sed -n 's/^PROG=//p' "$init")
	check "${init##*/} runs what is installed" test -x "$root$program"
done
check "the feed's own test passes on the full package" \
	env PATH="$root/usr/sbin:$root/usr/bin:$PATH" TMPDIR="$WORK" sh "$package/test.sh" goawayd-full "$version"
for file in "$ROOT"/etc/goaway/*.nft; do
	check "the sender has its rules: ${file##*/}" cmp "$root/etc/goaway/${file##*/}" "$file"
	check "which are a conffile" grep -qx "/etc/goaway/${file##*/}" "$root/usr/lib/opkg/info/goawayd-full.conffiles"
	check "and the small one has not" refuted test -e "$WORK/stage/etc/goaway/${file##*/}"
done
# one rule that does not load, and none of an include's firewall does
for each in 'log group:kmod-nfnetlink-log' 'socket wildcard:kmod-nft-socket'; do
	check "the full package brings what these rules use: ${each%:*}" \
		eval 'grep -qw "${each%:*}" "$ROOT"/etc/goaway/*.nft && set_to goawayd-full DEPENDS | grep -qw -e "+${each#*:}"'
done
echo '# mine' >>"$root/etc/goaway/ntp.nft"
"$kit/ipk-install" "$full" "$root"
check "an upgrade keeps a changed rule" grep -qx '# mine' "$root/etc/goaway/ntp.nft"
check "its configuration has the small one's, and two sections more" \
	cmp "$WORK/stage-full/etc/config/goaway" <(cat "$package/files/goaway.config" "$package/files/goaway-full.config")

# ---- rpcd ----

# init_scripts NAME...: those that a router has; what they are told is written down
init_scripts() {
	local name
	rm -rf "$WORK/init.d"
	mkdir "$WORK/init.d"
	for name; do
		printf '#!/bin/sh\necho "%s $1" >>"%s"\n' "$name" "$WORK/asked" >"$WORK/init.d/$name"
		chmod +x "$WORK/init.d/$name"
	done
}
# postinst PACKAGE [VARIABLE=VALUE]...: as opkg and apk run it on the router
postinst() {
	local script=$WORK/$1.postinst
	sed "s#/etc/init.d/#$WORK/init.d/#g" "$WORK/stage${1#goawayd}/CONTROL/postinst" >"$script"
	shift
	: >"$WORK/asked"
	env IPKG_INSTROOT= "$@" sh "$script"
}
asked() { test "$(grep -v ' enabled$' "$WORK/asked" | xargs)" = "$*"; }
for each in goawayd goawayd-full; do
	services=(goawayd)
	[ $each = goawayd ] || services+=(goaway-exporter goaway-sender)
	init_scripts "${services[@]}"
	check "$each: a router without rpcd needs none" postinst $each
	init_scripts rpcd "${services[@]}"
	check "$each: installed, its ubus object is there at once" postinst $each
	check "$each: for rpcd was reloaded, once" asked rpcd reload
	check "$each: not in an image that is being built" postinst $each IPKG_INSTROOT="$root"
	check "$each: indeed" asked
	# apk does not even stop what it replaces
	check "$each: upgraded" postinst $each PKG_UPGRADE=1
	check "$each: the new programs run" asked "$(printf '%s restart ' "${services[@]}")rpcd reload"
done

# ---- removal ----

topology
serve srv1 --kiss DENY
daemon_start </dev/null
poll in1 --count 5 --interval 60 --ignore-kod --wait 100 $SRV1 >/dev/null
check "there is a drop" dropped $IN1 $SRV1
# the init script, as far as stop goes: procd asks the daemon to end, and does not wait for it
cat >"$WORK/init.d/goawayd" <<-END
	#!/bin/sh
	echo "\$1"
	(sleep 1; kill ${PIDS[goawayd]}) >/dev/null 2>&1 &
END
# prerm [VARIABLE=VALUE]: as opkg runs it on the router
prerm() {
	sed "s#/usr/sbin/#$root/usr/sbin/#; s#/etc/init.d/#$WORK/init.d/#" \
		"$root/usr/lib/opkg/info/goawayd-full.prerm" >"$WORK/prerm"
	inside router env IPKG_INSTROOT= "$@" sh "$WORK/prerm" >"$WORK/prerm.log" 2>&1
}
check "before an upgrade nothing is done" prerm PKG_UPGRADE=1
check "the drop stays" dropped $IN1 $SRV1
check "before a removal the daemon is stopped, and the table goes" prerm PKG_UPGRADE=0
check "without another word" test "$(cat "$WORK/prerm.log")" = stop
check "the daemon first, for it would mend the table" finished goawayd
check "there is no table" refuted inside router nft list table inet goaway 2>/dev/null
check "in an image that is being built nothing is done" prerm IPKG_INSTROOT="$root"

# ---- what comes of an old configuration ----

cat >"$WORK/uci" <<-'UCI'
	#!/bin/sh
	# uci as far as the script needs it: the section is there if $HAVE; batch is written down
	case "$*" in
	'-q get goaway.'*) [ -n "$HAVE" ] ;;
	'-q batch') cat >>"$TOLD" ;;
	*) exit 2 ;;
	esac
UCI
chmod +x "$WORK/uci"
# defaults NUMBER [VARIABLE=VALUE]
defaults() {
	local number=$1
	shift
	rm -f "$WORK/told"
	env PATH="$WORK:$PATH" TOLD="$WORK/told" "$@" sh "$root/etc/uci-defaults/$number"-goaway*
}
check "a configuration that has the section is left alone" defaults 60 HAVE=yes
check "indeed" refuted test -e "$WORK/told"
check "one that has none gets it" defaults 60 HAVE=
shipped=$(sed -n "s/^\toption \([a-z_]*\) '\(.*\)'/set goaway.main.\1=\2/p" "$package/files/goaway.config")
check "as the package ships it" test "$(cat "$WORK/told")" = "set goaway.main=goaway
$shipped
commit goaway"
check "a small package's configuration gets the services of the full one, switched off" defaults 61 HAVE=
check "as the full package ships them" test "$(grep '^set' "$WORK/told")" = "$(awk -F "['[:space:]]+" '
	/^config/ { name = $3; print "set goaway." name "=" $2 }
	/^\toption/ { print "set goaway." name "." $3 "=" $4 }' "$package/files/goaway-full.config")"
check "one that has them is left alone" defaults 61 HAVE=yes
check "indeed" refuted test -e "$WORK/told"
check "nothing is set twice" test -z "$(cut -d= -f1 <<<"$shipped" | sort | uniq -d)"

# ---- scripts, and the page ----

if command -v shellcheck >/dev/null; then
	check "shellcheck finds nothing in what a router runs" shellcheck -S warning "$package"/files/*.init \
		"$package"/files/*.defaults "$package"/files/*.rpcd "$package/test.sh"
else
	skip "shellcheck finds nothing in what a router runs" "no shellcheck"
fi
for file in "$package"/files/*.json "$app"/root/usr/share/*/*.d/*.json; do
	check "${file##*/} is JSON" python3 -m json.tool "$file" /dev/null
done
methods=$(sh "$package/files/goaway.rpcd" list)
allowed=$(python3 -c '
import json, sys
acl = json.load(open(sys.argv[1]))["luci-app-goaway"]
print(*sorted(acl["read"]["ubus"]["goaway"] + acl["write"]["ubus"]["goaway"]))' \
	"$app/root/usr/share/rpcd/acl.d/luci-app-goaway.json")
offered=$(python3 -c 'import json, sys; print(*sorted(json.load(sys.stdin)))' <<<"$methods")
check "the page may call what the ubus object offers" test "$allowed" = "$offered"
scopes=$(python3 -c '
import json, sys
acl = json.load(open(sys.argv[1]))["luci-app-goaway"]
print(*sorted({scope for right in ("read", "write") for scope in acl[right]}))' \
	"$app/root/usr/share/rpcd/acl.d/luci-app-goaway.json")
check "and nothing else: it neither reads nor writes settings" test "$scopes" = ubus

daemon_again
poll in1 --count 5 --interval 60 --ignore-kod --wait 100 $SRV1 >/dev/null
# rpcd METHOD [REQUEST]: the ubus object, with a stand-in for jshn
rpcd() {
	sed "s#/usr/share/libubox/jshn.sh#$kit/jshn.sh#" "$package/files/goaway.rpcd" >"$WORK/rpcd"
	inside router env PATH="${GOAWAY%/*}:$PATH" sh "$WORK/rpcd" call "$1" <<<"${2:-}"
}
rpcd status >"$WORK/status.json"
rpcd explain "{\"source\":\"$IN1\",\"target\":\"$SRV1\"}" >"$WORK/explained.json"
check "ubus call goaway explain is JSON" quiet python3 -m json.tool "$WORK/explained.json"
check "and tells of the pair" grep -q "KoD DENY" "$WORK/explained.json"
rpcd drops >"$WORK/drops.json"
check "ubus call goaway drops tells the drop" grep -q "\"$IN1\"" "$WORK/drops.json"
check "ubus call goaway status tells the mode" grep -q '"enforce"' "$WORK/status.json"
# The page itself, in a browser, on that object.
untold=$(grep -oE "_\('([^'\\]|\\\\.)*'\)" "$app/htdocs/luci-static/resources/view/goaway/status.js" |
	sed "s/^_('//; s/')\$//; s/\\\\'/'/g" | while read -r text; do
	grep -qxF "msgid \"$text\"" "$app/po/templates/goaway.pot" || echo "$text"
done)
check "every text of the page can be translated" test -z "$untold"
evil='<img src=x onerror=window.evil=1>'
inside router "$GOAWAY" drop $IN2 $SRV1 --service udp/9 --lifetime 10m --why "$evil" >/dev/null
# page [TEXT]: and presses the button of the row that has it
page() {
	inside router env PATH="${GOAWAY%/*}:$PATH" python3 "$kit/luci.py" \
		"$app/htdocs/luci-static/resources/view/goaway/status.js" "$WORK/rpcd" "$BUILD/luci.png" "$@" >"$WORK/page" 2>&1
}
page $IN2
status=$?
if [ $status -ne 1 ] || [ -s "$WORK/page" ]; then
	check "the page renders" test $status -eq 0
	sed 's/^/# /' "$WORK/page"
	check "it shows the state" grep -qx 'goawayd is running.' "$WORK/page"
	check "and the drop, with its time left as people write it" \
		grep -qE "^row: $IN1\|$SRV1\|udp/123\|dropped\|(1h|59m[0-9]*s)\|[0-9]+\|KoD DENY" "$WORK/page"
	check "text of others is text" grep -qxE "row: $IN2.*\|operator: $evil\|Lift" "$WORK/page"
	check "and nothing else" grep -qx 'evil: no' "$WORK/page"
	check "its button lifts this drop" grep -qx "call: goaway lift $IN2 $SRV1 udp/9" "$WORK/page"
	check "and shows what is left" test "$(grep -c "^row: $IN1" "$WORK/page")/$(grep -c "^row: $IN2" "$WORK/page")" = 2/1
	check "it stands no more" refuted quiet element drop_service4 "$IN2 . $SRV1 . udp . 9"
	check "it looks again" grep -q '^call: poll every' "$WORK/page"
	check "no error is told" refuted grep -q '^error:' "$WORK/page"
else
	skip "the page renders" "no browser"
fi
check "ubus call goaway lift lifts" rpcd lift "{\"source\":\"$IN1\",\"target\":\"$SRV1\",\"service\":\"\"}"
check "it stands no more" refuted dropped $IN1 $SRV1
rpcd lift '{"source":"--all","target":"; reboot","service":""}' >"$WORK/refused"
check "nonsense is refused with a sentence" grep -q '"error": *"goaway' "$WORK/refused"
daemon_end

# What it says of a daemon that runs, and does nothing; and of one that does not.
# says WHAT SENTENCE: in a browser, if there is one
says() {
	page
	if [ $? -ne 1 ] || [ -s "$WORK/page" ]; then
		check "$1" grep -qxF "$2" "$WORK/page"
	else
		skip "$1" "no browser"
	fi
}
says "its rules stand" 'The rules stand, but goawayd is not running: drops go on, and nothing new is heard.'
awk 'BEGIN { for (i = 0; i < 6000; i++) printf "add element inet goaway drop_service4 " \
	"{ 10.9.%d.%d . 192.0.2.1 . udp . 9 timeout 1h comment \"KoD DENY\" }\n", i / 250, i % 250 }' | inside router nft -f -
says "with many drops, it tells that there are more than it shows" 'These are not all; goaway list has the others.'
rpcd drops | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["drops"]))' >"$WORK/shown"
check_value "a thousand are" "$(cat "$WORK/shown")" -eq 1000
inside router "$GOAWAYD" --remove
says "they do not" 'goawayd is not running; its drops, if any, go on and end by themselves.'
daemon_start <<<'follow_table = "fw4"'
says "the firewall is off" 'Filtering is off: goawayd stops nothing until the firewall is back.'
daemon_end
tap_finish
