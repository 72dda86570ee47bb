/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway.conf, read with libconfuse.
 *
 * libconfuse gives up at the first value that it does not like, so it is told
 * to like all of them: each setting is a list of opaque items, text with its
 * line. What they mean is judged afterwards, setting by setting, so that one
 * run tells every fault.
 *
 * It never gets the file itself. Its lexer counts the line of a comment twice,
 * skips what it does not know without a word, and ends the process where a
 * file cannot be read (a directory); so the file is read and comments are
 * blanked here, and libconfuse sees the rest.
 */
#include "config_settings.h"

#include <goaway/control.h>
#include <goaway/exempt.h>
#include <goaway/nearest.h>

#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
	struct ga_complaints complaints;
	struct ga_config_text file;
};

/* libconfuse hands no context to its error function; its lexer is global all the same. */
static struct ga_complaints *current;

/* ---- libconfuse ---- */

static int keep_value(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	size_t len = strlen(value);
	struct ga_config_value *kept = calloc(1, sizeof(*kept) + len + 1);

	(void)opt;
	if (!kept)
		return -1;
	kept->line = cfg->line;
	memcpy(kept->text, value, len + 1);
	*(struct ga_config_value **)result = kept;
	return 0;
}

__attribute__((format(printf, 2, 0))) static void hear_error(cfg_t *cfg, const char *format,
							     va_list args)
{
	char text[256];

	(void)vsnprintf(text, sizeof(text), format, args);
	/* CFGF_KEYSTRVAL makes libconfuse go on after this one. */
	if (strncmp(text, "no such option '", 16) == 0) {
		char *name = text + 16;
		const char *near;

		name[strcspn(name, "'")] = '\0';
		near = ga_nearest(name, ga_setting_name, GA_SETTING_COUNT);
		ga_complain(current, cfg->line, name, "there is no such setting; %s%s%s",
			    near ? "did you mean '" : "goaway.conf(5) has those there are",
			    near ? near : "", near ? "'?" : "");
		return;
	}
	ga_complain(current, cfg->line, NULL,
		    "%s; name = value, or name = {value, value}, would be right", text);
}

static const struct ga_config_value *value_of(void *context, size_t index)
{
	return cfg_opt_getnptr(context, (unsigned)index);
}

static void judge(cfg_t *cfg, struct ga_complaints *complaints, struct ga_config *config)
{
	struct ga_setting_values values[GA_SETTING_COUNT];

	for (size_t i = 0; i < GA_SETTING_COUNT; i++) {
		cfg_opt_t *opt = cfg_getopt(cfg, ga_setting_name(i));

		values[i] = (struct ga_setting_values){value_of, opt, cfg_opt_size(opt)};
	}
	ga_settings_judge(complaints, values, config);
}

static void parse(struct reader *reader, struct ga_config *config)
{
	struct ga_complaints *complaints = &reader->complaints;
	cfg_opt_t options[GA_SETTING_COUNT + 1] = {0};
	FILE *file = fmemopen(reader->file.octets, reader->file.len, "r");
	cfg_t *cfg;

	for (size_t i = 0; i < GA_SETTING_COUNT; i++)
		options[i] = (cfg_opt_t)CFG_PTR_LIST_CB(ga_setting_name(i), NULL, CFGF_NODEFAULT,
							keep_value, free);
	cfg = cfg_init(options, CFGF_KEYSTRVAL);
	if (!cfg || !file) {
		ga_complain(complaints, 0, NULL, "no memory to read it; try again");
	} else {
		current = complaints;
		cfg_set_error_function(cfg, hear_error);
		if (cfg_parse_fp(cfg, file) != CFG_SUCCESS && complaints->count == 0)
			ga_complain(complaints, cfg->line, NULL, "cannot be read on; no memory");
		judge(cfg, complaints, config);
		current = NULL;
	}
	if (cfg)
		cfg_free(cfg);
	if (file)
		fclose(file);
}

/* ---- the file ---- */

/* Blank one comment that begins at text[i]. Returns where it ends; false in *ret_closed if never.
 */
static size_t blank_comment(struct reader *reader, size_t i, int *line, bool *ret_closed)
{
	char *text = reader->file.octets;
	bool block = text[i] == '/' && text[i + 1] == '*';
	const char *end = block ? strstr(text + i + 2, "*/") : strchr(text + i, '\n');
	size_t stop = end ? (size_t)(end - text) + (block ? 2 : 0) : reader->file.len;

	*ret_closed = end || !block;
	for (; i < stop; i++) {
		if (text[i] == '\n')
			++*line;
		else
			text[i] = ' ';
	}
	return stop;
}

/* Blank all comments, and find what libconfuse would take without a word. False: the text makes no
 * sense from some line on. */
static bool blank_comments(struct reader *reader)
{
	int line = 1;
	char *text = reader->file.octets;

	for (size_t i = 0; i < reader->file.len; i++) {
		bool slashes = text[i] == '/' && (text[i + 1] == '/' || text[i + 1] == '*');
		bool closed = true;
		int began = line;

		if (text[i] == '#' || slashes) {
			i = blank_comment(reader, i, &line, &closed) - 1;
		} else if (text[i] == '"' || text[i] == '\'') {
			const char quote[] = {text[i], '\n', '\0'};

			i += 1 + strcspn(text + i + 1, quote);
			closed = text[i] == quote[0];
		} else if (text[i] == '*' || text[i] == '\0') {
			ga_complain(&reader->complaints, line, NULL,
				    "a character without meaning here; text in "
				    "\"quotes\" would be right");
		}
		if (!closed) {
			ga_complain(&reader->complaints, began, NULL,
				    "a quote or comment is opened and not closed; "
				    "the rest of the file was not read");
			return false;
		}
		line += text[i] == '\n';
	}
	return true;
}

struct ga_config ga_config_default(void)
{
	return (struct ga_config){
	    .policy = ga_policy_default(),
	    .ingress_filter = true,
	    .queue = 123,
	    .drops = 16384,
	    .share = 64,
	    .requests = 16384,
	    .request_rate = 4,
	    .request_burst = 32,
	    .answer_within_s = 4,
	    .class_num = GA_CLASS_DEFAULT,
	    .complaint_rate = 2,
	    .complaints_in_all = 200,
	    .exempt_file = GOAWAY_EXEMPT,
	    .control = GA_CONTROL_PATH,
	    .control_group = GA_CONTROL_GROUP,
	};
}

/* The settings of the file, and the faults told so far. 0 or -errno, of reading alone. */
static int read_settings(struct ga_complaints *complaints, bool must_exist,
			 struct ga_config *config)
{
	struct reader reader = {.complaints = *complaints};
	int error = ga_config_slurp(&reader.complaints, must_exist, &reader.file);

	if (error == 0 && reader.file.len > 0 && blank_comments(&reader))
		parse(&reader, config);
	free(reader.file.octets);
	complaints->count = reader.complaints.count;
	return error;
}

struct exempting {
	struct ga_complaints *complaints;
	struct ga_policy *policy;
};

static void exempt(void *context, const struct ga_exempt_line *line)
{
	struct exempting *exempting = context;
	struct ga_complaints *complaints = exempting->complaints;

	if (!ga_exempt_add(complaints->path, line, complaints->complain, complaints->context,
			   exempting->policy))
		complaints->count++;
}

/* The exempt file too. One that was named must be there, or a slip of the pen would leave those in it
 * without protection. */
static int read_exempt(struct ga_complaints *complaints, struct ga_config *config)
{
	bool named = strcmp(config->exempt_file, GOAWAY_EXEMPT) != 0;
	struct exempting exempting = {complaints, &config->policy};
	struct ga_config_text file;
	int error;

	complaints->path = config->exempt_file;
	if (*config->exempt_file == '\0')
		return 0;
	error = ga_config_slurp(complaints, named, &file);
	if (error == 0)
		complaints->count +=
		    ga_exempt_parse(complaints->path, file.octets, file.len, complaints->complain,
				    complaints->context, exempt, &exempting);
	free(file.octets);
	return error;
}

static int read_all(const char *path, bool must_exist, bool with_exempt,
		    void (*complain)(void *context, const char *line), void *context,
		    struct ga_config *ret)
{
	struct ga_config config = ga_config_default();
	struct ga_complaints complaints = {path, complain, context, 0};
	int error = read_settings(&complaints, must_exist, &config);

	if (error == 0 && with_exempt)
		error = read_exempt(&complaints, &config);
	if (error)
		return error;
	if (complaints.count)
		return -EINVAL;
	*ret = config;
	return 0;
}

int ga_config_read(const char *path, bool must_exist,
		   void (*complain)(void *context, const char *line), void *context,
		   struct ga_config *ret)
{
	return read_all(path, must_exist, true, complain, context, ret);
}

int ga_config_read_alone(const char *path, bool must_exist,
			 void (*complain)(void *context, const char *line), void *context,
			 struct ga_config *ret)
{
	return read_all(path, must_exist, false, complain, context, ret);
}

struct ga_table_config ga_config_table(const struct ga_config *config)
{
	return (struct ga_table_config){
	    .enforce = config->policy.enforce,
	    .ingress_filter = config->ingress_filter,
	    .probe_zero = config->policy.probe_zero,
	    .queue = config->queue,
	    .drops = config->drops,
	    .requests = config->requests,
	    .request_rate = config->request_rate,
	    .request_burst = config->request_burst,
	    .answer_within_s = config->answer_within_s,
	    .class_num = (uint8_t)config->class_num,
	    .complaint_rate = config->complaint_rate,
	    .complaints_in_all = config->complaints_in_all,
	    .exempt_sources = &config->policy.exempt_sources,
	    .exempt_targets = &config->policy.exempt_targets,
	};
}
