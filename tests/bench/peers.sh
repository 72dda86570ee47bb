# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# The others, from Debian's packages, each with the least configuration that bans whom one line of a
# log tells of: peer_NAME starts it on the router, reading $WORK/NAME.in. LINE_NAME is such a line.
#
# peer_NAME fails where it cannot be had; where it is had but does not start, the bench is broken.
# shellcheck disable=SC2034
{
	LINE_fail2ban='host knocked by {}'
	LINE_crowdsec='host knocked by {}'
	LINE_sshguard='Jan  1 00:00:00 host sshd[77]: Invalid user x from {} port 77'
}

peer_fail2ban() {
	local config=$WORK/fail2ban
	software_have fail2ban && software_have pyinotify && [ -x /usr/bin/python3 ] || return 1
	mkdir -p "$config"/{action.d,filter.d} "$config.run"
	cp "$SOFTWARE"/fail2ban/etc/fail2ban/action.d/nftables*.conf "$config/action.d/"
	cat >"$config/fail2ban.conf" <<-CONF
		[Definition]
		loglevel = WARNING
		logtarget = $WORK/fail2ban.said
		syslogsocket = auto
		socket = $config.run/sock
		pidfile = $config.run/pid
		dbfile = $config.run/db
		dbpurgeage = 1d
		allowipv6 = yes
	CONF
	printf '[Definition]\nfailregex = ^host knocked by <HOST>$\ndatepattern = {NONE}\n' \
		>"$config/filter.d/knocking.conf"
	cat >"$config/jail.conf" <<-CONF
		[knocking]
		enabled = true
		filter = knocking
		backend = auto
		usedns = no
		ignoreself = false
		logpath = $WORK/fail2ban.in
		maxretry = 1
		findtime = 60
		bantime = 3600
		action = nftables[type=allports, protocol="udp", name=knocking]
	CONF
	: >>"$WORK/fail2ban.in"
	fail2ban_command fail2ban-server -f -c "$config"
	# told of changes, as it is where Debian installs it
	spawn fail2ban router \
		"${SOFTWARE_COMMAND[@]/#PYTHONPATH=/PYTHONPATH=$SOFTWARE/pyinotify/usr/lib/python3/dist-packages:}"
	within 30000 quiet f2b status knocking || broken "fail2ban: $(cat "$WORK/fail2ban.log" "$WORK/fail2ban.said")"
}

f2b() {
	fail2ban_command fail2ban-client -c "$WORK/fail2ban" "$@"
	inside router "${SOFTWARE_COMMAND[@]}"
}

# What its script of the same name puts together.
peer_sshguard() {
	local parts=$SOFTWARE/sshguard/usr/libexec/sshguard
	software_have sshguard || return 1
	: >>"$WORK/sshguard.in"
	# shellcheck disable=SC2016
	spawn sshguard router sh -c '"$0/sshg-logtail" "$1" | "$0/sshg-parser" | "$0/sshg-blocker" -a 10 -p 3600 |
		"$0/sshg-fw-nft-sets"' "$parts" "$WORK/sshguard.in"
	within 10000 quiet inside router nft list set ip sshguard attackers || broken sshguard
	within 10000 quiet pgrep -f "tail.*$WORK/sshguard.in" || broken sshguard
}

crowdsec_files() {
	local config=$1 packed=$SOFTWARE/crowdsec
	mkdir -p "$config"/{parsers/s00-raw,parsers/s01-parse,scenarios,data,postoverflows,notifications,plugins}
	cp -r "$packed/usr/share/crowdsec/hub" "$config/hub"
	cp -r "$packed/etc/crowdsec/patterns" "$packed/etc/crowdsec/profiles.yaml" \
		"$packed/etc/crowdsec/simulation.yaml" "$config/"
	sed -e "s:/etc/crowdsec/:$config/:; s:/var/lib/crowdsec/:$config/:; s:/var/log/:$config/:" \
		-e "s:/usr/lib/crowdsec/plugins/:$config/plugins/:" \
		-e 's/daemonize: true/daemonize: false/; s/log_media: file/log_media: stdout/' \
		-e '/online_client:/,/credentials_path/d' \
		"$packed/etc/crowdsec/config.yaml" >"$config/config.yaml"
	printf 'filenames: ["%s"]\nlabels: {type: knocks}\n' "$WORK/crowdsec.in" >"$config/acquis.yaml"
	printf '%s\n' 'onsuccess: next_stage' 'name: bench/raw' 'filter: "true"' 'statics:' \
		'  - {parsed: message, expression: evt.Line.Raw}' '  - {parsed: program, expression: evt.Line.Labels.type}' \
		>"$config/parsers/s00-raw/raw.yaml"
	printf '%s\n' 'onsuccess: next_stage' 'name: bench/knocks' 'filter: "true"' 'grok:' \
		"  pattern: '^host knocked by %{IP:source_ip}\$'" '  apply_on: message' 'statics:' \
		'  - {meta: log_type, value: knock}' '  - {meta: source_ip, expression: evt.Parsed.source_ip}' \
		>"$config/parsers/s01-parse/knocks.yaml"
	printf '%s\n' 'type: trigger' 'name: bench/knocking' 'description: knocking' \
		"filter: \"evt.Meta.log_type == 'knock'\"" 'groupby: evt.Meta.source_ip' 'labels: {remediation: true}' \
		>"$config/scenarios/knocking.yaml"
}

# Its bouncer asks for news as often as Debian has it: each 10 s.
peer_crowdsec() {
	local config=$WORK/crowdsec programs=$SOFTWARE/crowdsec/usr/bin key
	software_have crowdsec || return 1
	crowdsec_files "$config"
	: >>"$WORK/crowdsec.in"
	inside router "$programs/cscli" -c "$config/config.yaml" machines add bench --auto --force \
		-f "$config/local_api_credentials.yaml" >"$config/log" 2>&1 || broken "cscli: $(cat "$config/log")"
	key=$(inside router "$programs/cscli" -c "$config/config.yaml" bouncers add bench -o raw 2>>"$config/log") ||
		broken "cscli: $(cat "$config/log")"
	spawn crowdsec router "$programs/crowdsec" -c "$config/config.yaml"
	within 30000 quiet inside router "$programs/cscli" -c "$config/config.yaml" lapi status ||
		broken "crowdsec: $(tail -n 20 "$WORK/crowdsec.log")"
	within 30000 quiet grep 'Starting processing' "$WORK/crowdsec.log" || broken crowdsec
	sed -e "s/\${BACKEND}/nftables/; s/\${API_KEY}/$key/" \
		-e 's/daemonize: true/daemonize: false/; s/log_mode: file/log_mode: stdout/' \
		"$SOFTWARE/crowdsec/etc/crowdsec/bouncers/crowdsec-firewall-bouncer.yaml" >"$config/bouncer.yaml"
	spawn bouncer router "$programs/crowdsec-firewall-bouncer" -c "$config/bouncer.yaml"
	wait_for quiet inside router nft list table ip crowdsec ||
		broken "the bouncer: $(tail -n 20 "$WORK/bouncer.log")"
}

peer_stop() {
	# sshguard's parts end with the first one of them
	[ "$1" != sshguard ] || pkill -TERM -P "${PIDS[sshguard]}"
	stop "$1"
	[ "$1" != crowdsec ] || stop bouncer
	return 0
}

# peer_pids NAME: all its processes
peer_pids() {
	local name
	for name in "$1" $([ "$1" != crowdsec ] || echo bouncer); do
		descendants "${PIDS[$name]}"
	done
}
descendants() {
	local child
	echo "$1"
	for child in $(pgrep -P "$1"); do
		descendants "$child"
	done
}

peer_missing() {
	[ -n "$QUICK" ] && echo "left out of the quick bench" || echo "no package of it was fetched"
}
