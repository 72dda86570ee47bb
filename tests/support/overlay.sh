# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A copy of this system, to install into, which is gone when the command ends.

# overlay_run FOLDER [UNSHARE_OPTION...] -- COMMAND...: the command sees this system with an
# overlay in memory over it, with processes of its own; FOLDER of this project, and the
# project, are the real ones
overlay_run() {
	local folder=$1 options=()
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	mkdir -p "$folder/overlay"
	# shellcheck disable=SC2016
	unshare --mount --pid --fork --kill-child "${options[@]}" -- sh -euc '
		root=$1/overlay project=$2
		shift 2
		mount -t tmpfs none "$root"
		mkdir "$root/upper" "$root/work" "$root/root"
		mount -t overlay -o "lowerdir=/,upperdir=$root/upper,workdir=$root/work" none "$root/root"
		mount -t tmpfs none "$root/root/run"
		mount -t tmpfs none "$root/root/tmp"
		mkdir -p "$root/root$project"
		mount --bind "$project" "$root/root$project"
		mount --rbind /dev "$root/root/dev"
		mount -t proc proc "$root/root/proc"
		ip link set lo up
		exec chroot "$root/root" "$@"' - "$folder" "$ROOT" "$@"
}
