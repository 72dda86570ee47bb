/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text as goaway.conf: it is taken whole or not at all, and what is wrong with it is said, one
 * line each, with where.
 */
#include <goaway/config.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"

struct told {
	const char *path;
	unsigned lines;
};

static void complain(void *context, const char *line)
{
	struct told *told = context;

	told->lines++;
	law(strncmp(line, told->path, strlen(told->path)) == 0);
	law(strlen(line) < 1024);
}

static void prefixes_lawful(const struct ga_prefix_list *list)
{
	law(list->count <= GA_EXEMPT_MAX);
	for (size_t i = 0; i < list->count; i++) {
		const struct ga_prefix *a = &list->items[i];

		law(ga_prefix_contains(a, &a->addr) && a->bits <= 8 * ga_addr_len(&a->addr));
		/* The kernel's interval sets refuse what overlaps. */
		for (size_t j = 0; j < list->count; j++)
			law(i == j || !ga_prefix_contains(a, &list->items[j].addr));
	}
}

static void config_lawful(const struct ga_config *config)
{
	const struct ga_policy *policy = &config->policy;

	law(config->uplink_count <= GA_UPLINKS_MAX);
	for (size_t i = 0; i < config->uplink_count; i++)
		law(config->uplinks[i][0] && memchr(config->uplinks[i], '\0', GA_IFNAME_MAX));
	law(config->share <= config->drops && config->share >= 4 && config->requests >= 64);
	law(config->answer_within_s >= 1 && config->answer_within_s <= 10);
	law(config->class_num >= 1 && config->class_num <= 255);
	law(policy->deny_lifetime_s >= 1 && policy->deny_lifetime_s <= policy->deny_lifetime_max_s);
	law(policy->complaint_lifetime_s >= 1 &&
	    policy->complaint_lifetime_s <= policy->complaint_lifetime_max_s);
	law(policy->deny_lifetime_max_s <= 7 * 86400 &&
	    policy->complaint_lifetime_max_s <= 7 * 86400);
	for (unsigned i = 0; i < GA_POLICE_STEPS; i++)
		law(policy->police[i].lifetime_s >= 1 && policy->police[i].per_minute >= 1 &&
		    policy->police[i].burst >= 1);
	prefixes_lawful(&policy->exempt_sources);
	prefixes_lawful(&policy->exempt_targets);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static struct ga_config config, untouched;
	int fd = memfd_create("goaway.conf", MFD_CLOEXEC);
	char path[64];
	struct told told = {.path = path};
	int result;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, octets, len) != (ssize_t)len)
		abort();
	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(&config, &untouched, sizeof(config));
	/* not the exempt file that the text may name */
	result = ga_config_read_alone(path, true, complain, &told, &config);
	close(fd);
	law(result == 0 || result == -EINVAL);
	law((result == 0) == (told.lines == 0));
	if (result == 0)
		config_lawful(&config);
	else
		law(memcmp(&config, &untouched, sizeof(config)) == 0);
	return 0;
}
