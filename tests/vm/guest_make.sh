# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A guest's whole system, in memory: busybox, the few programs that the tests
# need, the project, and the modules that a router has.

GUEST_MODULES='nf_tables nft_queue nfnetlink_queue nft_compat xt_NFQUEUE
	nft_ct nf_conntrack nf_conntrack_netlink nfnetlink_cthelper nf_conntrack_netbios_ns
	nft_counter nft_limit nft_objref nft_dynset nft_fib nft_fib_inet nft_fib_ipv4 nft_fib_ipv6
	nft_chain_nat nft_masq nft_nat nft_redir nft_reject_inet nft_set_hash nft_set_rbtree
	nft_set_bitmap nft_set_pipapo
	nf_flow_table nf_flow_table_inet nf_flow_table_ipv4 nf_flow_table_ipv6 nft_flow_offload
	veth bridge 8021q dummy vrf ip_gre'

# guest_program FOLDER PATH [AS]: with the libraries that it is linked with
guest_program() {
	local library
	install -D -m 755 "$2" "$1${3:-$2}"
	ldd "$2" 2>/dev/null | grep -oE '/[^ ]+' | sort -u | while read -r library; do
		[ -e "$1$library" ] || { mkdir -p "$1${library%/*}" && cp -L "$library" "$1$library"; }
	done
}

guest_programs() {
	local name path
	mkdir -p "$1"/{bin,sbin,dev,proc,sys,tmp,run,etc,root,var,usr/bin,usr/sbin}
	cp "$(command -v busybox)" "$1/bin/busybox"
	for name in $("$1/bin/busybox" --list); do
		[ -e "$1/bin/$name" ] || ln -s /bin/busybox "$1/bin/$name"
	done
	# the kernel asks for modules by this name
	ln -sf /bin/busybox "$1/sbin/modprobe"
	# what busybox has not, or has in small
	for name in bash nft ip nsenter unshare flock jq pgrep setpriv; do
		path=$(PATH=$PATH:/usr/sbin:/sbin command -v $name) || return 1
		rm -f "$1/bin/$name"
		guest_program "$1" "$path" "/bin/$name"
	done
	# busybox's own shell would prefer its own small programs
	ln -sf /bin/bash "$1/bin/sh"
	ln -sf /bin/bash "$1/usr/bin/bash"
	printf '%s\n' 'icmp 1' 'tcp 6' 'udp 17' 'ipv6-icmp 58' >"$1/etc/protocols"
	echo 'root:x:0:0::/root:/bin/sh' >"$1/etc/passwd"
}

guest_project() {
	local program here=$1/goaway
	mkdir -p "$here/tests" "$here/build/meson-info" "$here/etc"
	for program in src/goawayd/goawayd src/goaway/goaway $(cd "$VM/build" &&
		find tests/support tests/platform tests/bench -maxdepth 1 -type f -perm -100); do
		guest_program "$1" "$VM/build/$program" "/goaway/build/$program"
	done
	cp "$VM/build/meson-info/intro-buildoptions.json" "$here/build/meson-info/"
	cp -r "$ROOT"/tests/{net,support,vm} "$here/tests/"
	cp "$ROOT/etc/goaway.conf" "$here/etc/"
	# shellcheck disable=SC2086
	printf '%s\n' $TESTS >"$here/list"
	install -m 755 "$ROOT/tests/vm/init" "$1/init"
}

# guest_modules FOLDER SERIES
guest_modules() {
	local name version root=$VM/$2/root
	version=$(kernel_version "$2")
	for name in $GUEST_MODULES; do # those that are built in, or not of this series, have no file
		modprobe -d "$root" -S "$version" --show-depends "$name" 2>/dev/null
	done | awk '$1 == "insmod" { print $2 }' | sort -u | while read -r name; do
		install -D -m 644 "$name" "$1/lib/modules/$version/${name##*"$version"/}"
	done
	# busybox cannot load them compressed
	find "$1/lib/modules" -name '*.ko.xz' -exec xz -d {} +
	cp "$root/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} "$1/lib/modules/$version/"
	depmod -b "$1" "$version"
}

# guest_make SERIES IMAGE
guest_make() {
	local folder=$VM/$1/guest
	rm -rf "$folder"
	mkdir -p "$folder"
	guest_programs "$folder" && guest_project "$folder" && guest_modules "$folder" "$1" || return 1
	(cd "$folder" && find . -print0 | cpio --null --create --format=newc --owner=0:0 --quiet) |
		gzip -1 >"$2"
}
