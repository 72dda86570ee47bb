/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway exempt: who is never touched, now and from now on.
 */
#include "exempt.h"

#include <goaway/control.h>
#include <goaway/nearest.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum verb { LIST, ADD, DEL, VERBS };
static const char *const verbs[VERBS] = {"list", "add", "del"};

struct wanted {
	enum verb verb;
	bool of_targets;
	struct ga_prefix prefix;
	const char *note;
	const char *config_path;
	const char *socket;
	struct ga_grid_format format;
};

/* What this side is exempt by already: a prefix with all of it; NULL: nothing. */
static const struct ga_prefix *covered_by(const struct ga_policy *policy,
					  const struct wanted *wanted)
{
	const struct ga_prefix_list *list =
	    wanted->of_targets ? &policy->exempt_targets : &policy->exempt_sources;

	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].bits <= wanted->prefix.bits &&
		    ga_prefix_contains(&list->items[i], &wanted->prefix.addr))
			return &list->items[i];
	}
	return NULL;
}

static bool is_it(const struct ga_prefix *prefix, const struct wanted *wanted)
{
	return prefix && prefix->bits == wanted->prefix.bits;
}

static void complain(void *context, const char *line)
{
	(void)context;
	ga_say("%s", line);
}

/* One of those that must not overlap; told if it does. */
static bool may_add(struct ga_exempting *exempting, const struct wanted *wanted)
{
	const struct ga_exempt_line line = {.of_targets = wanted->of_targets,
					    .prefix = wanted->prefix};

	return ga_exempt_add(exempting->path, &line, complain, NULL, &exempting->config.policy);
}

static enum ga_exit add(struct ga_exempting *exempting, const struct wanted *wanted)
{
	const struct ga_prefix *by = covered_by(&exempting->config.policy, wanted);
	char prefix[GA_ADDR_TEXT_MAX], line[GA_EXEMPT_LINE_MAX];
	struct ga_exempt_change change = {wanted->of_targets, wanted->prefix, line};

	ga_prefix_format(&wanted->prefix, prefix, sizeof(prefix));
	if (is_it(by, wanted)) {
		printf("%s %s is exempt already\n", ga_exempt_side(wanted->of_targets), prefix);
		return GA_EXIT_OK;
	}
	if (!may_add(exempting, wanted))
		return GA_EXIT_REFUSED;
	(void)snprintf(line, sizeof(line), "%s %s%s%s", ga_exempt_side(wanted->of_targets), prefix,
		       wanted->note ? "  # " : "", wanted->note ? wanted->note : "");
	return ga_exempt_change(exempting, &change, wanted->socket);
}

static enum ga_exit del(struct ga_exempting *exempting, const struct wanted *wanted)
{
	const struct ga_exempt_change change = {wanted->of_targets, wanted->prefix, NULL};
	const char *side = ga_exempt_side(wanted->of_targets);
	char prefix[GA_ADDR_TEXT_MAX], other[GA_ADDR_TEXT_MAX];
	const struct ga_prefix *by = covered_by(&exempting->alone, wanted);

	ga_prefix_format(&wanted->prefix, prefix, sizeof(prefix));
	if (is_it(by, wanted)) {
		ga_say("%s %s is exempt by goaway.conf; take it out of its setting exempt_%ss, and "
		       "reload goawayd",
		       side, prefix, side);
		return GA_EXIT_REFUSED;
	}
	by = covered_by(&exempting->config.policy, wanted);
	if (is_it(by, wanted))
		return ga_exempt_change(exempting, &change, wanted->socket);
	if (by)
		ga_say("%s %s is exempt by %s, and not by a line of its own", side, prefix,
		       ga_prefix_format(by, other, sizeof(other)));
	else
		ga_say("%s %s is not exempt; 'goaway exempt list' shows who is", side, prefix);
	return GA_EXIT_REFUSED;
}

/* With the file held. */
static enum ga_exit change(const struct wanted *wanted, struct ga_exempting *exempting)
{
	struct wanted filled = *wanted;

	if (!*exempting->config.exempt_file) {
		ga_say("there is no exempt file: setting exempt_file is \"\"");
		return GA_EXIT_REFUSED;
	}
	if (!filled.socket)
		filled.socket = exempting->config.control;
	return wanted->verb == ADD ? add(exempting, &filled) : del(exempting, &filled);
}

static enum ga_exit act(const struct wanted *wanted)
{
	static struct ga_exempting exempting;
	const char *path = wanted->config_path ? wanted->config_path : GOAWAY_CONF;
	enum ga_exit status = ga_exempting_read(path, wanted->config_path != NULL, &exempting);
	int lock = -1;

	if (status == GA_EXIT_OK && wanted->verb != LIST && *exempting.config.exempt_file) {
		/* Now it is known which file; what stands in it, only once it is held. */
		lock = ga_exempting_lock(exempting.path);
		if (lock < 0) {
			ga_say("cannot hold %s: %s", exempting.path, strerror(-lock));
			status = lock == -EACCES ? GA_EXIT_PERMISSION : GA_EXIT_REFUSED;
		} else {
			ga_exempting_free(&exempting);
			status = ga_exempting_read(path, wanted->config_path != NULL, &exempting);
		}
	}
	if (status == GA_EXIT_OK)
		status = wanted->verb == LIST ? ga_exempt_list(&exempting, &wanted->format)
					      : change(wanted, &exempting);
	ga_exempting_free(&exempting);
	if (lock >= 0)
		close(lock);
	return status;
}

/* ---- the command line ---- */

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'J'},
    {"note", required_argument, NULL, 'N'},
    {"noheadings", no_argument, NULL, 'n'},
    {"output", required_argument, NULL, 'o'},
    {"socket", required_argument, NULL, 'S'},
    {0},
};

static const char *verb_name(size_t index)
{
	return verbs[index];
}

static enum ga_exit take_verb(struct wanted *wanted, const char *word)
{
	const char *near;

	for (size_t i = 0; i < VERBS; i++) {
		if (strcmp(word, verbs[i]) == 0) {
			wanted->verb = (enum verb)i;
			return GA_EXIT_OK;
		}
	}
	near = ga_nearest(word, verb_name, VERBS);
	return ga_misused(&ga_command_exempt,
			  near ? "'%s' is not known; did you mean '%s'?"
			       : "'%s' is not known; add, del or list would be right",
			  word, near);
}

static enum ga_exit take_operands(struct wanted *wanted, int count, char **words)
{
	const struct ga_command *command = &ga_command_exempt;
	enum ga_exit status;

	if (count == 0)
		return ga_misused(command, "add, del or list is needed");
	status = take_verb(wanted, words[0]);
	if (status != GA_EXIT_OK)
		return status;
	if (wanted->verb == LIST)
		return count > 1 ? ga_misused(command, "'%s' is too much", words[1]) : GA_EXIT_OK;
	if (count != 3)
		return ga_misused(command, "'source' or 'target' is needed, and a PREFIX");
	wanted->of_targets = strcmp(words[1], "target") == 0;
	if (!wanted->of_targets && strcmp(words[1], "source") != 0)
		return ga_misused(command, "'%s' is neither 'source' nor 'target'", words[1]);
	return ga_take_prefix(command, words[2], &wanted->prefix);
}

static enum ga_exit take_note(struct wanted *wanted, const char *text)
{
	wanted->note = text;
	if (*text == '\0' || strlen(text) >= GA_NOTE_MAX || strcspn(text, "\n\r") != strlen(text))
		return ga_misused(&ga_command_exempt,
				  "'%.32s' is no note; one line of 1 to %d octets would be right",
				  text, GA_NOTE_MAX - 1);
	return GA_EXIT_OK;
}

static enum ga_exit take(struct wanted *wanted, int option)
{
	switch (option) {
	case 'c':
		wanted->config_path = optarg;
		return GA_EXIT_OK;
	case 'J':
		wanted->format.json = true;
		return GA_EXIT_OK;
	case 'N':
		return take_note(wanted, optarg);
	case 'n':
		wanted->format.no_headings = true;
		return GA_EXIT_OK;
	case 'o':
		return ga_take_columns(&ga_command_exempt, optarg, &wanted->format.wanted);
	case 'S':
		wanted->socket = optarg;
		return GA_EXIT_OK;
	default:
		return GA_EXIT_USAGE;
	}
}

static enum ga_exit run(int argc, char **argv)
{
	struct wanted wanted = {0};
	enum ga_exit status = GA_EXIT_OK;
	int option;

	while (status == GA_EXIT_OK && (option = ga_option(&ga_command_exempt, argc, argv)) != -1)
		status = take(&wanted, option);
	if (status == GA_EXIT_OK)
		status = take_operands(&wanted, argc - optind, argv + optind);
	if (status != GA_EXIT_OK)
		return status;
	if (wanted.note && wanted.verb != ADD)
		return ga_misused(&ga_command_exempt, "--note is for add");
	if (wanted.verb != LIST &&
	    (wanted.format.json || wanted.format.no_headings || wanted.format.wanted))
		return ga_misused(&ga_command_exempt,
				  "--json, --noheadings and --output are for list");
	return act(&wanted);
}

const struct ga_command ga_command_exempt = {
    .name = "exempt",
    .summary = "who is never touched: list, add, take out",
    .usage = "Usage: goaway exempt add source|target PREFIX [--note TEXT] [OPTIONS]\n"
	     "       goaway exempt del source|target PREFIX [OPTIONS]\n"
	     "       goaway exempt list [OPTIONS]\n"
	     "\n"
	     "Exempt what these sources send, or what is sent to these targets: now, and in\n"
	     "the exempt file, so that it stays so. If goawayd refuses it, the file is as it\n"
	     "was.\n"
	     "\n"
	     "  -N, --note TEXT       kept on its line of the file\n"
	     "  -c, --config FILE     goaway.conf, which says where the exempt file is\n"
	     "  -S, --socket PATH     of the daemon, if not the one that goaway.conf names\n"
	     "  -J, --json            list as JSON\n"
	     "  -n, --noheadings      list without a line of headings\n"
	     "  -o, --output COLUMNS  list these, with commas between; +COLUMNS: these too\n"
	     "\n"
	     "Columns of list:\n",
    .columns = ga_exempt_columns,
    .column_count = GA_EXEMPT_COLUMNS,
    .options = options,
    .run = run,
};
