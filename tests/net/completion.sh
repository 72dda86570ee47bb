#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Completion of what lives: addresses and services of what stands, and what is exempt; as a function,
# and typed into both shells.
. "$(dirname "$0")/../support/net.sh"
[ -e /usr/share/bash-completion/bash_completion ] || skip_all "bash-completion is not installed"

ns_add router
cat >"$WORK/start.conf" <<-CONF
	exempt_file = "$WORK/goaway.exempt"
CONF
printf 'source 10.9.0.0/16\ntarget 2001:db8:9::/48\n' >"$WORK/goaway.exempt"
daemon_start <<<"$(cat "$WORK/start.conf")"
inside router nft -f - <<-'NFT'
	add element inet goaway drop_service4 {
		10.0.0.2 . 192.0.2.1 . udp . 123 timeout 1h,
		10.0.0.2 . 192.0.2.1 . tcp . 80 timeout 1h,
		10.0.0.3 . 192.0.2.3 . udp . 123 timeout 1h
	}
	add element inet goaway drop_service6 { 2001:db8::2 . 2001:db8:f::1 . udp . 123 timeout 1h }
NFT
# the command as it is typed, in a folder of its own
mkdir "$WORK/bin"
ln -s "$GOAWAY" "$WORK/bin/goaway"

# offers "WORDS" LINE: what bash has for the end of it
offers() {
	local is
	is=$(inside router bash "$SUPPORT/complete.bash" "$WORK/bin/goaway" "$2" 2>&1)
	check "bash: $2..." test "$is" = "$1" || echo "# $is"
}
offers "10.0.0.2 10.0.0.3 2001:db8::2" "goaway show "
offers "10.0.0.2 10.0.0.3" "goaway show 10"
offers "192.0.2.1" "goaway show 10.0.0.2 "
offers "192.0.2.1" "goaway show --json 10.0.0.2 "
offers "" "goaway show 10.0.0.2 192.0.2.1 "
# readline replaces what is behind the last colon
offers "db8::2" "goaway show 2001:"
offers "db8:f::1" "goaway lift 2001:db8::2 2001:"
offers "tcp/80 udp/123" "goaway lift 10.0.0.2 192.0.2.1 --service "
offers "10.0.0.2 10.0.0.3 2001:db8::2" "goaway list --source "
offers "192.0.2.1 192.0.2.3" "goaway list --target=192"
offers "10.9.0.0/16" "goaway exempt del source -c $WORK/start.conf "
offers "10.0.0.2 10.0.0.3 2001:db8::2" "goaway exempt add source "
offers "192.0.2.1 192.0.2.3 2001:db8:f::1" "goaway exempt add target "
offers "evicted expired" "goaway watch --kind e"
offers "installed,evicted installed,expired" "goaway watch -k installed,e"
offers "enforce observe" "goaway mode "
offers "observe" "goaway mode o"
offers "" "goaway mode observe "
# ---- typed ----

if ! /usr/bin/python3 -c 'import pyte' 2>/dev/null; then
	skip "typed into a shell" "no pyte"
	daemon_end
	tap_finish
	exit
fi
# typed "EXPECTED" TEXT SHELL...: what stands on the screen behind the prompt. Nothing is typed ahead
# of a completion.
typed() {
	local expected=$1 rest=$2 text=$2 next is
	shift 2
	is=$(
		{
			echo 'wait ready>'
			while [[ $rest == *$tab?* ]]; do
				echo "key ${rest%%"$tab"*}$tab"
				rest=${rest#*"$tab"}
				next=${rest%%"$tab"*}
				[ -z "$next" ] || echo "wait ${expected% "$next"*}"
			done
			echo "key $rest"
			echo "wait $expected"
			echo screen
		} | inside router /usr/bin/python3 "$SUPPORT/terminal.py" 30 100 env "PATH=$WORK/bin:$PATH" \
			PS1='ready> ' "COMPLETION=$ROOT/etc/completion" "HOME=$WORK" "$@"
	) || is="? $is"
	check "${1##*/}: $text" grep -qF -- "$expected" <<<"$is"
}
cat >"$WORK/bashrc" <<-'RC'
	PS1='ready> '
	. /usr/share/bash-completion/bash_completion
	. "$COMPLETION/goaway.bash"
RC
tab=$'\t'
typed 'ready> goaway list --json' "goaway lis${tab}--js${tab}" bash --rcfile "$WORK/bashrc" -i
typed 'ready> goaway list -o source,target' "goaway list -o source,ta${tab}" bash --rcfile "$WORK/bashrc" -i
typed 'ready> goaway list --sort=-packets' "goaway list --sort=-pa${tab}" bash --rcfile "$WORK/bashrc" -i
typed 'ready> goaway watch --kind lifted,expired' "goaway watch --kind lifted,ex${tab}" bash --rcfile "$WORK/bashrc" -i
typed 'ready> goaway exempt add target' "goaway exe${tab}ad${tab}ta${tab}" bash --rcfile "$WORK/bashrc" -i
typed 'ready> goaway lift 2001:db8::2 2001:db8:f::1' "goaway lift 2001:d${tab}2001${tab}" bash --rcfile "$WORK/bashrc" -i
if command -v zsh >/dev/null; then
	cat >"$WORK/.zshrc" <<-'RC'
		fpath=($COMPLETION $fpath)
		autoload -U compinit
		compinit -u -D
		PS1='ready> '
	RC
	typed 'ready> goaway list --json' "goaway lis${tab}--js${tab}" zsh -i
	typed 'ready> goaway list -o source,target' "goaway list -o source,ta${tab}" zsh -i
	typed 'ready> goaway list --sort=-packets' "goaway list --sort=-pa${tab}" zsh -i
	typed 'ready> goaway watch --kind lifted,expired' "goaway watch --kind lifted,ex${tab}" zsh -i
	typed 'ready> goaway exempt add target' "goaway exe${tab}ad${tab}ta${tab}" zsh -i
	typed 'ready> goaway lift 2001:db8::2 2001:db8:f::1' "goaway lift 2001:d${tab}2001${tab}" zsh -i
	typed 'ready> goaway exempt del target 2001:db8:9::/48' "goaway exempt del target 2${tab}" zsh -i
	typed 'ready> goaway watch -k installed,expired' "goaway watch -k installed,ex${tab}" zsh -i
	typed 'ready> goaway mode observe' "goaway mode ob${tab}" zsh -i
	typed 'came to its end' "goaway watch -k ${tab}${tab}" zsh -i
	typed 'thrown away' "goaway list -o ${tab}${tab}" zsh -i
else
	skip "zsh" "zsh is not installed"
fi
daemon_end
inside router "$GOAWAYD" --remove >/dev/null
offers "" "goaway show "
tap_finish
