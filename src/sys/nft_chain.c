/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chains and counters that the rules of nft_chains.c are in. */
#include "nft_rules.h"

#include <libnftnl/chain.h>
#include <libnftnl/object.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>
#include <string.h>

/* After NF_IP_PRI_NAT_DST, where conntrack turns addresses back. */
enum { AFTER_NAT = NF_IP_PRI_NAT_DST + 10 };
/* After NF_IP_PRI_RAW, ahead of NF_IP_PRI_CONNTRACK: fragments are put together already. */
enum { BEFORE_CONNTRACK = NF_IP_PRI_RAW + 10 };
/* Firewalls put theirs at 0. */
enum { BEFORE_FLOWTABLE = -10 };

static const struct {
	const char *name;
	int hook, priority;
} bases[] = {
	{GA_CHAIN_AHEAD, NF_INET_PRE_ROUTING, BEFORE_CONNTRACK},
	{"passing", NF_INET_PRE_ROUTING, AFTER_NAT},
	{"offloaded", NF_INET_INGRESS, BEFORE_FLOWTABLE},
	{"leaving", NF_INET_LOCAL_OUT, AFTER_NAT},
};

static bool has_devices(const struct nftnl_chain *chain, const struct ga_devices *devices)
{
	const char *const *names = nftnl_chain_get(chain, NFTNL_CHAIN_DEVICES);
	uint32_t count = 0, at;

	for (; names && names[count]; count++) {
		for (at = 0; at < devices->count && strcmp(names[count], devices->names[at]); at++)
			;
		if (at == devices->count)
			return false;
	}
	return count == devices->count;
}

/* Whether the base chain is one of those to be. */
static bool is_wanted(size_t base, const struct ga_kernel *kernel, const struct ga_devices *offload)
{
	if (bases[base].hook == NF_INET_INGRESS)
		return offload->count;
	return kernel->ahead || bases[base].priority != BEFORE_CONNTRACK;
}

bool ga_chain_stays(const struct nftnl_chain *chain, const struct ga_kernel *kernel,
		    const struct ga_devices *offload)
{
	const struct ga_devices none = {.count = 0};
	const char *name = nftnl_chain_get_str(chain, NFTNL_CHAIN_NAME);
	const char *type = nftnl_chain_get_str(chain, NFTNL_CHAIN_TYPE);

	for (size_t i = 0; type && i < sizeof(bases) / sizeof(bases[0]); i++) {
		bool ingress = bases[i].hook == NF_INET_INGRESS;

		if (strcmp(name, bases[i].name) == 0)
			return strcmp(type, "filter") == 0 && is_wanted(i, kernel, offload) &&
			       nftnl_chain_get_u32(chain, NFTNL_CHAIN_HOOKNUM) == (uint32_t)bases[i].hook &&
			       nftnl_chain_get_s32(chain, NFTNL_CHAIN_PRIO) == bases[i].priority &&
			       has_devices(chain, ingress ? offload : &none);
	}
	return false;
}

void ga_chain_add(struct ga_batch *batch, const char *name, int hook, int priority,
		  const struct ga_devices *devices)
{
	const char *names[GA_DEVICES_MAX + 1] = {NULL};
	struct nftnl_chain *chain = nftnl_chain_alloc();
	struct nlmsghdr *message;

	if (!chain) {
		batch->failed = true;
		return;
	}
	nftnl_chain_set_str(chain, NFTNL_CHAIN_TABLE, batch->table);
	nftnl_chain_set_str(chain, NFTNL_CHAIN_NAME, name);
	if (hook >= 0) {
		nftnl_chain_set_str(chain, NFTNL_CHAIN_TYPE, "filter");
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_HOOKNUM, (uint32_t)hook);
		nftnl_chain_set_s32(chain, NFTNL_CHAIN_PRIO, priority);
		nftnl_chain_set_u32(chain, NFTNL_CHAIN_POLICY, NF_ACCEPT);
	}
	if (devices) {
		for (uint32_t i = 0; i < devices->count; i++)
			names[i] = devices->names[i];
		nftnl_chain_set_array(chain, NFTNL_CHAIN_DEVICES, names);
	}
	message = ga_batch_message(batch, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	if (message) {
		nftnl_chain_nlmsg_build_payload(message, chain);
		ga_batch_added(batch, message);
	}
	nftnl_chain_free(chain);
}

void ga_chain_delete(struct ga_batch *batch, const char *name)
{
	struct nlmsghdr *message = ga_batch_message(batch, NFT_MSG_DELCHAIN, 0);

	if (!message)
		return;
	mnl_attr_put_strz(message, NFTA_CHAIN_TABLE, batch->table);
	mnl_attr_put_strz(message, NFTA_CHAIN_NAME, name);
	ga_batch_added(batch, message);
}

void ga_chains_add_chains(struct ga_batch *batch, const struct ga_kernel *kernel,
			  const struct ga_devices *offload)
{
	static const char *const of_version[] = {
		"enforce", "dropped", "policed", "inside", "bridged", "spoofed", "admit",
		"admit_own", "remember", "remember_more", "remember_own", "used_again",
		"used_again_own", "crowded", "overlook", "open", "hear", "unmatched", "guess", "guessed",
		"uncounted", "matched", "answered", "probed", "handup", "heard", "heard_again",
		"limit", "complaint", "returning", "complained", "go_away", "go_away_new",
		"go_away_all", "release", "confirm", "confirm_new", "confirm_all",
	};
	struct rules rules = {.batch = batch};

	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		if (is_wanted(i, kernel, offload))
			ga_chain_add(batch, bases[i].name, bases[i].hook, bases[i].priority,
				     bases[i].hook == NF_INET_INGRESS ? offload : NULL);
	ga_chain_add(batch, "datagram", -1, 0, NULL);
	ga_chain_add(batch, "request", -1, 0, NULL);
	ga_chain_add(batch, "request_own", -1, 0, NULL);
	ga_chain_add(batch, "answer", -1, 0, NULL);
	for (rules.version = 4; rules.version <= 6; rules.version += 2)
		for (size_t i = 0; i < sizeof(of_version) / sizeof(of_version[0]); i++)
			ga_chain_add(batch, chain_of(&rules, of_version[i]).text, -1, 0, NULL);
}

struct nftnl_obj *ga_object_new(struct ga_batch *batch, const char *name, uint32_t type)
{
	struct nftnl_obj *object = nftnl_obj_alloc();

	if (!object) {
		batch->failed = true;
		return NULL;
	}
	nftnl_obj_set_str(object, NFTNL_OBJ_TABLE, batch->table);
	nftnl_obj_set_str(object, NFTNL_OBJ_NAME, name);
	nftnl_obj_set_u32(object, NFTNL_OBJ_TYPE, type);
	return object;
}

void ga_object_add(struct ga_batch *batch, struct nftnl_obj *object)
{
	struct nlmsghdr *message = object ? ga_batch_message(batch, NFT_MSG_NEWOBJ, NLM_F_CREATE) : NULL;

	if (message) {
		nftnl_obj_nlmsg_build_payload(message, object);
		ga_batch_added(batch, message);
	}
	if (object)
		nftnl_obj_free(object);
}

void ga_chains_add_counters(struct ga_batch *batch)
{
	static const char *const names[] = {
		"request_remembered", "request_malformed", "request_spoofed", "request_limited",
		"request_no_room", "answer_malformed", "answer_from_inside", "answer_time",
		"kiss_unmatched", "kiss_guessed", "kiss_without_nonce", "kiss_informational",
		"kiss_repeated", "kiss_heard", "probe_answered", "complaint_unrelated",
		"complaint_from_inside", "complaint_limited", "complaint_malformed",
		"complaint_heard", "confirm_other_edge", "confirm_heard", "confirm_limited",
		"release_heard", "release_unknown", "dropped", "policed", "exempt",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ga_object_add(batch, ga_object_new(batch, names[i], NFT_OBJECT_COUNTER));
}
