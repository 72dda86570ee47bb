/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table as it stands beside the table as it would be made. What would be sent
 * is built and not sent; the rules of both are compared as the text that libnftnl
 * has for them, chain by chain.
 */
#include "nft_kernel.h"
#include "nft_sketch.h"

#include <errno.h>
#include <goaway/inspect.h>
#include <linux/netfilter/nf_tables.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct telling {
	void (*each)(void *context, const char *what);
	void *context;
	int count;
};

__attribute__((format(printf, 2, 3))) static void tell(struct telling *telling, const char *format,
						       ...)
{
	char what[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	telling->each(telling->context, what);
	telling->count++;
}

/* ---- one beside the other ---- */

static const struct ga_line *chain_in(const struct ga_sketch *sketch, const char *name)
{
	for (size_t i = 0; i < sketch->chain_count; i++)
		if (strcmp(sketch->chains[i].chain, name) == 0)
			return &sketch->chains[i];
	return NULL;
}

/* The next rule of the chain from `at` on; NULL: there are no more. */
static const struct ga_line *next_rule(const struct ga_sketch *sketch, const char *chain,
				       size_t *at)
{
	while (*at < sketch->rule_count) {
		const struct ga_line *line = &sketch->rules[(*at)++];

		if (strcmp(line->chain, chain) == 0)
			return line;
	}
	return NULL;
}

/* Told of a chain is the first rule in which it differs. */
static void compare_rules(struct telling *telling, const struct ga_sketch *standing,
			  const struct ga_sketch *wanted, const char *chain)
{
	size_t at = 0, wanted_at = 0;
	unsigned number = 1;

	for (;; number++) {
		const struct ga_line *has = next_rule(standing, chain, &at);
		const struct ga_line *wants = next_rule(wanted, chain, &wanted_at);

		if (!has && !wants)
			return;
		if (has && wants && strcmp(has->text, wants->text) == 0)
			continue;
		if (!has)
			tell(telling, "chain %s ends before its rule %u", chain, number);
		else
			tell(telling, "chain %s differs from its rule handle %llu on", chain,
			     (unsigned long long)has->handle);
		return;
	}
}

static void compare(struct telling *telling, const struct ga_sketch *standing,
		    const struct ga_sketch *wanted)
{
	for (size_t i = 0; i < wanted->chain_count; i++) {
		const struct ga_line *wants = &wanted->chains[i];
		const struct ga_line *has = chain_in(standing, wants->chain);

		if (!has)
			tell(telling, "chain %s is missing", wants->chain);
		else if (strcmp(has->text, wants->text) != 0)
			tell(telling, "chain %s has another hook, priority or policy",
			     wants->chain);
		else
			compare_rules(telling, standing, wanted, wants->chain);
	}
	for (size_t i = 0; i < standing->chain_count; i++)
		if (!chain_in(wanted, standing->chains[i].chain))
			tell(telling, "chain %s is none of ours", standing->chains[i].chain);
}

static void ignore(void *context, const char *what)
{
	(void)context;
	(void)what;
}

/* While a drop of another service stood there are more rules, which stay until the next setup; and the
 * chain ahead of connection tracking while much is dropped. */
static int compare_either(struct ga_table *table, struct telling *telling,
			  const struct ga_sketch *standing, const struct ga_table_config *config,
			  struct ga_kernel *kernel, const struct ga_devices *offload)
{
	struct telling quietly = {.each = ignore};
	struct ga_sketch *few = NULL, *all = NULL;
	int error;

	kernel->ahead = chain_in(standing, GA_CHAIN_AHEAD) != NULL;
	kernel->all_services = false;
	error = ga_sketch_wanted(&table->link, config, kernel, offload, &few);
	kernel->all_services = true;
	if (!error)
		error = ga_sketch_wanted(&table->link, config, kernel, offload, &all);
	if (!error) {
		compare(&quietly, standing, all);
		if (quietly.count)
			compare(telling, standing, few);
	}
	ga_sketch_free(few);
	ga_sketch_free(all);
	return error;
}

/* ---- sets ---- */

/* A set that is larger than it would be made may hold more than that. */
static int compare_set(struct ga_table *table, struct telling *telling, enum ga_set id,
		       uint8_t version, const struct ga_table_config *config, bool two_statements)
{
	struct nftnl_set *wanted = ga_set_build(id, version, config, two_statements);
	struct nftnl_set *standing = NULL;
	char name[GA_SET_NAME_MAX];
	int error =
	    wanted ? ga_set_find(&table->link, ga_set_name(id, version, name), &standing) : -ENOMEM;

	if (!error && standing && ga_set_kinds[id].keeps &&
	    nftnl_set_get_u32(standing, NFTNL_SET_DESC_SIZE) >
		nftnl_set_get_u32(wanted, NFTNL_SET_DESC_SIZE))
		nftnl_set_set_u32(wanted, NFTNL_SET_DESC_SIZE,
				  nftnl_set_get_u32(standing, NFTNL_SET_DESC_SIZE));
	if (!error && !standing)
		tell(telling, "set %s is missing", name);
	else if (!error && !ga_set_same(standing, wanted))
		tell(telling, "set %s has another size or type", name);
	if (standing)
		nftnl_set_free(standing);
	if (wanted)
		nftnl_set_free(wanted);
	return error;
}

static int compare_sets(struct ga_table *table, struct telling *telling,
			const struct ga_table_config *config, bool two_statements)
{
	int error = 0;

	for (int set = 0; !error && set < GA_SET_COUNT; set++) {
		error = compare_set(table, telling, set, 4, config, two_statements);
		if (!error && ga_set_kinds[set].both_versions)
			error = compare_set(table, telling, set, 6, config, two_statements);
	}
	return error;
}

struct uplinks {
	const char (*names)[GA_IFNAME_MAX];
	size_t count;
	size_t found, others;
};

static int uplink_seen(void *context, const struct ga_element_seen *seen)
{
	struct uplinks *uplinks = context;

	for (size_t i = 0; i < uplinks->count; i++)
		if (seen->key_len == GA_IFNAME_MAX &&
		    strncmp((const char *)seen->key, uplinks->names[i], GA_IFNAME_MAX) == 0) {
			uplinks->found++;
			return 0;
		}
	uplinks->others++;
	return 0;
}

static int uplinks_message(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	(void)request;
	return ga_elements_read(reply, uplink_seen, context);
}

static int compare_uplinks(struct ga_table *table, struct telling *telling, struct uplinks *uplinks)
{
	int error = ga_elements_dump(&table->link, GA_SET_UPLINKS, 0, uplinks_message, uplinks);

	if (!error && (uplinks->found < uplinks->count || uplinks->others))
		tell(telling, "set uplinks has %zu of %zu uplinks, and %zu others", uplinks->found,
		     uplinks->count, uplinks->others);
	return error;
}

/* As ga_kernel_probe finds it, but that no helper is registered. */
static int probe(struct ga_table *table, const struct ga_table_config *config,
		 struct ga_kernel *ret_kernel, struct ga_devices *ret_offload)
{
	static const struct ga_helper helper; /* any */
	struct ga_offload seen = {.devices = 0};
	int error = ga_table_offload(table, &seen);

	if (!error)
		error = ga_flowtables(&table->link, ret_offload);
	*ret_kernel = (struct ga_kernel){
	    .native_queue = ga_trial(&table->link, config, GA_FEATURE_QUEUE) == 0,
	    .two_statements = ga_trial(&table->link, config, GA_FEATURE_STATEMENTS) == 0,
	    .helper = (seen.kept4 || seen.kept6) && seen.devices ? &helper : NULL,
	};
	return error;
}

int ga_table_drift(struct ga_table *table, const struct ga_table_config *config,
		   const char (*names)[GA_IFNAME_MAX], size_t uplink_count,
		   void (*each)(void *context, const char *what), void *context)
{
	struct uplinks uplinks = {.names = names, .count = uplink_count};
	struct telling telling = {each, context, 0};
	struct ga_sketch *standing = NULL;
	struct ga_devices offload;
	struct ga_kernel kernel;
	int error = probe(table, config, &kernel, &offload);

	if (!error)
		error = ga_sketch_standing(&table->link, &standing);
	if (!error && !standing->chain_count && !standing->rule_count)
		error = -ENOENT;
	if (!error)
		error = compare_either(table, &telling, standing, config, &kernel, &offload);
	if (!error)
		error = compare_sets(table, &telling, config, kernel.two_statements);
	if (!error)
		error = compare_uplinks(table, &telling, &uplinks);
	ga_sketch_free(standing);
	return error ? ga_link_fail(&table->link, error, "cannot compare the table")
		     : telling.count;
}
