# SPDX-License-Identifier: GPL-2.0-or-later
# bash completion for goaway(1), by way of bash-completion.
#
# What there is, goaway itself says: commands in its help; their options, what
# each takes, and their operands, in the help of each. So nothing here can lag
# behind. What an address may be is what stands now.

_goaway_commands() {
	"$goaway" --help 2>/dev/null | sed -nE '/^Commands:/,/^$/s/^  ([a-z-]+) .*/\1/p'
	echo help
}

# _goaway_options COMMAND: for each "LONG SHORT TAKES", "-" for none; "=TAKES" only behind a "="
_goaway_options() {
	"$goaway" help "$1" 2>/dev/null | sed -nE \
		-e 's/^ +(-(.), )?--([a-z-]+)\[=([A-Z]+)\](  .*|$)/\3 \2 =\4/p' \
		-e 's/^ +(-(.), )?--([a-z-]+) ([A-Z:]+)(  .*|$)/\3 \2 \4/p' \
		-e 's/^ +(-(.), )?--([a-z-]+)(  .*|$)/\3 \2 -/p' | sed 's/  / - /'
}

# _goaway_takes COMMAND WORD: what this option takes; nothing, if that is no option that does
_goaway_takes() {
	local long short takes word=$2
	while read -r long short takes; do
		if [ "$word" = "--$long" ] || [[ $word == -[!-]* && ${word: -1} == "$short" ]]; then
			echo "$takes"
			return
		fi
	done < <(_goaway_options "$1")
}

# _goaway_operands COMMAND WORD...: what may follow these operands, of all forms of its usage
_goaway_operands() {
	local line form word i
	while read -r line; do
		form=() i=0
		for word in $line; do
			# what is in brackets, or is an option with what it takes, is none; but for a
			# choice of words
			case $word in
			\[[a-z]*\|*\]) form+=("${word:1:-1}") ;;
			\[*\]) ;;
			\[*) i=-1 ;;
			*\]) i=0 ;;
			--*) i=-2 ;;
			*) if [ $i -eq 0 ]; then form+=("$word"); elif [ $i -eq -2 ]; then i=0; fi ;;
			esac
		done
		_goaway_follows "${@:2}"
	done < <("$goaway" help "$1" 2>/dev/null | sed -nE "/^\$/q; s/^(Usage:|      ) goaway $1( |\$)//p")
}

# _goaway_follows WORD...: what comes behind these in ${form[@]}, if they fit
_goaway_follows() {
	local i=0 word
	for word; do
		# literal words must be what they are; others may be anything
		case ${form[i]:-} in
		'') return ;;
		*[A-Z]*) ;;
		*) [[ "|${form[i]}|" == *"|$word|"* ]] || return ;;
		esac
		((i++))
	done
	echo "${form[i]:-}"
}

# _goaway_names COMMAND: of its columns, or of kinds of events
_goaway_names() {
	"$goaway" help "$1" 2>/dev/null |
		sed -nE '/^(Columns|Kinds)/,$s/^  [ +]?([A-Za-z]+) .*/\L\1/p'
}

_goaway_live() { "$goaway" list -no "$@" 2>/dev/null; }

# _goaway_values COMMAND TAKES OPTION OPERAND...: the words that may stand there
_goaway_values() {
	local command=$1 takes=$2 option=$3
	shift 3
	case $takes in
	SOURCE) _goaway_live source ;;
	TARGET) if [ $# -gt 0 ]; then _goaway_live target --source "$1"; else _goaway_live target; fi ;;
	SERVICE) if [ $# -gt 1 ]; then
		_goaway_live service --source "$1" --target "$2"
	else
		_goaway_live service
	fi ;;
	PREFIX) case $option:${1:-} in
		--source: | :add) _goaway_live "${2:-source}" ;;
		--target:) _goaway_live target ;;
		:del) "$goaway" exempt list -no who,prefix 2>/dev/null | sed -n "s/^${2:-} *//p" ;;
		esac ;;
	COLUMNS | KINDS) _goaway_names "$command" ;;
	COMMAND) _goaway_commands ;;
	PROTO) printf '%s\n' udp tcp icmp icmpv6 udplite sctp dccp ;;
	IF) ls /sys/class/net ;;
	TIME | SECONDS) printf '%s\n' 10 1m 1h 1d ;;
	*[a-z-]*) tr '|' '\n' <<<"$takes" | grep -v '[A-Z]' ;;
	esac
}

# Names with commas between, each once; a sign stays before them.
_goaway_list() {
	local before='' sign='' last=$cur name
	[[ $cur == *,* ]] && before=${cur%,*}, last=${cur##*,}
	[[ $last == [+-]* ]] && sign=${last:0:1}
	while read -r name; do
		[[ ",$before" == *,?([+-])"$name",* ]] || _goaway_offer "$before$sign$name"
	done
	compopt -o nospace 2>/dev/null
}

# _goaway_offer WORD...: those that begin as what is typed
_goaway_offer() {
	local found
	mapfile -t found < <(compgen -W "$*" -- "$cur")
	COMPREPLY+=("${found[@]}")
}

_goaway_complete() {
	local takes=$2
	case $takes in
	COLUMNS | KINDS) _goaway_list < <(_goaway_values "$@") ;;
	*FILE* | PATH) _filedir ;;
	*) _goaway_offer "$(_goaway_values "$@" | sort -u)" ;;
	esac
}

_goaway() {
	local cur words cword goaway=${1/#\~/$HOME} command takes option='' i word operands=()
	COMPREPLY=()
	_get_comp_words_by_ref -n : cur words cword
	command=${words[1]:-}
	if [ "$cword" -eq 1 ]; then
		_goaway_offer "$(_goaway_commands)" --help --version
		return
	fi
	if [ "$command" = help ]; then
		[ "$cword" -gt 2 ] || _goaway_offer "$(_goaway_commands)"
		return
	fi
	for ((i = 2; i < cword; i++)); do
		word=${words[i]}
		takes=
		[[ $word == -?* ]] && takes=$(_goaway_takes "$command" "$word")
		case $takes in
		'') [[ $word == [-=]* ]] || operands+=("$word") ;;
		- | =*) [ "${words[i + 1]:-}" != = ] || ((i += 2)) ;;
		*) [ "${words[i + 1]:-}" != = ] || ((i++)); ((i++)) ;;
		esac
		[ $i -lt "$cword" ] || option=$word
	done
	if [ -n "$option" ]; then
		[ "$cur" != = ] || cur=
		_goaway_complete "$command" "${takes#=}" "$option"
	elif [[ $cur == -* ]]; then
		_goaway_offer "$(_goaway_options "$command" |
			sed -E 's/^([a-z-]+) (.) .*/--\1 -\2/; s/ --$//')"
	else
		while read -r takes; do
			_goaway_complete "$command" "$takes" "" "${operands[@]}"
		done < <(_goaway_operands "$command" "${operands[@]}" | sort -u)
	fi
	__ltrim_colon_completions "$cur"
}

complete -F _goaway goaway
