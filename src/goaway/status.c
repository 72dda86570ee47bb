/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway status: whether the daemon listens, what it works with, how full its
 * table is, and what was counted. It is read from the kernel and goaway.conf, so
 * that it is told without the daemon too; what the daemon alone knows, and what the
 * kernel does not tell this user, the daemon is asked for.
 */
#include "queue.h"
#include "view.h"

#include <goaway/capture.h>
#include <goaway/config.h>
#include <goaway/uplinks.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct daemon_row {
	const char *mode;
	int8_t listening;
	const char *version;
	uint64_t since_s;
	uint64_t queue;
	uint64_t waiting;
};

static const struct ga_column daemon_columns[] = {
    {"MODE", "of goawayd, or if it does not answer of goaway.conf", GA_CELL_TEXT, offsetof(struct daemon_row, mode), false},
    {"LISTENING", "the queues have a reader", GA_CELL_YESNO, offsetof(struct daemon_row, listening),
     false},
    {"VERSION", "of goawayd", GA_CELL_TEXT, offsetof(struct daemon_row, version), false},
    {"SINCE", "for how long it has run", GA_CELL_SPAN, offsetof(struct daemon_row, since_s), false},
    {"QUEUE", "the first netfilter queue", GA_CELL_NUMBER, offsetof(struct daemon_row, queue),
     false},
    {"WAITING", "packets in it", GA_CELL_NUMBER, offsetof(struct daemon_row, waiting), false},
};

struct uplink_row {
	const char *name;
	const char *because;
};

static const struct ga_column uplink_columns[] = {
    {"UPLINK", "leads outside", GA_CELL_TEXT, offsetof(struct uplink_row, name), false},
    {"BECAUSE", "how that is known", GA_CELL_TEXT, offsetof(struct uplink_row, because), false},
};

struct set_row {
	const char *name;
	const char *holds;
	uint64_t used;
	uint64_t room;
};

static const struct ga_column set_columns[] = {
    {"SET", "of table inet goaway", GA_CELL_TEXT, offsetof(struct set_row, name), false},
    {"USED", "elements in it", GA_CELL_NUMBER, offsetof(struct set_row, used), false},
    {"ROOM", "elements at most", GA_CELL_NUMBER, offsetof(struct set_row, room), false},
    {"HOLDS", "what they are", GA_CELL_TEXT, offsetof(struct set_row, holds), false},
};

struct counter_row {
	const char *name;
	uint64_t packets;
	uint64_t bytes;
	const char *meaning;
};

static const struct ga_column counter_columns[] = {
    {"COUNTER", "of table inet goaway", GA_CELL_TEXT, offsetof(struct counter_row, name), false},
    {"PACKETS", "since the table was made", GA_CELL_NUMBER, offsetof(struct counter_row, packets),
     false},
    {"BYTES", "of these", GA_CELL_NUMBER, offsetof(struct counter_row, bytes), true},
    {"MEANING", "which packets", GA_CELL_TEXT, offsetof(struct counter_row, meaning), false},
};

struct reason_row {
	const char *name;
	uint64_t count;
	const char *meaning;
};

static const struct ga_column reason_columns[] = {
    {"REASON", "why goawayd did not believe a packet", GA_CELL_TEXT,
     offsetof(struct reason_row, name), false},
    {"COUNT", "since it was started", GA_CELL_NUMBER, offsetof(struct reason_row, count), false},
    {"MEANING", "what is wrong with it", GA_CELL_TEXT, offsetof(struct reason_row, meaning), false},
};

enum grid_name { DAEMON, UPLINKS, SETS, COUNTERS, REASONS, GRIDS };

#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])
static const struct {
	const char *name;
	const struct ga_column *columns;
	size_t count;
} shapes[] = {
    [DAEMON] = {"status", COLUMNS(daemon_columns)},
    [UPLINKS] = {"uplinks", COLUMNS(uplink_columns)},
    [SETS] = {"sets", COLUMNS(set_columns)},
    [COUNTERS] = {"counters", COLUMNS(counter_columns)},
    [REASONS] = {"reasons", COLUMNS(reason_columns)},
};

static int add_uplinks(struct ga_grid *grid, const struct ga_config *config)
{
	char names[GA_UPLINKS_MAX][GA_IFNAME_MAX];
	struct ga_uplinks *uplinks = NULL;
	int count = ga_uplinks_open(&uplinks), error = 0;

	if (count == 0)
		count = ga_uplinks_find(uplinks, names);
	ga_uplinks_close(uplinks);
	if (count < 0)
		return count;
	for (int i = 0; error == 0 && i < count; i++)
		error = ga_grid_add(grid, &(struct uplink_row){names[i], "default route"});
	for (size_t i = 0; error == 0 && i < config->uplink_count; i++)
		error = ga_grid_add(grid, &(struct uplink_row){config->uplinks[i], "goaway.conf"});
	return error;
}

static int add_sets(struct ga_grid *grid, struct ga_table *table)
{
	static const struct set_row sets[] = {
	    {.name = "drop_service4", .holds = "drops of a service, IPv4"},
	    {.name = "drop_service6", .holds = "drops of a service, IPv6"},
	    {.name = "drop_protocol4", .holds = "drops of a protocol without ports, IPv4"},
	    {.name = "drop_protocol6", .holds = "drops of a protocol without ports, IPv6"},
	    {.name = "drop_host4", .holds = "drops of all that goes to a target, IPv4"},
	    {.name = "drop_host6", .holds = "drops of all that goes to a target, IPv6"},
	    {.name = "police4", .holds = "policed pairs, IPv4"},
	    {.name = "police6", .holds = "policed pairs, IPv6"},
	    {.name = "record4", .holds = "offences remembered, IPv4"},
	    {.name = "record6", .holds = "offences remembered, IPv6"},
	    {.name = "asked4", .holds = "open requests, IPv4"},
	    {.name = "asked6", .holds = "open requests, IPv6"},
	    {.name = "used", .holds = "nonces of the last 20 minutes"},
	    {.name = "reused", .holds = "those that more than one request had"},
	    {.name = "grant4", .holds = "complaints that were granted, IPv4"},
	    {.name = "grant6", .holds = "complaints that were granted, IPv6"},
	};
	int error = 0;

	for (size_t i = 0; error == 0 && i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct set_row row = sets[i];
		uint32_t used, room;

		error = ga_table_set_room(table, row.name, &used, &room);
		if (error)
			break;
		row.used = used;
		row.room = room;
		error = ga_grid_add(grid, &row);
	}
	return error;
}

/* The room that all drops and policings share, as the daemon knows it. */
static int add_room(struct ga_grid *grid, json_object *said)
{
	json_object *room = ga_json_get(said, "room");
	const struct set_row row = {
	    .name = "drop*, police*",
	    .holds = "all drops and policed pairs",
	    .used = ga_json_number(room, "used"),
	    .room = ga_json_number(room, "size"),
	};

	return ga_grid_add(grid, &row);
}

static int add_counter(void *context, const char *name, uint64_t packets, uint64_t bytes)
{
	const struct counter_row row = {name, packets, bytes, ga_counter_help(GA_COUNTER_KERNEL, name)};

	return ga_grid_add(context, &row);
}

static int add_told_counter(void *context, enum ga_counter_kind kind, const char *name,
			    uint64_t count, uint64_t bytes)
{
	(void)kind;
	return add_counter(context, name, count, bytes);
}

static int add_reason(void *context, enum ga_counter_kind kind, const char *name, uint64_t count,
		      uint64_t bytes)
{
	const struct reason_row row = {name, count, ga_counter_help(kind, name)};

	(void)bytes;
	return kind == GA_COUNTER_REASON && count ? ga_grid_add(context, &row) : 0;
}

static void complain(void *context, const char *line)
{
	(void)context;
	ga_say("%s", line);
}

/* Sets and counters, of the kernel, or as the daemon tells them. What failed was told. */
static enum ga_exit look_at_table(struct ga_grid *grids, const char *socket, json_object *said)
{
	CLEAN_TABLE struct ga_table *table = NULL;
	enum ga_exit status = GA_EXIT_OK;
	int error = ga_table_open(&table);

	if (error == 0)
		error = add_sets(&grids[SETS], table);
	if (error == 0)
		error = ga_table_counters(table, add_counter, &grids[COUNTERS]);
	if (ga_view_elsewhere(error)) {
		error = 0;
		status = ga_view_counters(socket, true, false, add_told_counter, &grids[COUNTERS]);
	}
	if (error == 0 && said)
		error = add_room(&grids[SETS], said);
	return error < 0 ? ga_failed(table, error, "read the table") : status;
}

/* Whether the daemon listens, and to what. GA_EXIT_OK: it is known. */
static enum ga_exit look_at_queue(struct daemon_row *row, json_object *said)
{
	const char *mode = ga_json_text(said, "mode");
	struct ga_queues queues, lock;
	int error = ga_queues_read((unsigned)row->queue, GA_HEARD_COUNT, &queues);

	/* Another program may have them while no goawayd runs. */
	if (error == 0)
		error = ga_queues_read(GA_QUEUE_LOCK, 1, &lock);
	if (mode)
		row->mode = mode;
	if (error == 0) {
		row->listening = lock.read && queues.read == GA_HEARD_COUNT;
		row->waiting = queues.waiting;
		return GA_EXIT_OK;
	}
	/* Root in a container may own the table and yet not this file. */
	row->listening = said ? 1 : -1;
	row->waiting = GA_CELL_NONE;
	return said ? GA_EXIT_OK : ga_failed(NULL, error, "read " GA_QUEUES_PATH);
}

/* What the daemon says of itself; NULL: it does not answer. */
static json_object *ask_daemon(const char *socket)
{
	CLEAN_CLIENT struct ga_client *client = NULL;
	char error[GA_CONTROL_ERROR_MAX];
	json_object *said = NULL;

	if (ga_client_open(socket, GA_ASK_WAIT_MS, &client, error) != GA_CODE_NONE ||
	    ga_client_call(client, "status", NULL, NULL, NULL, &said))
		return NULL;
	return said;
}

/* Fill all grids, that of the daemon last. What failed on the way was told. */
static enum ga_exit look(struct ga_grid *grids, const struct ga_config *config, bool is_read,
			 const char *socket)
{
	CLEAN_JSON json_object *said = ask_daemon(socket);
	struct daemon_row daemon = {
	    .mode = config->policy.enforce ? "enforce" : "observe",
	    .version = ga_json_text(said, "version"),
	    .since_s = said ? ga_json_number(said, "since_s") : GA_CELL_NONE,
	    .queue = said ? ga_json_number(said, "queue") : config->queue,
	};
	enum ga_exit status = look_at_table(grids, socket, said);
	int error;

	if (!is_read && !said)
		ga_say("mode and queue shown are the defaults");
	if (status != GA_EXIT_OK && status != GA_EXIT_ABSENT)
		return status;
	enum ga_exit known = look_at_queue(&daemon, said);

	if (status == GA_EXIT_OK)
		status = known;
	if (said)
		(void)ga_view_counters(socket, false, true, add_reason, &grids[REASONS]);
	error = add_uplinks(&grids[UPLINKS], config);
	if (error == 0)
		error = ga_grid_add(&grids[DAEMON], &daemon);
	if (error < 0)
		return ga_failed(NULL, error, "find the uplinks");
	if (status == GA_EXIT_OK && daemon.listening == 0) {
		ga_say("goawayd does not listen on queue %u: what stands goes on until it ends, but "
		       "nothing new is heard; start goawayd, as with 'systemctl start goawayd'",
		       config->queue);
		status = GA_EXIT_ABSENT;
	}
	return status;
}

static enum ga_exit show(const char *path, bool must_exist, const char *socket,
			 const struct ga_grid_format *format)
{
	struct ga_config config = ga_config_default();
	struct ga_grid grids[GRIDS] = {0};
	enum ga_exit status = GA_EXIT_OK;
	int error = ga_config_read(path, must_exist, complain, NULL, &config);
	bool is_read = error >= 0;

	if (!is_read && must_exist)
		return error == -EACCES ? GA_EXIT_PERMISSION : GA_EXIT_REFUSED;
	error = 0;
	for (int i = 0; error == 0 && i < GRIDS; i++)
		error = ga_grid_init(&grids[i], shapes[i].name, shapes[i].columns, shapes[i].count,
				     format);
	if (error == 0)
		status = look(grids, &config, is_read, socket);
	if (error < 0)
		status = ga_failed(NULL, error, "show the status");
	else if (grids[DAEMON].lines > 0)
		ga_grid_print(grids, GRIDS, stdout);
	for (int i = 0; i < GRIDS; i++)
		ga_grid_free(&grids[i]);
	return status;
}

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, 'J'},
    {"socket", required_argument, NULL, 'S'},
    {0},
};

static enum ga_exit run(int argc, char **argv)
{
	const char *path = NULL, *socket = NULL;
	struct ga_grid_format format = {0};
	int option;

	while ((option = ga_option(&ga_command_status, argc, argv)) != -1) {
		switch (option) {
		case 'c':
			path = optarg;
			break;
		case 'J':
			format.json = true;
			break;
		case 'S':
			socket = optarg;
			break;
		default:
			return GA_EXIT_USAGE;
		}
	}
	if (optind < argc)
		return ga_misused(&ga_command_status, "'%s' is too much", argv[optind]);
	return show(path ? path : GOAWAY_CONF, path != NULL, socket, &format);
}

const struct ga_command ga_command_status = {
    .name = "status",
    .summary = "whether goawayd listens, how full its table is, what it counted",
    .usage = "Usage: goaway status [OPTIONS]\n"
	     "\n"
	     "Show whether goawayd listens, its uplinks, its sets and their room, what was\n"
	     "counted, and why what was not believed. Exit status 3: there is no table, or\n"
	     "nobody listens.\n"
	     "\n"
	     "  -c, --config FILE      read mode, queue and uplinks from FILE\n"
	     "  -J, --json             JSON\n"
	     GA_ASK_OPTION,
    .options = options,
    .run = run,
};
