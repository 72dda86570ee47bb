# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A guest's whole system, in memory: busybox, the few programs that the tests
# need, Python, the project, and the modules that a router or a test has.

GUEST_MODULES='nf_tables nft_queue nfnetlink_queue nft_compat xt_NFQUEUE
	nft_ct nf_conntrack nf_conntrack_netlink nfnetlink_cthelper nf_conntrack_netbios_ns
	nft_counter nft_limit nft_objref nft_dynset nft_fib nft_fib_inet nft_fib_ipv4 nft_fib_ipv6
	nft_chain_nat nft_masq nft_nat nft_redir nft_reject_inet nft_set_hash nft_set_rbtree
	nft_set_bitmap nft_set_pipapo nft_quota nft_dup_netdev nft_socket nft_log nfnetlink_log
	nf_flow_table nf_flow_table_inet nf_flow_table_ipv4 nf_flow_table_ipv6 nft_flow_offload
	veth bridge 8021q dummy vrf ip_gre tun'

# guest_libraries FOLDER PATH...: what these are linked with
guest_libraries() {
	local folder=$1 library
	shift
	ldd "$@" 2>/dev/null | sed -nE 's/^\t(.* => )?(\/[^ ]+) .*/\2/p' | sort -u | while read -r library; do
		[ -e "$folder$library" ] ||
			{ mkdir -p "$folder${library%/*}" && cp -L "$library" "$folder$library"; }
	done
}

# guest_program FOLDER PATH [AS]
guest_program() {
	install -D -m 755 "$2" "$1${3:-$2}"
	guest_libraries "$1" "$2"
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
	for name in bash nft ip nsenter unshare flock jq pgrep prlimit script setpriv tcpdump getent date seq; do
		path=$(PATH=$PATH:/usr/sbin:/sbin command -v $name) || return 1
		rm -f "$1/bin/$name"
		guest_program "$1" "$path" "/bin/$name"
	done
	# busybox's own shell would prefer its own small programs
	ln -sf /bin/bash "$1/bin/sh"
	ln -sf /bin/bash "$1/usr/bin/bash"
	printf '%s\n' 'icmp 1' 'tcp 6' 'udp 17' 'ipv6-icmp 58' >"$1/etc/protocols"
	# Debian's tcpdump becomes a user of its own
	printf '%s\n' 'root:x:0:0::/root:/bin/sh' 'nobody:x:65534:65534::/:/bin/false' \
		'tcpdump:x:100:100::/:/bin/false' >"$1/etc/passwd"
	printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' 'tcpdump:x:100:' >"$1/etc/group"
	cp -L /etc/os-release "$1/etc/"
}

# Debian's, with what its packages have for the tests; less what no program has a use for.
guest_python() {
	local library objects
	library=$(/usr/bin/python3 -c 'import sysconfig; print(sysconfig.get_path("stdlib"))') || return 1
	guest_program "$1" "$(readlink -f /usr/bin/python3)" /usr/bin/python3
	(cd / && tar --exclude='config-*' --exclude={test,pydoc_data,lib2to3,distutils} -cf - "${library#/}" \
		usr/lib/python3/dist-packages/{attr,jsonschema,pyrsistent,pyte,wcwidth,_pyrsistent_version.py} \
		usr/lib/python3/dist-packages/pvectorc.*.so) | tar -C "$1" -xf - || return 1
	mapfile -t objects < <(find "$library/lib-dynload" -name '*.so')
	guest_libraries "$1" "${objects[@]}"
}

guest_project() {
	local program here=$1/goaway
	mkdir -p "$here/tests" "$here/build/meson-info" "$here/etc"
	for program in src/goawayd/goawayd src/goaway/goaway $(cd "$VM/build" &&
		find tests/support tests/platform tests/bench -maxdepth 1 -type f -perm -100); do
		guest_program "$1" "$VM/build/$program" "/goaway/build/$program"
	done
	cp "$VM/build/meson-info/intro-buildoptions.json" "$here/build/meson-info/"
	cp -r "$ROOT"/tests/{net,support,schema,vm,web} "$here/tests/"
	cp "$ROOT/etc/goaway.conf" "$here/etc/"
	cp -r "$ROOT/etc/goaway" "$here/etc/"
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
	guest_programs "$folder" && guest_python "$folder" && guest_project "$folder" && guest_modules "$folder" "$1" || return 1
	(cd "$folder" && find . -print0 | cpio --null --create --format=newc --owner=0:0 --quiet) |
		gzip -1 >"$2"
}
