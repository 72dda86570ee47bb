# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Real software: Debian's packages, unpacked, never installed, so that no
# service starts and nothing of the machine changes.

SOFTWARE=${SOFTWARE:-$ROOT/build/software}

# Debian packages of each, with the libraries that a small system may lack.
declare -A SOFTWARE_PACKAGES=(
	[ntpsec]='ntpsec libbsd0 libmd0 libcap2 libssl3'
	[chrony]='chrony libcap2 libgnutls30 libnettle8 libhogweed6 libseccomp2 libedit2'
	[timesyncd]='systemd-timesyncd'
	[prometheus]='prometheus prometheus-node-exporter'
	[fail2ban]='fail2ban'
	[pyinotify]='python3-pyinotify'
	[sshguard]='sshguard'
	[crowdsec]='crowdsec crowdsec-firewall-bouncer'
	[tshark]='tshark wireshark-common libwireshark16 libwireshark-data libwiretap13 libwsutil14
		libbcg729-0 liblua5.2-0 libmaxminddb0 libnl-genl-3-200 libnl-route-3-200 libnl-3-200 libsbc1
		libsmi2ldbl libsnappy1v5 libspandsp2 libspeexdsp1 libssh-gcrypt-4 libc-ares2 libnghttp2-14
		libbrotli1 libxml2'
	[iptables]='iptables libip4tc2 libip6tc2 libxtables12'
)

# software_fetch NAME...: needs the network, so before the namespaces; once
software_fetch() {
	local name package
	mkdir -p "$SOFTWARE"
	for name; do
		[ ! -e "$SOFTWARE/$name" ] || continue
		(
			flock 9
			[ ! -e "$SOFTWARE/$name" ] || exit 0
			part=$SOFTWARE/$name.part
			rm -rf "$part"
			mkdir -p "$part/deb"
			cd "$part/deb" || exit 1
			for package in ${SOFTWARE_PACKAGES[$name]}; do
				apt-get -q download "$package" >>"$SOFTWARE/log" 2>&1 || exit 1
				dpkg-deb -x "${package}"_*.deb "$part" || exit 1
			done
			mv "$part" "$SOFTWARE/$name"
		) 9>"$SOFTWARE/lock" || return 1
	done
}

# software_npm NAME VERSION: a package of npm's, for what no Debian has; once
software_npm() {
	[ ! -e "$SOFTWARE/$1" ] || return 0
	command -v npm >/dev/null || return 1
	(
		flock 9
		[ ! -e "$SOFTWARE/$1" ] || exit 0
		part=$SOFTWARE/$1.part
		rm -rf "$part"
		mkdir -p "$part"
		cd "$part" || exit 1
		npm pack --silent "$1@$2" >>"$SOFTWARE/log" 2>&1 && tar -xzf ./*.tgz && mv "$part" "$SOFTWARE/$1"
	) 9>"$SOFTWARE/lock"
}

software_have() {
	[ -e "$SOFTWARE/$1" ]
}

# software_command NAME PROGRAM ARGUMENTS...: sets SOFTWARE_COMMAND; without the
# right to set the clock, whoever runs it
software_command() {
	local root=$SOFTWARE/$1 program=$SOFTWARE/$1/$2
	shift 2
	SOFTWARE_COMMAND=(setpriv --bounding-set=-sys_time --inh-caps=-sys_time -- "$program" "$@")
	# the system's own libraries where it has them
	if ldd "$program" | grep -q 'not found'; then
		SOFTWARE_COMMAND=(env "LD_LIBRARY_PATH=$(find "$root" -name '*.so.*' -printf '%h\n' |
			sort -u | paste -sd:)" "${SOFTWARE_COMMAND[@]}")
	fi
}

# fail2ban_command PROGRAM ARGUMENTS...: of the unpacked package, by Debian's own Python
fail2ban_command() {
	local program=$SOFTWARE/fail2ban/usr/bin/$1
	shift
	SOFTWARE_COMMAND=(env "PYTHONPATH=$SOFTWARE/fail2ban/usr/lib/python3/dist-packages"
		/usr/bin/python3 "$program" "$@")
}

# ntpsec_serve NAMESPACE [LIMIT]: answers the time, and RATE above the limit
# (by default as Debian ships it)
ntpsec_serve() {
	local ns=$1 limit=${2:-}
	cat >"$WORK/ntpsec-$ns.conf" <<-CONF
		disable ntp kernel
		tos orphan 5 orphanwait 0
		restrict default kod limited nomodify noquery
		restrict 127.0.0.1
		$limit
	CONF
	software_command ntpsec usr/sbin/ntpd -n -c "$WORK/ntpsec-$ns.conf" \
		-p "$WORK/ntpsec-$ns.pid" -l "$WORK/ntpsec-$ns.events"
	spawn "ntpsec-$ns" "$ns" "${SOFTWARE_COMMAND[@]}"
	# it has synchronised with itself, for all but its own address are kissed
	wait_for ntpsec_answers "$ns"
}

ntpsec_answers() {
	[[ $(poll "$1" --count 1 --first 0 --wait 100 127.0.0.1) == *answered=1* ]]
}

# systemd's own library is not in a minimal system, user namespaces not everywhere.
timesyncd_can() {
	software_have timesyncd && unshare --user --map-user=997 true 2>/dev/null &&
		! ldd "$SOFTWARE/timesyncd/lib/systemd/systemd-timesyncd" | grep -q 'not found'
}

# timesyncd_start NAMESPACE SERVER...: systemd's client wants folders and a user
# of its own; it gets both, the user in a namespace where nobody may set the clock
timesyncd_start() {
	local ns=$1 program=$SOFTWARE/timesyncd/lib/systemd/systemd-timesyncd
	shift
	printf '[Time]\nNTP=%s\nFallbackNTP=\n' "$*" >"$WORK/timesyncd.conf"
	echo 'systemd-timesync:x:997:997::/:/bin/false' >"$WORK/passwd"
	# shellcheck disable=SC2016
	spawn timesyncd "$ns" unshare --mount sh -c '
		mount -t tmpfs none /run && mount -t tmpfs none /var/lib/systemd &&
		mkdir -p /run/systemd/timesync /run/systemd/timesyncd.conf.d /var/lib/systemd/timesync &&
		cp "$0/timesyncd.conf" /run/systemd/timesyncd.conf.d/test.conf &&
		mount --bind "$0/passwd" /etc/passwd &&
		exec unshare --user --map-user=997 --map-group=997 "$1"' "$WORK" "$program"
}
