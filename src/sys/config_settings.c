/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config_settings.h"

#include <goaway/capture.h>
#include <goaway/text.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WEEK_S = 7 * 86400 };

struct setting {
	const char *name;
	/* Judge one value and store it in *field, or tell the fault. */
	void (*store)(struct ga_complaints *complaints, const struct setting *setting,
		      const struct ga_config_value *value, void *field);
	size_t offset;	/* of the field in struct ga_config */
	unsigned count; /* values it takes; 0: any number */
	uint32_t min;
	uint32_t max;
	const char *words[2]; /* a switch: its words for false and true */
};

/* ---- values ---- */

static void store_switch(struct ga_complaints *complaints, const struct setting *setting,
			 const struct ga_config_value *value, void *field)
{
	for (int i = 0; i < 2; i++) {
		if (strcmp(value->text, setting->words[i]) == 0) {
			*(bool *)field = i;
			return;
		}
	}
	ga_complain(complaints, value->line, setting->name,
		    "'%.64s' is not known; '%s' or '%s' would be right", value->text,
		    setting->words[0], setting->words[1]);
}

static bool read_number(struct ga_complaints *complaints, const struct setting *setting,
			const struct ga_config_value *value, uint32_t *ret)
{
	size_t digits = strspn(value->text, "0123456789");
	unsigned long long number = strtoull(value->text, NULL, 10);
	bool is_number = digits > 0 && value->text[digits] == '\0';

	if (is_number && digits < 12 && number >= setting->min && number <= setting->max) {
		*ret = (uint32_t)number;
		return true;
	}
	ga_complain(complaints, value->line, setting->name,
		    "'%.64s' is %s; a whole number from %u to %u would be right", value->text,
		    is_number ? "out of range" : "no number", setting->min, setting->max);
	return false;
}

static void store_number(struct ga_complaints *complaints, const struct setting *setting,
			 const struct ga_config_value *value, void *field)
{
	(void)read_number(complaints, setting, value, field);
}

static void store_number16(struct ga_complaints *complaints, const struct setting *setting,
			   const struct ga_config_value *value, void *field)
{
	uint32_t number;

	if (read_number(complaints, setting, value, &number))
		*(uint16_t *)field = (uint16_t)number;
}

static void store_duration(struct ga_complaints *complaints, const struct setting *setting,
			   const struct ga_config_value *value, void *field)
{
	char min[GA_DURATION_TEXT_MAX], max[GA_DURATION_TEXT_MAX];
	uint32_t seconds;
	int error = ga_duration_parse(value->text, &seconds);

	if (error == 0 && seconds >= setting->min && seconds <= setting->max) {
		*(uint32_t *)field = seconds;
		return;
	}
	ga_complain(
	    complaints, value->line, setting->name,
	    "'%.64s' is %s; %s to %s would be right, written as 90s, 1h30m or plain seconds",
	    value->text, error == -EINVAL ? "no duration" : "out of range",
	    ga_duration_format(setting->min, min, sizeof(min)),
	    ga_duration_format(setting->max, max, sizeof(max)));
}

static void store_uplink(struct ga_complaints *complaints, const struct setting *setting,
			 const struct ga_config_value *value, void *field)
{
	struct ga_config *config = field;
	size_t len = strlen(value->text);
	bool dots = strcmp(value->text, ".") == 0 || strcmp(value->text, "..") == 0;

	if (len == 0 || len >= GA_IFNAME_MAX || dots || strpbrk(value->text, "/: \t\n\v\f\r")) {
		ga_complain(
		    complaints, value->line, setting->name,
		    "'%.64s' can be no interface; 1 to %d characters without space, '/' or ':' "
		    "would be right, as in \"eth1\"",
		    value->text, GA_IFNAME_MAX - 1);
		return;
	}
	for (size_t i = 0; i < config->uplink_count; i++) {
		if (strcmp(config->uplinks[i], value->text) == 0) {
			ga_complain(complaints, value->line, setting->name,
				    "'%s' stands there twice; leave one out", value->text);
			return;
		}
	}
	if (config->uplink_count == GA_UPLINKS_MAX) {
		ga_complain(complaints, value->line, setting->name,
			    "'%s' is one too many; at most %d are right", value->text,
			    GA_UPLINKS_MAX);
		return;
	}
	memcpy(config->uplinks[config->uplink_count++], value->text, len + 1);
}

bool ga_config_prefix(struct ga_complaints *complaints, int line, const char *setting,
		      const char *value, struct ga_prefix *ret)
{
	char text[GA_ADDR_TEXT_MAX];
	struct ga_prefix whole;
	int error = ga_prefix_parse(value, ret);
	size_t len = strcspn(value, "/");

	if (error == 0)
		return true;
	if (error == -EDOM && len < sizeof(text)) {
		memcpy(text, value, len);
		text[len] = '\0';
		if (ga_addr_parse(text, &whole.addr) == 0) {
			whole.bits = (uint8_t)strtoul(value + len + 1, NULL, 10);
			whole.addr = ga_addr_mask(&whole.addr, whole.bits);
			ga_complain(complaints, line, setting,
				    "'%s' has bits set behind its length; %s would be right",
				    value, ga_prefix_format(&whole, text, sizeof(text)));
			return false;
		}
	}
	ga_complain(complaints, line, setting,
		    "'%.64s' is no prefix; an address, or one with a length, would be right, as in "
		    "\"192.0.2.0/24\" or \"2001:db8::/32\"",
		    value);
	return false;
}

bool ga_config_add_prefix(struct ga_complaints *complaints, int line, const char *setting,
			  const struct ga_prefix *prefix, struct ga_prefix_list *list)
{
	char text[GA_ADDR_TEXT_MAX], other[GA_ADDR_TEXT_MAX];

	ga_prefix_format(prefix, text, sizeof(text));
	/* The kernel's interval sets refuse prefixes that overlap. */
	for (size_t i = 0; i < list->count; i++) {
		const struct ga_prefix *old = &list->items[i];
		bool in_old = old->bits <= prefix->bits && ga_prefix_contains(old, &prefix->addr);
		bool in_new = prefix->bits <= old->bits && ga_prefix_contains(prefix, &old->addr);

		if (!in_old && !in_new)
			continue;
		ga_prefix_format(old, other, sizeof(other));
		ga_complain(complaints, line, setting, "%s and %s overlap; leave %s out", text,
			    other, in_old ? text : other);
		return false;
	}
	if (list->count == GA_EXEMPT_MAX) {
		ga_complain(complaints, line, setting,
			    "%s is one too many; at most %d are right", text, GA_EXEMPT_MAX);
		return false;
	}
	list->items[list->count++] = *prefix;
	return true;
}

static void store_prefix(struct ga_complaints *complaints, const struct setting *setting,
			 const struct ga_config_value *value, void *field)
{
	struct ga_prefix prefix;

	if (ga_config_prefix(complaints, value->line, setting->name, value->text, &prefix))
		(void)ga_config_add_prefix(complaints, value->line, setting->name, &prefix, field);
}

static void store_path(struct ga_complaints *complaints, const struct setting *setting,
		       const struct ga_config_value *value, void *field)
{
	size_t len = strlen(value->text);

	if (len >= GA_PATH_MAX || (len > 0 && value->text[0] != '/') ||
	    strcspn(value->text, "\n") != len) {
		ga_complain(complaints, value->line, setting->name,
			    "'%.64s' is no path; one that begins with '/', of at most %d "
			    "octets, or \"\" for none, would be right", value->text, GA_PATH_MAX - 1);
		return;
	}
	memcpy(field, value->text, len + 1);
}

static void store_group(struct ga_complaints *complaints, const struct setting *setting,
			const struct ga_config_value *value, void *field)
{
	size_t len = strlen(value->text);

	if (len >= GA_GROUP_MAX || strpbrk(value->text, ": \t\n/")) {
		ga_complain(complaints, value->line, setting->name,
			    "'%.64s' is no group; a name as in /etc/group, a number, or \"\" for none "
			    "would be right", value->text);
		return;
	}
	memcpy(field, value->text, len + 1);
}

/* ---- settings ---- */

#define FIELD(member) .offset = offsetof(struct ga_config, member), .count = 1
#define LIST(member) .offset = offsetof(struct ga_config, member)
#define STEPS(member)                                                                              \
	.offset = offsetof(struct ga_config, policy.police[0].member), .count = GA_POLICE_STEPS
#define WHOLE .offset = 0

static void store_table(struct ga_complaints *complaints, const struct setting *setting,
			const struct ga_config_value *value, void *field)
{
	size_t len = strlen(value->text);
	bool ours = strcmp(value->text, GA_TABLE_NAME) == 0;

	if (len >= GA_TABLE_NAME_MAX || strpbrk(value->text, " \t\n;{}\"") || ours) {
		ga_complain(complaints, value->line, setting->name,
			    "'%.64s' %s; the name of another program's inet table, as in \"fw4\", or "
			    "\"\" for none, would be right",
			    value->text, ours ? "is our own table" : "is no table");
		return;
	}
	memcpy(field, value->text, len + 1);
}

static const struct setting settings[] = {
    {"mode", store_switch, FIELD(policy.enforce), .words = {"observe", "enforce"}},
    {"uplinks", store_uplink, WHOLE},
    {"ingress_filter", store_switch, FIELD(ingress_filter), .words = {"false", "true"}},
    {"exempt_sources", store_prefix, LIST(policy.exempt_sources)},
    {"exempt_targets", store_prefix, LIST(policy.exempt_targets)},
    {"exempt_file", store_path, FIELD(exempt_file)},
    {"zero_nonce", store_switch, FIELD(policy.probe_zero), .words = {"ignore", "probe"}},
    {"answer_within", store_duration, FIELD(answer_within_s), .min = 1, .max = 10},
    {"queue", store_number16, FIELD(queue), .min = 0, .max = GA_QUEUE_LOCK - GA_HEARD_COUNT},
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
    {"goaway_class", store_number16, FIELD(class_num), .min = 1, .max = 255},
    {"goaway_rate", store_number, FIELD(complaint_rate), .min = 0, .max = 1000},
    {"goaway_rate_all", store_number, FIELD(complaints_in_all), .min = 1, .max = 100000},
    {"goaway_lifetime", store_duration, FIELD(policy.complaint_lifetime_s), .min = 1,
     .max = WEEK_S},
    {"goaway_lifetime_max", store_duration, FIELD(policy.complaint_lifetime_max_s), .min = 1,
     .max = WEEK_S},
    {"goaway_host", store_switch, FIELD(policy.grant_host), .words = {"false", "true"}},
    {"follow_table", store_table, FIELD(follow_table)},
    {"control", store_path, FIELD(control)},
    {"control_group", store_group, FIELD(control_group)},
    {"settle", store_duration, FIELD(policy.settle_s), .min = 1, .max = 3600},
};
_Static_assert(sizeof(settings) / sizeof(settings[0]) == GA_SETTING_COUNT, "all are named");

/* Octets between the fields of one setting with several values. */
enum { STEP_STRIDE = sizeof(struct ga_police_step) };

const char *ga_setting_name(size_t setting)
{
	return settings[setting].name;
}

/* The line of its last value; 0: it is not in the file. */
static int line_of(const struct ga_setting_values *values)
{
	return values->count ? values->value(values->context, values->count - 1)->line : 0;
}

static void judge(struct ga_complaints *complaints, const struct setting *setting,
		  const struct ga_setting_values *values, struct ga_config *config)
{
	char *field = (char *)config + setting->offset;

	if (values->count && setting->count && values->count != setting->count) {
		ga_complain(complaints, line_of(values), setting->name,
			    "has %zu value%s; %u would be right", values->count,
			    ga_plural(values->count), setting->count);
		return;
	}
	for (size_t i = 0; i < values->count; i++) {
		setting->store(complaints, setting, values->value(values->context, i), field);
		if (setting->count)
			field += STEP_STRIDE;
	}
}

/* A lifetime that grows with the offences starts below its greatest. */
static void judge_lifetimes(struct ga_complaints *complaints, const char *name, int line,
			    uint32_t first_s, uint32_t most_s)
{
	char shown[GA_DURATION_TEXT_MAX], most[GA_DURATION_TEXT_MAX];

	if (first_s <= most_s)
		return;
	ga_complain(complaints, line, name,
		    "%s is longer than %s_max; at most %s, or a longer %s_max, would be right",
		    ga_duration_format(first_s, shown, sizeof(shown)), name,
		    ga_duration_format(most_s, most, sizeof(most)), name);
}

void ga_settings_judge(struct ga_complaints *complaints,
		       const struct ga_setting_values values[GA_SETTING_COUNT],
		       struct ga_config *config)
{
	const struct ga_policy *policy = &config->policy;
	int share_line = 0, deny_line = 0, complaint_line = 0;

	for (size_t i = 0; i < GA_SETTING_COUNT; i++) {
		judge(complaints, &settings[i], &values[i], config);
		if (settings[i].offset == offsetof(struct ga_config, share))
			share_line = line_of(&values[i]);
		if (settings[i].offset == offsetof(struct ga_config, policy.deny_lifetime_s))
			deny_line = line_of(&values[i]);
		if (settings[i].offset == offsetof(struct ga_config, policy.complaint_lifetime_s))
			complaint_line = line_of(&values[i]);
	}
	if (config->share > config->drops)
		ga_complain(
		    complaints, share_line, "share",
		    "%u is more than all the room there is; at most drops = %u would be right",
		    config->share, config->drops);
	judge_lifetimes(complaints, "deny_lifetime", deny_line, policy->deny_lifetime_s,
			policy->deny_lifetime_max_s);
	judge_lifetimes(complaints, "goaway_lifetime", complaint_line,
			policy->complaint_lifetime_s, policy->complaint_lifetime_max_s);
}
