/* SPDX-License-Identifier: GPL-2.0-or-later */
/* goawayd itself: what it is told, whether it runs, and what it made. */
#include "ask.h"
#include "doctor.h"
#include "queue.h"

#include <goaway/capture.h>
#include <goaway/confine.h>
#include <goaway/control.h>
#include <goaway/inspect.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MS = 2000 };

static void fault(void *context, const char *line)
{
	struct ga_doctor *doctor = context;

	ga_found(doctor, GA_STATE_BAD, "%s", line);
	ga_remedy(doctor, "correct it; goawayd --check-config tells when it is good");
}

void ga_check_config(struct ga_doctor *doctor)
{
	struct ga_config config;
	int error =
	    ga_config_read(doctor->config_path, doctor->config_named, fault, doctor, &config);

	if (error == -EACCES)
		doctor->not_permitted = true;
	if (error)
		return;
	ga_found(doctor, GA_STATE_GOOD, "%s%s", doctor->config_path,
		 access(doctor->config_path, F_OK) == 0 ? "" : " is not there: defaults");
	if (*config.exempt_file)
		ga_found(doctor, GA_STATE_GOOD, "%s%s", config.exempt_file,
			 access(config.exempt_file, F_OK) == 0
			     ? ""
			     : " is not there: nobody exempt by it");
}

/* 1, 0, or -errno of looking. */
static int daemon_runs(void)
{
	struct ga_queues lock;
	int error = ga_queues_read(GA_QUEUE_LOCK, 1, &lock);

	return error ? error : lock.read > 0;
}

static void tell_stopped(struct ga_doctor *doctor, bool queue_read)
{
	unsigned first = doctor->config.queue;
	char verb[64];

	if (queue_read) {
		ga_found(doctor, GA_STATE_BAD,
			 "goawayd does not run, and another program reads one of queues %u to %u",
			 first, first + GA_HEARD_COUNT - 1);
		ga_remedy(doctor, "choose another number: queue = ... in %s", doctor->settings);
		return;
	}
	ga_found(doctor, GA_STATE_BAD, "goawayd does not run");
	ga_remedy(doctor, "%s", ga_service_verb(doctor, "start", verb, sizeof(verb)));
}

void ga_check_daemon(struct ga_doctor *doctor)
{
	unsigned first = doctor->config.queue, last = first + GA_HEARD_COUNT - 1;
	struct ga_queues queues = {0};
	int error = ga_queues_read(first, GA_HEARD_COUNT, &queues);
	int runs = error ? error : daemon_runs();
	char verb[64];

	if (runs < 0) {
		ga_unseen(doctor, runs, "whether goawayd runs");
	} else if (!runs) {
		tell_stopped(doctor, queues.read > 0);
	} else if (queues.read < GA_HEARD_COUNT) {
		ga_found(doctor, GA_STATE_BAD, "goawayd runs, but nobody reads queues %u to %u of %s",
			 first, last, doctor->config_path);
		ga_remedy(doctor, "%s", ga_service_verb(doctor, "reload", verb, sizeof(verb)));
	} else if (queues.full) {
		ga_found(doctor, GA_STATE_WARNING,
			 "goawayd does not keep up: a queue is full, and what else comes passes "
			 "unheard");
		ga_remedy(doctor, "give it more processor time, or lower goaway_rate_all");
	} else {
		ga_found(doctor, GA_STATE_GOOD, "goawayd runs, and listens to queues %u to %u",
			 first, last);
	}
}

static bool gave_up(json_object *status, const char *what)
{
	json_object *names = ga_json_get(status, "given_up");
	size_t count = json_object_is_type(names, json_type_array) ? json_object_array_length(names) : 0;

	for (size_t i = 0; i < count; i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(names, i));

		if (name && strcmp(name, what) == 0)
			return true;
	}
	return false;
}

static void look_at_user(struct ga_doctor *doctor, struct ga_client *client)
{
	CLEAN_JSON json_object *status = NULL;
	char verb[64];

	if (ga_client_call(client, "status", NULL, NULL, NULL, &status) || gave_up(status, "root"))
		return;
	ga_found(doctor, GA_STATE_NOTE,
		 "goawayd is root: when it started, it could not become user " GA_CONFINE_USER);
	ga_remedy(doctor, "make that user, with a group of its own; then %s",
		  ga_service_verb(doctor, "restart", verb, sizeof(verb)));
}

void ga_check_control(struct ga_doctor *doctor)
{
	struct ga_client *client = NULL;
	char error[GA_CONTROL_ERROR_MAX];
	enum ga_code code;

	if (!*doctor->config.control) {
		ga_found(doctor, GA_STATE_NOTE, "none, as %s has it: goaway reads the kernel alone",
			 doctor->config_path);
		return;
	}
	code = ga_client_open(doctor->config.control, ANSWER_MS, &client, error);
	/* Nobody answers who does not run. */
	int runs = code == GA_CODE_ABSENT ? daemon_runs() : 1;

	if (code == GA_CODE_NONE) {
		ga_found(doctor, GA_STATE_GOOD, "%s: goawayd %s answers", doctor->config.control,
			 ga_client_version(client));
		look_at_user(doctor, client);
		ga_client_close(client);
	} else if (code == GA_CODE_PERMISSION || runs < 0) {
		ga_unseen(doctor, -EACCES, doctor->config.control);
	} else if (code == GA_CODE_BUSY) {
		ga_found(doctor, GA_STATE_WARNING, "%s", error);
	} else if (!runs) {
		ga_found(doctor, GA_STATE_NOTE, "%s: nobody answers while goawayd does not run",
			 doctor->config.control);
	} else {
		char verb[64];

		ga_found(doctor, GA_STATE_BAD, "%s: %s", doctor->config.control, error);
		ga_remedy(doctor, "%s", ga_service_verb(doctor, "restart", verb, sizeof(verb)));
	}
}

/* ---- the table ---- */

static void ignore(void *context, const char *what)
{
	(void)context;
	(void)what;
}

static void tell_drift(void *context, const char *what)
{
	struct ga_doctor *doctor = context;
	char verb[64];

	ga_found(doctor, GA_STATE_BAD, "%s", what);
	ga_remedy(doctor, "%s: goawayd makes its rules anew",
		  ga_service_verb(doctor, "reload", verb, sizeof(verb)));
}

static int compare(struct ga_doctor *doctor, const struct ga_table_config *config,
		   void (*each)(void *context, const char *what))
{
	return ga_table_drift(doctor->table, config, (const char(*)[GA_IFNAME_MAX])doctor->uplinks,
			      doctor->uplink_count, each, doctor);
}

/* Nonces of 20 minutes outgrow their room long before open requests do. */
static void look_at_room(struct ga_doctor *doctor)
{
	uint32_t used, room;
	int error = ga_table_set_room(doctor->table, "used", &used, &room);

	if (error) {
		ga_unseen(doctor, error, "set used");
	} else if (used < room - room / 16) {
		ga_found(doctor, GA_STATE_GOOD, "as goawayd makes it");
	} else {
		ga_found(doctor, GA_STATE_WARNING,
			 "set used is full: a nonce that finds no room is taken for used before, "
			 "so that DENY and RSTR limit and do not drop");
		ga_remedy(doctor, "raise setting requests in %s", doctor->settings);
	}
}

void ga_check_table(struct ga_doctor *doctor)
{
	const char *followed = doctor->config.follow_table;
	struct ga_table_config other = doctor->table_config;
	int drift =
	    doctor->table ? compare(doctor, &doctor->table_config, ignore) : doctor->table_error;

	other.enforce = !other.enforce;
	if (drift == -ENOENT && doctor->table && *followed &&
	    ga_table_other(doctor->table, followed) == 0) {
		ga_found(doctor, GA_STATE_NOTE,
			 "there is no table inet %s, so that filtering is off; goawayd makes "
			 "table inet " GA_TABLE_NAME " when that is back",
			 followed);
	} else if (drift == -ENOENT) {
		ga_found(doctor, GA_STATE_NOTE,
			 "there is no table inet " GA_TABLE_NAME
			 "; goawayd makes it when it starts");
	} else if (drift < 0) {
		ga_unseen(doctor, drift, "table inet " GA_TABLE_NAME);
	} else if (drift == 0) {
		look_at_room(doctor);
	} else if (compare(doctor, &other, ignore) == 0) {
		ga_found(doctor, GA_STATE_NOTE,
			 "as goawayd makes it, but in mode %s: by hand, until the "
			 "next reload",
			 other.enforce ? "enforce" : "observe");
	} else {
		(void)compare(doctor, &doctor->table_config, tell_drift);
	}
}
