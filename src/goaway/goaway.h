/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands of goaway(1) share.
 */
#ifndef GOAWAY_COMMAND_H
#define GOAWAY_COMMAND_H

#include "grid.h"

#include <goaway/table.h>

#include <getopt.h>

/* Exit statuses; goaway(1) promises them. */
enum ga_exit {
	GA_EXIT_OK = 0,
	GA_EXIT_REFUSED = 1,	/* it could not be done, or there was nothing to do it to */
	GA_EXIT_USAGE = 2,	/* the command line makes no sense */
	GA_EXIT_ABSENT = 3,	/* no table, or no daemon */
	GA_EXIT_PERMISSION = 4, /* not permitted */
	/* Of send: what the network answered. */
	GA_EXIT_SEND_REFUSED = 10,     /* the operator of the edge refuses */
	GA_EXIT_SEND_NO_EVIDENCE = 11, /* the edge has seen no such traffic */
	GA_EXIT_SEND_BUSY = 12,	       /* the edge has no room */
	GA_EXIT_SEND_OBSERVED = 13,    /* the edge believes it, but only observes */
	GA_EXIT_SEND_NO_ANSWER = 14,   /* no edge, or none that could be heard */
	GA_EXIT_SEND_NOT_SILENT = 15,  /* granted, and yet packets came */
	GA_EXIT_INTERRUPTED = 130,     /* as a shell has it for SIGINT */
};

struct ga_command {
	const char *name;
	const char *summary;		 /* one line of `goaway --help` */
	const char *usage;		 /* all of `goaway help NAME` */
	const struct ga_column *columns; /* told after it; NULL: none */
	size_t column_count;
	void (*more)(void);	      /* prints what is told last of all; NULL: nothing */
	const struct option *options; /* to {0}; values under 128 are letters too */
	enum ga_exit (*run)(int argc, char **argv);
};

extern const struct ga_command ga_command_list;
extern const struct ga_command ga_command_show;
extern const struct ga_command ga_command_counters;
extern const struct ga_command ga_command_doctor;
extern const struct ga_command ga_command_exempt;
extern const struct ga_command ga_command_status;
extern const struct ga_command ga_command_watch;
extern const struct ga_command ga_command_explain;
extern const struct ga_command ga_command_mode;
extern const struct ga_command ga_command_drop;
extern const struct ga_command ga_command_lift;
extern const struct ga_command ga_command_send;
extern const struct ga_command ga_command_sender;
extern const struct ga_command ga_command_replay;
extern const struct ga_command ga_command_metrics;
extern const struct ga_command ga_command_exporter;

/* Tell on stderr, "goaway: ", what went wrong and what to do next. */
__attribute__((format(printf, 1, 2))) void ga_say(const char *format, ...);

/* The command line makes no sense: tell why, and where help is. */
__attribute__((format(printf, 2, 3))) enum ga_exit ga_misused(const struct ga_command *command,
							      const char *format, ...);

/* The next of command->options, as getopt_long; -1: there are no more; '?': what is wrong was told,
 * and the status is GA_EXIT_USAGE. */
int ga_option(const struct ga_command *command, int argc, char **argv);

/* The value of -o, in ret; or it names a column that the command has not. */
enum ga_exit ga_take_columns(const struct ga_command *command, const char *text, const char **ret);

/* `name`, up to a comma, is no column of the command. */
enum ga_exit ga_no_column(const struct ga_command *command, const char *name);

/* SOURCE and TARGET, all that is left of the command line: two addresses of one version. */
enum ga_exit ga_take_pair(const struct ga_command *command, int argc, char **argv,
			  struct ga_addr *ret_source, struct ga_addr *ret_target);

/* What chooses is given once: the last of two would choose alone, and who typed both means both.
 * `given`: it was already. */
enum ga_exit ga_take_once(const struct ga_command *command, const char *option, bool given);

/* The value of --service, in all three; *ret_text is NULL until it was given. */
enum ga_exit ga_take_service(const struct ga_command *command, const char *text,
			     const char **ret_text, uint8_t *ret_protocol, uint16_t *ret_port);

/* The value of --source or --target, as `option` names it; of version 0 until it was given. */
enum ga_exit ga_take_chosen(const struct ga_command *command, const char *option, const char *text,
			    struct ga_prefix *ret);

/* An address or a prefix. */
enum ga_exit ga_take_prefix(const struct ga_command *command, const char *text,
			    struct ga_prefix *ret);

/* Read a decimal number of an option, 0 to `max`. 0 or -EINVAL. */
int ga_number_parse(const char *text, uint32_t max, uint32_t *ret);

/* Open the table's socket, or tell why not. GA_EXIT_OK if open. */
enum ga_exit ga_open(struct ga_table **ret);

/* A call on the table returned `error` (-errno); `doing` is what for, "list the drops". */
enum ga_exit ga_failed(const struct ga_table *table, int error, const char *doing);

static inline void ga_table_closep(struct ga_table **table)
{
	if (*table)
		ga_table_close(*table);
}
#define CLEAN_TABLE __attribute__((cleanup(ga_table_closep)))

#endif
