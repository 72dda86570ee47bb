/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OpenMetrics 1.0 and Prometheus' text format 0.0.4. What differs: the older one
 * names the sample, not the family, in its metadata; its metadata is HELP, TYPE; a
 * double quote stands as it is in HELP; and it has gauges for `info` and `stateset`.
 */
#include <goaway/metrics.h>
#include <goaway/text.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "goaway_"

struct text {
	char *buf;
	size_t size;
	size_t used; /* over size: it was cut */
	enum ga_metrics_format format;
};

enum type { GAUGE, COUNTER, STATESET, INFO };

static const struct {
	const char *openmetrics;
	const char *older;
	const char *suffix; /* of its samples */
} types[] = {
    [GAUGE] = {"gauge", "gauge", ""},
    [COUNTER] = {"counter", "counter", "_total"},
    [STATESET] = {"stateset", "gauge", ""},
    [INFO] = {"info", "gauge", "_info"},
};

struct family {
	const char *name; /* without PREFIX */
	enum type type;
	const char *unit; /* the last part of the name; "": none */
	const char *help;
};

/* ---- text ---- */

__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
	size_t left = text->used < text->size ? text->size - text->used : 0;
	va_list args;

	va_start(args, format);
	int n = vsnprintf(left ? text->buf + text->used : NULL, left, format, args);
	va_end(args);
	text->used += n > 0 ? (size_t)n : 0;
}

static void put_escaped(struct text *text, const char *value, bool quotes)
{
	for (; *value; value++) {
		if (*value == '\n')
			put(text, "\\n");
		else if (*value == '\\' || (*value == '"' && quotes))
			put(text, "\\%c", *value);
		else
			put(text, "%c", *value);
	}
}

static const char *joint(const struct family *family)
{
	return *family->unit ? "_" : "";
}

static void put_name(struct text *text, const struct family *family, const char *suffix)
{
	put(text, PREFIX "%s%s%s%s", family->name, joint(family), family->unit, suffix);
}

static void put_help(struct text *text, const struct family *family, const char *suffix,
		     bool quotes)
{
	put(text, "# HELP ");
	put_name(text, family, suffix);
	put(text, " ");
	put_escaped(text, family->help, quotes);
	put(text, "\n");
}

static void begin(struct text *text, const struct family *family)
{
	bool older = text->format == GA_METRICS_TEXT;
	const char *suffix = older ? types[family->type].suffix : "";

	if (older)
		put_help(text, family, suffix, false);
	put(text, "# TYPE ");
	put_name(text, family, suffix);
	put(text, " %s\n", older ? types[family->type].older : types[family->type].openmetrics);
	if (older)
		return;
	if (*family->unit) {
		put(text, "# UNIT ");
		put_name(text, family, "");
		put(text, " %s\n", family->unit);
	}
	put_help(text, family, suffix, true);
}

struct label {
	const char *name;
	const char *value;
};

static void sample(struct text *text, const struct family *family, const struct label *labels,
		   size_t count, uint64_t value)
{
	put_name(text, family, types[family->type].suffix);
	for (size_t i = 0; i < count; i++) {
		put(text, "%c%s=\"", i == 0 ? '{' : ',', labels[i].name);
		put_escaped(text, labels[i].value, true);
		put(text, "\"");
	}
	put(text, "%s %llu\n", count ? "}" : "", (unsigned long long)value);
}

static void one(struct text *text, const struct family *family, uint64_t value)
{
	begin(text, family);
	sample(text, family, NULL, 0, value);
}

/* ---- families ---- */

static void write_mode(struct text *text, bool enforce)
{
	static const struct family family = {"mode", STATESET, "",
					     "Whether drops are enforced, or only observed."};
	static const char label[] = PREFIX "mode";

	begin(text, &family);
	sample(text, &family, &(struct label){label, "enforce"}, 1, enforce);
	sample(text, &family, &(struct label){label, "observe"}, 1, !enforce);
}

static void write_standing(struct text *text, const struct ga_metrics *metrics)
{
	static const struct family family = {
	    "standing_drops", GAUGE, "",
	    "Drops that stand now, by action and family of addresses."};
	static const char *const actions[] = {
	    [GA_METRICS_DROP] = "drop", [GA_METRICS_POLICE] = "police"};
	static const char *const families[] = {
	    [GA_METRICS_IPV4] = "ipv4", [GA_METRICS_IPV6] = "ipv6"};

	begin(text, &family);
	for (int i = 0; i < GA_METRICS_ACTIONS; i++) {
		for (int j = 0; j < GA_METRICS_FAMILIES; j++) {
			const struct label labels[] = {{"action", actions[i]},
						       {"family", families[j]}};

			sample(text, &family, labels, 2, metrics->standing[i][j]);
		}
	}
}

static void write_daemon(struct text *text, const struct ga_metrics *metrics)
{
	static const struct family build = {"build", INFO, "", "Version of the daemon."};
	const struct {
		struct family family;
		uint64_t value;
	} gauges[] = {
	    {{"start_time", GAUGE, "seconds",
	      "When the daemon was started, in seconds since 1970."},
	     (uint64_t)metrics->start_s},
	    {{"clients", GAUGE, "", "Clients of the control socket, this one among them."},
	     metrics->clients},
	    {{"room_used", GAUGE, "", "Drops that the table holds, as the daemon keeps count."},
	     metrics->room_used},
	    {{"room_size", GAUGE, "", "Drops that the table has room for (setting drops)."},
	     metrics->room_size},
	    {{"room_share", GAUGE, "", "Drops that one source has room for (setting share)."},
	     metrics->room_share},
	};

	begin(text, &build);
	sample(text, &build, &(struct label){"version", metrics->version}, 1, 1);
	write_mode(text, metrics->enforce);
	for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++)
		one(text, &gauges[i].family, gauges[i].value);
	write_standing(text, metrics);
}

/* Counters of their own: each of the kernel's is two, packets and bytes. */
static void write_named(struct text *text, const struct ga_metrics_count *count)
{
	char help[GA_METRICS_HELP_MAX + 16];
	struct family family = {count->name, COUNTER, "", count->help};

	if (count->kind != GA_COUNTER_KERNEL) {
		one(text, &family, count->count);
		return;
	}
	family.unit = "packets";
	one(text, &family, count->count);
	(void)snprintf(help, sizeof(help), "Octets of: %s", count->help);
	family.unit = "bytes";
	family.help = help;
	one(text, &family, count->bytes);
}

/* Counters of one kind that are labels of one family. */
static void write_labelled(struct text *text, const struct ga_metrics *metrics,
			   enum ga_counter_kind kind, const struct family *family,
			   const char *label)
{
	bool begun = false;

	for (size_t i = 0; i < metrics->count; i++) {
		const struct ga_metrics_count *count = &metrics->counts[i];

		if (count->kind != kind)
			continue;
		if (!begun)
			begin(text, family);
		begun = true;
		sample(text, family, &(struct label){label, count->name}, 1, count->count);
	}
}

static bool names(enum ga_counter_kind kind)
{
	return kind == GA_COUNTER_KERNEL || kind == GA_COUNTER_DAEMON;
}

static void write_counts(struct text *text, const struct ga_metrics *metrics)
{
	static const struct {
		enum ga_counter_kind kind;
		struct family family;
		const char *label;
	} labelled[] = {
	    {GA_COUNTER_REASON,
	     {"rejected", COUNTER, "",
	      "Packets handed to the daemon that led to nothing, by reason."},
	     "reason"},
	    {GA_COUNTER_OUTCOME,
	     {"orders", COUNTER, "", "Orders to the kernel, by what became of them."},
	     "outcome"},
	    {GA_COUNTER_RESULT,
	     {"results", COUNTER, "", "Answers to complainants by ICMP Go Away, by status."},
	     "status"},
	};

	for (size_t i = 0; i < sizeof(labelled) / sizeof(labelled[0]); i++)
		write_labelled(text, metrics, labelled[i].kind, &labelled[i].family,
			       labelled[i].label);
	for (size_t i = 0; i < metrics->count; i++) {
		if (names(metrics->counts[i].kind))
			write_named(text, &metrics->counts[i]);
	}
}

int ga_metrics_write(const struct ga_metrics *metrics, enum ga_metrics_format format, char *buf,
		     size_t size)
{
	static const struct family up = {
	    "up", GAUGE, "", "1 if the daemon answers on its control socket, 0 if not."};
	struct text text = {.buf = buf, .size = size, .format = format};

	one(&text, &up, metrics->up);
	if (metrics->up)
		write_daemon(&text, metrics);
	write_counts(&text, metrics);
	if (format == GA_METRICS_OPENMETRICS)
		put(&text, "# EOF\n");
	return text.used < size ? (int)text.used : -ENOBUFS;
}

const char *ga_metrics_type(enum ga_metrics_format format)
{
	return format == GA_METRICS_OPENMETRICS
		   ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
		   : "text/plain; version=0.0.4; charset=utf-8";
}

/* ---- counts ---- */

static bool is_name(enum ga_counter_kind kind, const char *name)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	size_t len = strlen(name);

	if (len == 0 || len >= GA_METRICS_NAME_MAX)
		return false;
	return !names(kind) || (strchr(first, name[0]) && strspn(name, rest) == len);
}

int ga_metrics_count(struct ga_metrics *metrics, enum ga_counter_kind kind, const char *name,
		     const char *help, uint64_t count, uint64_t bytes)
{
	if (!is_name(kind, name))
		return -EINVAL;
	for (size_t i = 0; i < metrics->count; i++) {
		if (metrics->counts[i].kind == kind && strcmp(metrics->counts[i].name, name) == 0)
			return -EEXIST;
	}
	if (metrics->count == GA_METRICS_COUNTS_MAX)
		return -ENOSPC;
	struct ga_metrics_count *added = &metrics->counts[metrics->count++];

	*added = (struct ga_metrics_count){.kind = kind, .count = count, .bytes = bytes};
	ga_utf8_clean(name, added->name, sizeof(added->name));
	ga_utf8_clean(help && *help ? help : "What this counts, only its daemon knows.",
		      added->help, sizeof(added->help));
	return 0;
}
