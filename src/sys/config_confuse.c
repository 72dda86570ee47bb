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
#include <goaway/config.h>
#include <goaway/nearest.h>
#include <goaway/text.h>

#include <confuse.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIG_FILE_MAX = 1 << 20 };
enum { WEEK_S = 7 * 86400 };

struct reader {
	const char *path;
	void (*complain)(void *context, const char *line);
	void *context;
	unsigned faults;
	char *text;
	size_t len;
};

/* libconfuse hands no context to its error function; its lexer is global all the same. */
static struct reader *current;

struct item {
	int line;
	char text[];
};

struct setting {
	const char *name;
	/* Judge one value and store it in *field, or tell the fault. */
	void (*store)(struct reader *reader, const struct setting *setting, const struct item *item,
		      void *field);
	size_t offset;	/* of the field in struct ga_config */
	unsigned count; /* values it takes; 0: any number */
	uint32_t min;
	uint32_t max;
	const char *words[2]; /* a switch: its words for false and true */
};

__attribute__((format(printf, 4, 0))) static void
tell(struct reader *reader, int line, const char *setting, const char *format, va_list args)
{
	char where[32] = "", *what = NULL, *whole = NULL;

	if (line > 0)
		(void)snprintf(where, sizeof(where), ":%d", line);
	reader->faults++;
	if (vasprintf(&what, format, args) < 0)
		return;
	if (asprintf(&whole, "%s%s: %s%s%s%s", reader->path, where, setting ? "setting '" : "",
		     setting ? setting : "", setting ? "': " : "", what) >= 0) {
		reader->complain(reader->context, whole);
		free(whole);
	}
	free(what);
}

__attribute__((format(printf, 4, 5))) static void
fault(struct reader *reader, int line, const char *setting, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell(reader, line, setting, format, args);
	va_end(args);
}

/* ---- values ---- */

static void store_switch(struct reader *reader, const struct setting *setting,
			 const struct item *item, void *field)
{
	for (int i = 0; i < 2; i++) {
		if (strcmp(item->text, setting->words[i]) == 0) {
			*(bool *)field = i;
			return;
		}
	}
	fault(reader, item->line, setting->name,
	      "'%.64s' is not known; '%s' or '%s' would be right", item->text, setting->words[0],
	      setting->words[1]);
}

static bool read_number(struct reader *reader, const struct setting *setting,
			const struct item *item, uint32_t *ret)
{
	size_t digits = strspn(item->text, "0123456789");
	unsigned long long number = strtoull(item->text, NULL, 10);
	bool is_number = digits > 0 && item->text[digits] == '\0';

	if (is_number && digits < 12 && number >= setting->min && number <= setting->max) {
		*ret = (uint32_t)number;
		return true;
	}
	fault(reader, item->line, setting->name,
	      "'%.64s' is %s; a whole number from %u to %u would be right", item->text,
	      is_number ? "out of range" : "no number", setting->min, setting->max);
	return false;
}

static void store_number(struct reader *reader, const struct setting *setting,
			 const struct item *item, void *field)
{
	(void)read_number(reader, setting, item, field);
}

static void store_number16(struct reader *reader, const struct setting *setting,
			   const struct item *item, void *field)
{
	uint32_t number;

	if (read_number(reader, setting, item, &number))
		*(uint16_t *)field = (uint16_t)number;
}

static void store_duration(struct reader *reader, const struct setting *setting,
			   const struct item *item, void *field)
{
	char min[GA_DURATION_TEXT_MAX], max[GA_DURATION_TEXT_MAX];
	uint32_t seconds;
	int error = ga_duration_parse(item->text, &seconds);

	if (error == 0 && seconds >= setting->min && seconds <= setting->max) {
		*(uint32_t *)field = seconds;
		return;
	}
	fault(reader, item->line, setting->name,
	      "'%.64s' is %s; %s to %s would be right, written as 90s, 1h30m or plain seconds",
	      item->text, error == -EINVAL ? "no duration" : "out of range",
	      ga_duration_format(setting->min, min, sizeof(min)),
	      ga_duration_format(setting->max, max, sizeof(max)));
}

static void store_uplink(struct reader *reader, const struct setting *setting,
			 const struct item *item, void *field)
{
	struct ga_config *config = field;
	size_t len = strlen(item->text);
	bool dots = strcmp(item->text, ".") == 0 || strcmp(item->text, "..") == 0;

	if (len == 0 || len >= GA_IFNAME_MAX || dots || strpbrk(item->text, "/: \t\n\v\f\r")) {
		fault(reader, item->line, setting->name,
		      "'%.64s' can be no interface; 1 to %d characters without space, '/' or ':' "
		      "would be right, as in \"eth1\"",
		      item->text, GA_IFNAME_MAX - 1);
		return;
	}
	for (size_t i = 0; i < config->uplink_count; i++) {
		if (strcmp(config->uplinks[i], item->text) == 0) {
			fault(reader, item->line, setting->name,
			      "'%s' stands there twice; leave one out", item->text);
			return;
		}
	}
	if (config->uplink_count == GA_UPLINKS_MAX) {
		fault(reader, item->line, setting->name,
		      "'%s' is one too many; at most %d are right", item->text, GA_UPLINKS_MAX);
		return;
	}
	memcpy(config->uplinks[config->uplink_count++], item->text, len + 1);
}

static bool read_prefix(struct reader *reader, const struct setting *setting,
			const struct item *item, struct ga_prefix *ret)
{
	char text[GA_ADDR_TEXT_MAX];
	struct ga_prefix whole;
	int error = ga_prefix_parse(item->text, ret);
	size_t len = strcspn(item->text, "/");

	if (error == 0)
		return true;
	if (error == -EDOM && len < sizeof(text)) {
		memcpy(text, item->text, len);
		text[len] = '\0';
		if (ga_addr_parse(text, &whole.addr) == 0) {
			whole.bits = (uint8_t)strtoul(item->text + len + 1, NULL, 10);
			whole.addr = ga_addr_mask(&whole.addr, whole.bits);
			fault(reader, item->line, setting->name,
			      "'%s' has bits set behind its length; %s would be right", item->text,
			      ga_prefix_format(&whole, text, sizeof(text)));
			return false;
		}
	}
	fault(reader, item->line, setting->name,
	      "'%.64s' is no prefix; an address, or one with a length, would be right, as in "
	      "\"192.0.2.0/24\" or \"2001:db8::/32\"",
	      item->text);
	return false;
}

static void store_prefix(struct reader *reader, const struct setting *setting,
			 const struct item *item, void *field)
{
	struct ga_prefix_list *list = field;
	struct ga_prefix prefix;
	char text[GA_ADDR_TEXT_MAX], other[GA_ADDR_TEXT_MAX];

	if (!read_prefix(reader, setting, item, &prefix))
		return;
	ga_prefix_format(&prefix, text, sizeof(text));
	/* The kernel's interval sets refuse prefixes that overlap. */
	for (size_t i = 0; i < list->count; i++) {
		const struct ga_prefix *old = &list->items[i];
		bool in_old = old->bits <= prefix.bits && ga_prefix_contains(old, &prefix.addr);
		bool in_new = prefix.bits <= old->bits && ga_prefix_contains(&prefix, &old->addr);

		if (!in_old && !in_new)
			continue;
		ga_prefix_format(old, other, sizeof(other));
		fault(reader, item->line, setting->name, "%s and %s overlap; leave %s out", text,
		      other, in_old ? text : other);
		return;
	}
	if (list->count == GA_EXEMPT_MAX) {
		fault(reader, item->line, setting->name, "%s is one too many; at most %d are right",
		      text, GA_EXEMPT_MAX);
		return;
	}
	list->items[list->count++] = prefix;
}

/* ---- settings ---- */

#define FIELD(member) .offset = offsetof(struct ga_config, member), .count = 1
#define LIST(member) .offset = offsetof(struct ga_config, member)
#define STEPS(member)                                                                              \
	.offset = offsetof(struct ga_config, policy.police[0].member), .count = GA_POLICE_STEPS
#define WHOLE .offset = 0

static const struct setting settings[] = {
    {"mode", store_switch, FIELD(policy.enforce), .words = {"observe", "enforce"}},
    {"uplinks", store_uplink, WHOLE},
    {"ingress_filter", store_switch, FIELD(ingress_filter), .words = {"false", "true"}},
    {"exempt_sources", store_prefix, LIST(policy.exempt_sources)},
    {"exempt_targets", store_prefix, LIST(policy.exempt_targets)},
    {"zero_nonce", store_switch, FIELD(policy.probe_zero), .words = {"ignore", "probe"}},
    {"answer_within", store_duration, FIELD(answer_within_s), .min = 1, .max = 10},
    {"queue", store_number16, FIELD(queue), .min = 0, .max = 65535},
    {"drops", store_number, FIELD(drops), .min = 64, .max = 4194304},
    {"share", store_number, FIELD(share), .min = 4, .max = 4194304},
    {"requests", store_number, FIELD(requests), .min = 64, .max = 4194304},
    {"request_rate", store_number, FIELD(request_rate), .min = 1, .max = 10000},
    {"request_burst", store_number, FIELD(request_burst), .min = 1, .max = 10000},
    {"deny_lifetime", store_duration, FIELD(policy.deny_lifetime_s), .min = 1, .max = WEEK_S},
    {"deny_lifetime_max", store_duration, FIELD(policy.deny_lifetime_max_s), .min = 1,
     .max = WEEK_S},
    {"rate_lifetime", store_duration, STEPS(lifetime_s), .min = 1, .max = WEEK_S},
    {"rate_per_minute", store_number, STEPS(per_minute), .min = 1, .max = 10000},
    {"rate_burst", store_number, STEPS(burst), .min = 1, .max = 10000},
    {"settle", store_duration, FIELD(policy.settle_s), .min = 1, .max = 3600},
};
enum { SETTING_COUNT = sizeof(settings) / sizeof(settings[0]) };

/* Octets between the fields of one setting with several values. */
enum { STEP_STRIDE = sizeof(struct ga_police_step) };

static const char *setting_name(size_t index)
{
	return settings[index].name;
}

static void judge_setting(struct reader *reader, const struct setting *setting, cfg_opt_t *opt,
			  struct ga_config *config)
{
	char *field = (char *)config + setting->offset;
	unsigned given = cfg_opt_size(opt);
	const struct item *item = given ? cfg_opt_getnptr(opt, given - 1) : NULL;

	if (!item)
		return;
	if (setting->count && given != setting->count) {
		fault(reader, item->line, setting->name, "has %u value%s; %u would be right", given,
		      given == 1 ? "" : "s", setting->count);
		return;
	}
	for (unsigned i = 0; i < given; i++) {
		setting->store(reader, setting, cfg_opt_getnptr(opt, i), field);
		if (setting->count)
			field += STEP_STRIDE;
	}
}

static int line_of(cfg_t *cfg, const char *name)
{
	cfg_opt_t *opt = cfg_getopt(cfg, name);
	const struct item *item =
	    cfg_opt_size(opt) ? cfg_opt_getnptr(opt, cfg_opt_size(opt) - 1) : NULL;

	return item ? item->line : 0;
}

/* What no setting can tell by itself. */
static void judge_together(struct reader *reader, cfg_t *cfg, const struct ga_config *config)
{
	char shown[GA_DURATION_TEXT_MAX], max[GA_DURATION_TEXT_MAX];
	const struct ga_policy *policy = &config->policy;

	if (config->share > config->drops)
		fault(reader, line_of(cfg, "share"), "share",
		      "%u is more than all the room there is; at most drops = %u would be right",
		      config->share, config->drops);
	if (policy->deny_lifetime_s > policy->deny_lifetime_max_s)
		fault(reader, line_of(cfg, "deny_lifetime"), "deny_lifetime",
		      "%s is longer than deny_lifetime_max; at most %s, or a longer "
		      "deny_lifetime_max, would be right",
		      ga_duration_format(policy->deny_lifetime_s, shown, sizeof(shown)),
		      ga_duration_format(policy->deny_lifetime_max_s, max, sizeof(max)));
}

/* ---- libconfuse ---- */

static int keep_item(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	size_t len = strlen(value);
	struct item *item = calloc(1, sizeof(*item) + len + 1);

	(void)opt;
	if (!item)
		return -1;
	item->line = cfg->line;
	memcpy(item->text, value, len + 1);
	*(struct item **)result = item;
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
		near = ga_nearest(name, setting_name, SETTING_COUNT);
		fault(current, cfg->line, name, "there is no such setting; %s%s%s",
		      near ? "did you mean '" : "goaway.conf(5) has those there are",
		      near ? near : "", near ? "'?" : "");
		return;
	}
	fault(current, cfg->line, NULL,
	      "%s; name = value, or name = {value, value}, would be right", text);
}

static void parse(struct reader *reader, struct ga_config *config)
{
	cfg_opt_t options[SETTING_COUNT + 1] = {0};
	cfg_t *cfg;
	FILE *file = fmemopen(reader->text, reader->len, "r");

	for (int i = 0; i < SETTING_COUNT; i++)
		options[i] = (cfg_opt_t)CFG_PTR_LIST_CB(settings[i].name, NULL, CFGF_NODEFAULT,
							keep_item, free);
	cfg = cfg_init(options, CFGF_KEYSTRVAL);
	if (!cfg || !file) {
		fault(reader, 0, NULL, "no memory to read it; try again");
	} else {
		current = reader;
		cfg_set_error_function(cfg, hear_error);
		if (cfg_parse_fp(cfg, file) != CFG_SUCCESS && reader->faults == 0)
			fault(reader, cfg->line, NULL, "cannot be read further; no memory");
		for (int i = 0; i < SETTING_COUNT; i++)
			judge_setting(reader, &settings[i], cfg_getopt(cfg, settings[i].name),
				      config);
		judge_together(reader, cfg, config);
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
	char *text = reader->text;
	bool block = text[i] == '/' && text[i + 1] == '*';
	const char *end = block ? strstr(text + i + 2, "*/") : strchr(text + i, '\n');
	size_t stop = end ? (size_t)(end - text) + (block ? 2 : 0) : reader->len;

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
	char *text = reader->text;

	for (size_t i = 0; i < reader->len; i++) {
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
			fault(reader, line, NULL,
			      "a character without meaning here; text in "
			      "\"quotes\" would be right");
		}
		if (!closed) {
			fault(reader, began, NULL,
			      "a quote or comment is opened and not closed; "
			      "the rest of the file was not read");
			return false;
		}
		line += text[i] == '\n';
	}
	return true;
}

static int slurp(struct reader *reader, bool must_exist)
{
	FILE *file = fopen(reader->path, "re");
	int error = 0;

	if (!file && errno == ENOENT && !must_exist)
		return 0;
	if (file) {
		reader->text = calloc(1, CONFIG_FILE_MAX + 2);
		if (reader->text)
			reader->len = fread(reader->text, 1, CONFIG_FILE_MAX + 1, file);
	}
	if (!file || !reader->text || ferror(file))
		error = errno;
	else if (reader->len > CONFIG_FILE_MAX)
		error = EFBIG;
	if (error)
		fault(reader, 0, NULL,
		      "cannot be read: %s; a text file readable by this user "
		      "would be right",
		      strerror(error));
	if (file)
		fclose(file);
	return -error;
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
	};
}

int ga_config_read(const char *path, bool must_exist,
		   void (*complain)(void *context, const char *line), void *context,
		   struct ga_config *ret)
{
	struct ga_config config = ga_config_default();
	struct reader reader = {.path = path, .complain = complain, .context = context};
	int error = slurp(&reader, must_exist);

	if (error == 0 && reader.len > 0 && blank_comments(&reader))
		parse(&reader, &config);
	free(reader.text);
	if (error)
		return error;
	if (reader.faults)
		return -EINVAL;
	*ret = config;
	return 0;
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
	    .exempt_sources = &config->policy.exempt_sources,
	    .exempt_targets = &config->policy.exempt_targets,
	};
}
