# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# complete.bash GOAWAY LINE: what bash offers behind this line, in one line, sorted
. /usr/share/bash-completion/bash_completion
. "$(dirname "${BASH_SOURCE[0]}")/../../etc/completion/goaway.bash"
COMP_LINE=$1${2#goaway} COMP_WORDS=() word=
COMP_POINT=${#COMP_LINE}
# as readline does: blanks end a word, and each of = : is one
for ((at = 0; at < ${#COMP_LINE}; at++)); do
	letter=${COMP_LINE:at:1}
	case $letter in
	' ') [ -z "$word" ] || COMP_WORDS+=("$word") ; word= ;;
	[=:])
		if [[ -n $word && $word != [=:] ]]; then COMP_WORDS+=("$word"); word=; fi
		word+=$letter
		[ "${COMP_LINE:at+1:1}" = "$letter" ] || { COMP_WORDS+=("$word"); word=; } ;;
	*) word+=$letter ;;
	esac
done
COMP_WORDS+=("$word")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
# a separator that has just been typed is the word there is
if [[ -z $word && $COMP_LINE == *[=:] ]]; then
	unset "COMP_WORDS[COMP_CWORD]"
	((COMP_CWORD--))
fi
_goaway "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]:-}"
printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ' | sed 's/ $//'
