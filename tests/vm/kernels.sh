# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Debian's stock kernels for virtual machines: downloaded, unpacked, never
# installed. Package lists and downloads stay in the build folder; the machine's
# own sources do not change.

# Where each series may be found, best first: SUITE:PACKAGE
declare -A KERNEL_PLACES=(
	[5.10]='bullseye-security:linux-image-cloud-amd64'
	[6.1]='bookworm-security:linux-image-cloud-amd64 bookworm:linux-image-cloud-amd64'
	[6.12]='bookworm-security:linux-image-6.12-cloud-amd64
		bookworm-backports:linux-image-6.12-cloud-amd64
		bookworm-backports:linux-image-cloud-amd64
		trixie:linux-image-cloud-amd64'
)

# kernel_version SERIES: of the one that is unpacked, as modules are filed under
kernel_version() {
	local path
	for path in "$VM/$1"/root/boot/vmlinuz-*; do
		echo "${path##*/vmlinuz-}"
	done
}

# mirror SUITE: the address that this machine has its Debian packages from
mirror() {
	local like=main
	[[ $1 != *-security ]] || like=security
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
		awk -v "like=$like" '
			like == "security" && $2 ~ /-security$/ { print $1; exit }
			like == "main" && $2 !~ /-/ && $1 ~ /debian/ { print $1; exit }'
}

# apt_in FOLDER COMMAND...: as if the only source were the one in FOLDER
apt_in() {
	local folder=$1 command=$2
	shift 2
	# lists of old suites are no longer renewed, signed all the same
	"$command" -q -o "Dir::Etc::SourceList=$folder/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o "Dir::State::Lists=$folder/lists" -o "Dir::Cache=$folder/cache" \
		-o Dir::State::status=/dev/null -o Acquire::Check-Valid-Until=false \
		-o APT::Sandbox::User=root "$@"
}

# apt_prepare FOLDER SUITE
apt_prepare() {
	local address keys=/usr/share/keyrings/debian-archive-keyring.gpg
	address=$(mirror "$2")
	[ -n "$address" ] || { echo "no Debian package source is known here" >&2; return 1; }
	mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
	echo "deb [arch=amd64 signed-by=$keys] $address $2 main" >"$1/sources.list"
	apt_in "$1" apt-get update >"$1/log" 2>&1
}

# fetch_from SERIES FOLDER SUITE PACKAGE: the package that the meta package stands for
fetch_from() {
	local package
	apt_prepare "$2" "$3" || return 1
	package=$(apt_in "$2" apt-cache depends "$4" 2>>"$2/log" |
		sed -n 's/.*Depends: \(linux-image-[0-9]\)/\1/p' | head -n 1)
	[[ $package == "linux-image-$1"[.-]* ]] || return 1
	echo "downloading $package"
	(cd "$2" && apt_in "$2" apt-get download "$package") >>"$2/log" 2>&1 &&
		dpkg-deb -x "$2"/linux-image-*.deb "$2/root"
}

# kernel_fetch SERIES: once
kernel_fetch() {
	local place folder=$VM/$1.part
	[ ! -e "$VM/$1/root" ] || return 0
	for place in ${KERNEL_PLACES[$1]:-}; do
		rm -rf "$folder"
		mkdir -p "$folder"
		if fetch_from "$1" "$folder" "${place%%:*}" "${place#*:}"; then
			mkdir -p "$VM/$1"
			mv "$folder/root" "$VM/$1/root"
			[ -e "$VM/$1/root/lib" ] || ln -s usr/lib "$VM/$1/root/lib"
			depmod -b "$VM/$1/root" "$(kernel_version "$1")"
			rm -rf "$folder"
			return 0
		fi
	done
	tail -n 5 "$folder/log" >&2
	return 1
}
