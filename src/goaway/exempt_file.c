/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exempt file and goaway.conf, read together; a change, made and taken over, or undone. */
#include "exempt.h"
#include "replace.h"

#include <goaway/control.h>
#include <goaway/slurp.h>

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* For the daemon: it may have to make a large table anew. */
enum { WAIT_MS = 30 * 1000 };

/* ---- reading ---- */

static void complain(void *context, const char *line)
{
	(void)context;
	ga_say("%s", line);
}

struct adding {
	struct ga_exempting *exempting;
	unsigned faults;
};

static void add(void *context, const struct ga_exempt_line *line)
{
	struct adding *adding = context;
	struct ga_exempting *exempting = adding->exempting;

	if (!ga_exempt_add(exempting->path, line, complain, NULL, &exempting->config.policy))
		adding->faults++;
	else
		exempting->lines[exempting->count++] = *line;
}

static enum ga_exit read_file(struct ga_exempting *exempting)
{
	struct adding adding = {exempting, 0};
	int error;

	/* What a link leads to is changed, not the link. */
	exempting->resolved = realpath(exempting->config.exempt_file, NULL);
	exempting->path = exempting->resolved ? exempting->resolved : exempting->config.exempt_file;
	error = ga_slurp(exempting->path, &exempting->text, &exempting->len);
	if (error < 0 && error != -ENOENT) {
		ga_say("cannot read %s: %s; a text file of 1 MiB at most would be right", exempting->path,
		       ga_slurp_error(error));
		return error == -EACCES ? GA_EXIT_PERMISSION : GA_EXIT_REFUSED;
	}
	if (error == 0)
		adding.faults += ga_exempt_parse(exempting->path, exempting->text, exempting->len,
						 complain, NULL, add, &adding);
	return adding.faults ? GA_EXIT_REFUSED : GA_EXIT_OK;
}

enum ga_exit ga_exempting_read(const char *config_path, bool must_exist, struct ga_exempting *ret)
{
	int error;

	*ret = (struct ga_exempting){0};
	error = ga_config_read_alone(config_path, must_exist, complain, NULL, &ret->config);
	if (error < 0)
		return error == -EACCES ? GA_EXIT_PERMISSION : GA_EXIT_REFUSED;
	ret->alone = ret->config.policy;
	return *ret->config.exempt_file ? read_file(ret) : GA_EXIT_OK;
}

void ga_exempting_free(struct ga_exempting *exempting)
{
	free(exempting->text);
	free(exempting->resolved);
}

/* ---- changing ---- */

int ga_exempting_lock(const char *path)
{
	char folder[GA_PATH_MAX];
	int fd;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	/* The file itself is another after each change. */
	fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

static bool is_meant(const struct ga_exempt_line *line, const struct ga_exempt_change *change)
{
	return line->of_targets == change->of_targets && line->prefix.bits == change->prefix.bits &&
	       ga_addr_equal(&line->prefix.addr, &change->prefix.addr);
}

/* The file as it will be: the caller's to free; NULL: no memory. */
static char *changed(const struct ga_exempting *exempting, const struct ga_exempt_change *change,
		     size_t *ret_len)
{
	static const char head[] = "# Who goawayd(8) never touches; see goaway.conf(5).\n";
	char *text = NULL;
	FILE *file = open_memstream(&text, ret_len);
	size_t at = 0;

	if (!file)
		return NULL;
	if (!exempting->text)
		fputs(head, file);
	for (size_t i = 0; !change->line && i < exempting->count; i++) {
		const struct ga_exempt_line *line = &exempting->lines[i];

		if (!is_meant(line, change))
			continue;
		fwrite(exempting->text + at, 1, line->start - at, file);
		at = line->end;
	}
	if (exempting->text)
		fwrite(exempting->text + at, 1, exempting->len - at, file);
	if (change->line) {
		bool open = exempting->text && exempting->len > 0 &&
			    exempting->text[exempting->len - 1] != '\n';

		fprintf(file, "%s%s\n", open ? "\n" : "", change->line);
	}
	return fclose(file) == 0 ? text : NULL;
}

static enum ga_exit save(const char *path, const char *text, size_t len)
{
	int error = len > GA_SLURP_MAX ? -EFBIG : ga_replace(path, text, len);

	if (error == 0)
		return GA_EXIT_OK;
	ga_say("cannot write %s: %s", path, ga_replace_fault(error));
	return error == -EACCES || error == -EPERM ? GA_EXIT_PERMISSION : GA_EXIT_REFUSED;
}

static void restore(const struct ga_exempting *exempting)
{
	int error = exempting->text ? ga_replace(exempting->path, exempting->text, exempting->len)
		    : unlink(exempting->path) < 0 ? -errno
						  : 0;

	if (error)
		ga_say("and %s could not be made what it was: %s", exempting->path,
		       ga_replace_fault(error));
	else
		ga_say("%s is as it was", exempting->path);
}

/* ---- the daemon ---- */

static int tell_fault(void *context, struct json_object *item)
{
	struct json_object *fault;

	(void)context;
	if (json_object_object_get_ex(item, "fault", &fault))
		ga_say("%s", json_object_get_string(fault));
	return 0;
}

/* "enforce" or "observe", now; "" if it cannot be known. */
static void ask_mode(struct ga_client *client, char mode[16])
{
	struct json_object *status = NULL, *value;

	*mode = '\0';
	if (ga_client_call(client, "status", NULL, NULL, NULL, &status) == 0 &&
	    json_object_object_get_ex(status, "mode", &value))
		(void)snprintf(mode, 16, "%s", json_object_get_string(value));
	json_object_put(status);
}

/* GA_CODE_ABSENT is no failure: told is when it will be. */
static enum ga_code reload(const char *socket, char error[GA_CONTROL_ERROR_MAX])
{
	char before[16], after[16];
	struct ga_client *client;
	enum ga_code code = ga_client_open(socket, WAIT_MS, &client, error);

	if (code != GA_CODE_NONE)
		return code;
	ask_mode(client, before);
	if (ga_client_call(client, "reload", NULL, tell_fault, NULL, NULL) != 0) {
		code = ga_client_code(client);
		(void)snprintf(error, GA_CONTROL_ERROR_MAX, "%s", ga_client_error(client));
	} else {
		ask_mode(client, after);
		if (strcmp(before, after) != 0)
			ga_say("the mode is %s again, as goaway.conf has it: what 'goaway mode' "
			       "says is in force until the next reload",
			       after);
	}
	ga_client_close(client);
	return code;
}

/* when: NULL for now. */
static void tell_done(const struct ga_exempt_change *change, const char *when)
{
	char prefix[GA_ADDR_TEXT_MAX];

	printf("%s %s is exempt%s%s%s\n", ga_exempt_side(change->of_targets),
	       ga_prefix_format(&change->prefix, prefix, sizeof(prefix)),
	       change->line ? "" : " no more", when ? ", once goawayd " : "", when ? when : "");
}

struct sought {
	bool of_targets;
	char text[GA_ADDR_TEXT_MAX];
};

static int is_sought(void *context, const struct ga_exempt_range *range)
{
	const struct sought *sought = context;
	char text[GA_RANGE_TEXT_MAX];

	return range->of_targets == sought->of_targets &&
	       strcmp(ga_range_format(&range->first, &range->last, text, sizeof(text)),
		      sought->text) == 0;
}

/* False: the kernel has it otherwise. Without a table, or for who may not read it, nobody knows. */
static bool is_in_force(const struct ga_exempt_change *change)
{
	CLEAN_TABLE struct ga_table *table = NULL;
	struct sought sought = {.of_targets = change->of_targets};
	int found = ga_table_open(&table);

	ga_prefix_format(&change->prefix, sought.text, sizeof(sought.text));
	if (found == 0)
		found = ga_table_exempt(table, is_sought, &sought);
	return found < 0 || found == (change->line != NULL);
}

static enum ga_exit take_over(const struct ga_exempting *exempting,
			      const struct ga_exempt_change *change, const char *socket)
{
	char error[GA_CONTROL_ERROR_MAX] = "";
	enum ga_code code = *socket ? reload(socket, error) : GA_CODE_NONE;

	if (code == GA_CODE_NONE && *socket && !is_in_force(change)) {
		ga_say("goawayd has read its settings again, and nothing has changed: it reads another "
		       "exempt file than %s; --config names its settings",
		       exempting->path);
		restore(exempting);
		return GA_EXIT_REFUSED;
	}
	if (code == GA_CODE_NONE || code == GA_CODE_ABSENT) {
		tell_done(change, code == GA_CODE_ABSENT ? "runs" : *socket ? NULL : "is reloaded");
		return GA_EXIT_OK;
	}
	ga_say("%s", error);
	restore(exempting);
	return code == GA_CODE_PERMISSION ? GA_EXIT_PERMISSION : GA_EXIT_REFUSED;
}

enum ga_exit ga_exempt_change(const struct ga_exempting *exempting,
			      const struct ga_exempt_change *change, const char *socket)
{
	size_t len = 0;
	char *text = changed(exempting, change, &len);
	sigset_t signals, before;
	enum ga_exit status;

	if (!text)
		return ga_failed(NULL, -ENOMEM, "change the file");
	/* Between the file and the daemon nobody stops. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	sigprocmask(SIG_BLOCK, &signals, &before);
	status = save(exempting->path, text, len);
	free(text);
	if (status == GA_EXIT_OK)
		status = take_over(exempting, change, socket);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}
