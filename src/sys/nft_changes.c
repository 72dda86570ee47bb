/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What others do to drops and policings. The kernel tells of each element, and at
 * the end of a transaction of the generation that it made, and who made it; only
 * then is anything handed on. Neither expiry nor what the packet path adds is told.
 */
#include "nft_table.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

/* The text of an attribute; "" if it has none. */
static const char *text_of(const struct nlmsghdr *message, uint16_t type)
{
	const struct nlattr *attr = ga_link_attr(message, type);

	return attr && mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) == 0 ? mnl_attr_get_str(attr) : "";
}

/* The elements of which of our sets it is about; false if of none where drops stand. */
static bool find_set(const struct nlmsghdr *message, enum ga_set *ret_set, uint8_t *ret_version)
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);

	if (header->nfgen_family != NFPROTO_INET ||
	    strcmp(text_of(message, NFTA_SET_ELEM_LIST_TABLE), GA_TABLE_NAME) != 0 ||
	    !ga_set_by_name(text_of(message, NFTA_SET_ELEM_LIST_SET), ret_set, ret_version))
		return false;
	return *ret_set == GA_SET_DROP_HOST || *ret_set == GA_SET_DROP_SERVICE ||
	       *ret_set == GA_SET_DROP_PROTOCOL || *ret_set == GA_SET_POLICE;
}

struct element {
	struct ga_changes *changes;
	enum ga_set set;
	uint8_t version;
	bool lifted;
};

static int hear_element(void *context, const struct ga_element_seen *seen)
{
	const struct element *element = context;
	struct ga_changes *changes = element->changes;
	struct ga_change change = {.lifted = element->lifted};

	if (!ga_standing_seen(element->set, element->version, seen, &change.standing))
		return 0;
	if (changes->count == GA_CHANGES_MAX)
		changes->too_many = true;
	else
		changes->pending[changes->count++] = change;
	return 0;
}

static void hear_elements(struct ga_changes *changes, const struct nlmsghdr *message, bool lifted)
{
	struct element element = {.changes = changes, .lifted = lifted};

	if (find_set(message, &element.set, &element.version) &&
	    ga_elements_read(message, hear_element, &element) < 0)
		changes->too_many = true;
}

/* A chain, rule, set or object of our table, or that itself: of all of these the first attribute is the
 * table's name. */
static bool is_of_ours(const struct nlmsghdr *message)
{
	_Static_assert(NFTA_TABLE_NAME == 1 && NFTA_CHAIN_TABLE == 1 && NFTA_RULE_TABLE == 1 &&
			       NFTA_SET_TABLE == 1 && NFTA_OBJ_TABLE == 1,
		       "one place for all");

	return !strcmp(text_of(message, NFTA_TABLE_NAME), GA_TABLE_NAME);
}

/* Sets of what stands went, alone or with the table. Others of their name may be there by now: a saved
 * ruleset is loaded in one transaction. */
static bool takes_sets(const struct nlmsghdr *message)
{
	unsigned type = NFNL_MSG_TYPE(message->nlmsg_type);
	uint8_t version;
	enum ga_set set;

	return type == NFT_MSG_DELTABLE ||
	       (type == NFT_MSG_DELSET &&
		ga_set_by_name(text_of(message, NFTA_SET_NAME), &set, &version) &&
		ga_set_kinds[set].keeps);
}

/* Its transaction is whole: hand on what it changed. */
static void hear_generation(struct ga_changes *changes, const struct nlmsghdr *message,
			    ga_table_change each, void *context, struct ga_watched *watched)
{
	const struct nlattr *pid = ga_link_attr(message, NFTA_GEN_PROC_PID);
	const char *name = text_of(message, NFTA_GEN_PROC_NAME);

	if (!changes->count && !changes->too_many && !changes->rules)
		return;
	if (*name && pid && mnl_attr_validate(pid, MNL_TYPE_U32) == 0)
		snprintf(watched->by, sizeof(watched->by), "%.15s[%u]", name,
			 ntohl(mnl_attr_get_u32(pid)));
	watched->lost |= changes->too_many;
	watched->rules |= changes->rules;
	watched->ours |= changes->ours;
	for (size_t i = 0; i < changes->count && !changes->too_many; i++) {
		memcpy(changes->pending[i].by, watched->by, sizeof(watched->by));
		each(context, &changes->pending[i]);
	}
	ga_changes_forget(changes);
}

void ga_changes_hear(struct ga_changes *changes, const struct nlmsghdr *message,
		     ga_table_change each, void *context, struct ga_watched *watched)
{
	if (NFNL_SUBSYS_ID(message->nlmsg_type) != NFNL_SUBSYS_NFTABLES ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(struct nfgenmsg))
		return;
	switch (NFNL_MSG_TYPE(message->nlmsg_type)) {
	case NFT_MSG_NEWSETELEM:
		hear_elements(changes, message, false);
		break;
	case NFT_MSG_DELSETELEM:
		hear_elements(changes, message, true);
		break;
	case NFT_MSG_NEWGEN:
		hear_generation(changes, message, each, context, watched);
		break;
	default:
		/* Devices that come and go take chains and flowtables along without a transaction. */
		changes->rules = true;
		if (is_of_ours(message)) {
			changes->ours = true;
			changes->gone |= takes_sets(message);
		}
		if (!message->nlmsg_pid) {
			watched->rules = true;
			watched->ours |= changes->ours;
			ga_changes_forget(changes);
		}
	}
}

void ga_changes_forget(struct ga_changes *changes)
{
	changes->count = 0;
	changes->rules = changes->ours = changes->too_many = false;
}
