#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every command of the README, as it is written there, on the router and the server of
# its picture. What a router or the SDK of OpenWrt has and this machine has not (opkg,
# uci, service, procd) is stood in for by tests/openwrt; the section on Debian is run by
# tests/package/debian.
. "$(dirname "$0")/../support/net.sh"

readme() { python3 "$SUPPORT/readme.py" "$ROOT/README.md" "$@"; }

mkdir "$WORK/bin"

# stand_in NAME <BODY: a program of that name, ahead of all others
stand_in() {
	{
		echo '#!/bin/bash'
		cat
	} >"$WORK/bin/$1"
	chmod +x "$WORK/bin/$1"
}
ln -s "$GOAWAYD" "$GOAWAY" "$WORK/bin/"

# run NAMESPACE COMMAND: as a reader types it
run() {
	local -a how=(inside "$1" env "PATH=$WORK/bin:$PATH" bash -uc)
	case $2 in
	'goaway watch'*) # Ctrl-C, once it has said something
		"${how[@]}" "$2 & for ((i = 0; i < 300; i++)); do [ ! -s '$WORK/said' ] || break; sleep 0.1; done
			kill -INT \$! && wait \$!" >"$WORK/said" 2>&1 && [ -s "$WORK/said" ]
		;;
	*) "${how[@]}" "$2" >"$WORK/said" 2>&1 ;;
	esac
}

# all_of SECTION NAMESPACE
all_of() {
	local command
	: >"$WORK/all"
	while IFS= read -r command; do
		check "$1: $command" run "$2" "$command"
		cat "$WORK/said" >>"$WORK/all"
		sed 's/^/# /' "$WORK/said" | head -n 20
	done < <(readme "$1")
}

topology
serve srv1 --kiss DENY
spawn goawayd router "$GOAWAYD" --foreground
wait_for daemon_ready goawayd || exit 99
for client in in1 in2; do
	poll $client --count 5 --interval 60 --ignore-kod --wait 100 $SRV1 >/dev/null
done

see_it_work() {
	local command
	for command in $(readme 'See it work' | sed 's/#.*//'); do
		check "See it work: $command is there" test -x "$ROOT/$command"
	done
	# too long for here
	check "tests/demo: run by tests/package/autopkgtest" grep -qw 'exec tests/demo' "$ROOT/debian/tests/demo"
	check "tests/run: run by whoever runs this" grep -qw 'exec tests/run' "$ROOT/.ci/run"
}

five_minutes() {
	check "there is a drop to look at" dropped $IN1 $SRV1
	run router 'goaway list'
	check "goaway list shows it" grep -qE "$IN1 +$SRV1 +udp/123 +drop" "$WORK/said"
	all_of 'Five minutes with it' router
	check "it was lifted" refuted dropped $IN1 $SRV1
	check "what was dropped by hand stands" quiet element drop_service4 "$IN2 . $SRV1 . udp . 9999"
	inside router "$GOAWAY" lift --service udp/9999 $IN2 $SRV1 >/dev/null
	check "and who is exempt is never stopped again" grep -qE "source +$IN1 +yes" "$WORK/all"
}

over_time() {
	[ -x "$BUILD/src/goaway/goaway-exporter" ] || {
		skip "Watch it over time" "built without the exporter"
		return
	}
	# Debian starts what is installed; tests/package/debian runs the command itself
	stand_in apt-get <<-END
		[ "\$*" = "install ../goaway-exporter_*.deb" ] || exit 1
		setsid $GOAWAY exporter >$WORK/exporter.log 2>&1 &
		for _ in {1..100}; do grep -q 'serving http://127.0.0.1:19247/' $WORK/exporter.log && exit 0; sleep 0.1; done
		exit 1
	END
	all_of 'Watch it over time' router
	check "the metrics are of a daemon that is up" grep -qx 'goaway_up 1' "$WORK/all"
	inside router python3 "$ROOT/tests/web/get.py" http://localhost:19247/ >"$WORK/page"
	check "and the page is there" grep -q '<title>goaway</title>' "$WORK/page"
}

look_with_nft() {
	check "there is another" dropped $IN2 $SRV1
	all_of 'Look at it with nft' router
	check "what nft deletes is lifted" refuted dropped $IN2 $SRV1
}

say_go_away() {
	inside srv1 nft add table inet filter
	inside srv1 nft add chain inet filter input '{ type filter hook input priority filter; }'
	stand_in systemctl <<-END
		[ "\$*" = "enable --now goaway-sender" ] || exit 1
		setsid $GOAWAY sender --group 247 >$WORK/sender.log 2>&1 &
		for _ in {1..100}; do grep -q '^ *247 ' /proc/net/netfilter/nfnetlink_log && exit 0; sleep 0.1; done
		exit 1
	END
	flood_udp flood in2 $SRV1 9999
	all_of 'Say Go Away' srv1
	check "the first was granted" grep -q '^granted: udp/9999' "$WORK/all"
	check "and the traffic is dropped" quiet element drop_service4 "$IN2 . $SRV1 . udp . 9999"
	stop flood
}

full_installed() {
	local info=$TREE/usr/lib/opkg/info
	[ ! -e "$info/goawayd.control" ] && [ -e "$info/goawayd-full.control" ] && [ -e "$info/luci-app-goaway.control" ] &&
		[ -x "$TREE/etc/init.d/goaway-sender" ] && grep -q "option mode 'observe'" "$TREE/etc/config/goaway"
}

openwrt() {
	local sdk=$WORK/sdk command
	export TREE=$WORK/tree FAKE_DEVICE_wan='' FAKE_DEVICE_wanb=''
	mkdir -p "$sdk/scripts" "$WORK/built/usr/sbin" "$WORK/built/usr/bin" "$TREE"
	cp "$GOAWAYD" "$WORK/built/usr/sbin/"
	cp "$GOAWAY" "$WORK/built/usr/bin/"
	cp "$GOAWAY" "$WORK/built/usr/bin/goaway-exporter" # so that there is one, however this was built
	cat >"$sdk/scripts/feeds" <<-END
		#!/bin/bash
		grep -qx 'src-link goaway /src/openwrt' feeds.conf.default || exit 1
		[ "\$1" = install ] || exec test "\$*" = 'update -a'
		shift
		for package; do test -e "$ROOT/openwrt/\$package/Makefile" || exit 1; done
	END
	chmod +x "$sdk/scripts/feeds"
	stand_in make <<-END
		case \$1 in
		defconfig) exit 0 ;;
		package/*) ;;
		*) exec /usr/bin/make "\$@" ;;
		esac
		for target; do
			folder=\${target#package/} folder=\${folder%/compile}
			for package in \$("$ROOT/tests/openwrt/make" \$folder names); do
				"$ROOT/tests/openwrt/make" \$package stage ROOT="$WORK/stage-\$package" \
					PKG_INSTALL_DIR="$WORK/built" ARCHITECTURE=x86_64 &&
					"$ROOT/tests/openwrt/mkipk" "$WORK/stage-\$package" "$WORK/ipk" || exit
			done
		done
		# an .apk has another name, and what stands in for apk reads what is in an .ipk
		cd "$WORK/ipk" && for package in *.ipk; do
			name=\${package%_*}
			cp "\$package" "\${name/_/-}.apk"
		done
	END
	stand_in opkg <<-END
		remove=
		case \$1 in
		update) exit 0 ;;
		install) ;;
		remove) remove=--remove ;;
		*) exit 1 ;;
		esac
		shift
		for package; do "$ROOT/tests/openwrt/ipk-install" \$remove "\$package" "$TREE" || exit; done
	END
	stand_in apk <<-END
		case "\$1 \${2:-}" in
		'update ') exit 0 ;;
		'add --allow-untrusted') shift 2 && exec opkg install "\$@" ;;
		'del '*) shift && exec opkg remove "\$@" ;;
		*) exit 1 ;;
		esac
	END
	stand_in uci <<-END
		case \$1 in
		set) sed -i "s/option \${2#goaway.main.}"'.*//' "$TREE/etc/config/goaway" ;;
		esac
		case \$1 in
		set) word=\${2#goaway.main.} && printf "\toption %s '%s'\n" "\${word%%=*}" "\${word#*=}" >>"$TREE/etc/config/goaway" ;;
		commit) [ "\$2" = goaway ] ;;
		esac
	END
	stand_in service <<-END
		exec dash "$ROOT/tests/openwrt/procd.sh" "$TREE/etc/init.d/\$1" "\$2"
	END
	mkdir -p "$WORK/ipk"
	while IFS= read -r command; do
		case $command in
		'opkg remove '*) cp -a "$TREE" "$WORK/another" ;;
		'apk del '*) rm -r "$TREE" && mv "$WORK/another" "$TREE" ;; # the small one is on it still
		esac
		check "Install on OpenWrt: $command" run router "cd $sdk && ${command// \/tmp\// $WORK/ipk/}"
		sed 's/^/# /' "$WORK/said" | head -n 20
		case $command in
		*' /tmp/goawayd-full'*) check "goawayd-full has taken its place, with what was set" full_installed ;;
		esac
	done < <(readme 'Install on OpenWrt')
	check "the setting is the daemon's" grep -qx 'mode = "observe"' "$TREE/var/etc/goaway/goaway.conf"
}

while IFS= read -r section; do
	case $section in
	'See it work') see_it_work ;;
	'Install on Debian') check "$section: run by tests/package/debian" \
		grep -q "'$section'" "$ROOT/tests/package/debian" ;;
	'Install on OpenWrt') openwrt ;;
	'Five minutes with it') five_minutes ;;
	'Watch it over time') over_time ;;
	'Look at it with nft') look_with_nft ;;
	'Say Go Away') say_go_away ;;
	*) check "somebody runs the commands of section '$section'" false ;;
	esac
done < <(readme)

# What sentences and tables name.
words() { grep -oE "\`$1\`" "$ROOT/README.md" | tr -d '\`' | sort -u; }
for path in $(words '(tests|src|include|etc)/[a-z/_]+'); do
	check "$path is there" test -e "$ROOT/$path"
	case $path in tests/*) check "and can be run" test -f "$ROOT/$path" -a -x "$ROOT/$path" ;; esac
done
while read -r _ verb; do
	check "goaway has a command '$verb'" quiet inside router "$GOAWAY" help "$verb"
done < <(words 'goaway [a-z]+( [A-Z]+)?' | cut -d ' ' -f 1,2)
daemon_end
tap_finish
