/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked of nf_tables, and the laws of what is made of the answers. Of kernel.c.
 */
#ifndef GOAWAY_TESTS_FUZZ_QUESTIONS_H
#define GOAWAY_TESTS_FUZZ_QUESTIONS_H

#include <goaway/inspect.h>

#include "forge.h"
#include "world.h"

#include "nft_table.h"

enum { QUESTIONS_MAX = 3 };

static int element_each(void *context, const struct ga_element_seen *seen)
{
	struct ga_service service;

	(void)context;
	law(seen->key && memchr(seen->comment, '\0', sizeof(seen->comment)));
	for (int set = 0; set < GA_SET_COUNT; set++)
		for (uint8_t version = 4; version <= 6; version += 2)
			if (ga_key_read_service(set, version, seen->key, seen->key_len, &service))
				law(service.source.version == version &&
				    service.target.version == version);
	return 0;
}

/* In a block of just its size. */
static void elements(void)
{
	uint8_t octets[ROOM] __attribute__((aligned(8)));
	size_t kind = kind_of_reply(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETSETELEM);
	const struct nlmsghdr *m = forge(&kernel.input, kind, 1, octets);
	struct ga_frame block = frame_copy(octets, m->nlmsg_len);

	ga_elements_read((const void *)block.octets, element_each, NULL);
	frame_free(&block);
}

static int standing_each(void *context, const struct ga_standing *standing)
{
	(void)context;
	law(standing->action == GA_ACTION_DROP || standing->action == GA_ACTION_POLICE);
	law(standing->service.source.version == standing->service.target.version);
	law(memchr(standing->why, '\0', sizeof(standing->why)));
	return 0;
}

static void change_each(void *context, const struct ga_change *change)
{
	law(standing_each(context, &change->standing) == 0);
	law(memchr(change->by, '\0', sizeof(change->by)));
}

static int counter_each(void *context, const char *name, uint64_t packets, uint64_t bytes)
{
	(void)context;
	(void)packets;
	(void)bytes;
	law(strlen(name) < 256);
	return 0;
}

struct question {
	struct ga_table *table;
	struct ga_flow flow;
	struct ga_service service;
};

static void list(const struct question *q)
{
	ga_table_list(q->table, standing_each, NULL);
}

static void count(const struct question *q)
{
	uint32_t number, size;

	ga_table_counters(q->table, counter_each, NULL);
	ga_table_set_room(q->table, "drop_service4", &number, &size);
}

static void recall(const struct question *q)
{
	struct ga_sighting answer = {.kind = GA_SIGHTING_NTP_ANSWER, .flow = q->flow};
	bool open;
	struct ga_record record;

	ga_table_foresee(q->table, &answer);
	ga_table_recall(q->table, &answer, &open, &record);
	ga_table_recall_record(q->table, &q->service, &record);
}

static void release(const struct question *q)
{
	struct ga_message message = {.quote.flow = q->flow};
	struct ga_service service = q->service;
	uint32_t lifetime_s;
	unsigned acks;

	if (ga_table_granted(q->table, &message, &service, &lifetime_s) < 0)
		service = q->service;
	law(service.source.version == service.target.version);
	acks = kernel.acks;
	law(ga_table_release(q->table, &message, &service, true) != 0 || kernel.acks > acks);
}

static void look(const struct question *q)
{
	struct ga_standing standings[2] = {
	    {.action = GA_ACTION_DROP, .service = q->service},
	    {.action = GA_ACTION_POLICE, .service = q->service},
	};

	if (ga_table_look(q->table, standings, 2) == 0)
		for (int i = 0; i < 2; i++)
			law(memchr(standings[i].why, '\0', sizeof(standings[i].why)));
}

static void install(const struct question *q, enum ga_proof proof)
{
	struct ga_order order = {
	    .action = proof == GA_PROOF_REQUEST ? GA_ACTION_POLICE : GA_ACTION_DROP,
	    .service = q->service,
	    .proof = proof,
	    .complaint = {.quote.flow = q->flow},
	    .lifetime_s = 60,
	    .per_minute = 4,
	    .burst = 8,
	    .record_lifetime_s = 240,
	    .why = "fuzz",
	};
	struct ga_done done;
	unsigned acks = kernel.acks;

	ga_table_install(q->table, &order, 1, &done);
	/* Nothing is told to stand that the kernel did not say yes to. */
	law(done.outcome < GA_OUTCOME_COUNT &&
	    (done.outcome != GA_OUTCOME_INSTALLED || kernel.acks > acks));
	law((done.outcome == GA_OUTCOME_FAILED) == (done.error != 0));
}

static void install_request(const struct question *q)
{
	install(q, GA_PROOF_REQUEST);
}

static void install_complaint(const struct question *q)
{
	install(q, GA_PROOF_COMPLAINT);
}

static void install_by_hand(const struct question *q)
{
	install(q, GA_PROOF_OPERATOR);
}

static void lift(const struct question *q)
{
	unsigned acks = kernel.acks;

	law(ga_table_lift(q->table, GA_ACTION_DROP, &q->service) != 0 || kernel.acks > acks);
}

static void devices(const struct question *q)
{
	struct ga_devices found = {.count = 0};

	ga_flowtables(&q->table->link, &found);
	law(found.count <= GA_DEVICES_MAX);
	for (uint32_t i = 0; i < found.count; i++)
		law(memchr(found.names[i], '\0', GA_IFNAME_MAX) &&
		    (i == 0 || strcmp(found.names[i - 1], found.names[i]) <= 0));
}

static void set_up(const struct question *q)
{
	static const char names[2][GA_IFNAME_MAX] = {"wan0", "wan1"};
	struct ga_prefix_list exempt = {
	    .count = 2,
	    .items = {{q->service.source, 20}, {q->service.target, 32}},
	};
	struct ga_table_config wanted = q->table->config;

	wanted.exempt_sources = wanted.exempt_targets = &exempt;
	if (ga_table_setup(q->table, &wanted) == 0)
		law(kernel.acks > 0);
	ga_table_set_uplinks(q->table, names, 2);
}

static void watch(const struct question *q)
{
	static const uint16_t heard[] = {
	    NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSETELEM,
	    NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELSETELEM,
	    NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN,
	    NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE,
	    NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE,
	    NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWFLOWTABLE,
	};
	struct ga_watched watched;

	say(1, heard, COUNT(heard));
	if (!ga_table_watch(q->table, change_each, NULL, &watched))
		law(memchr(watched.by, '\0', sizeof(watched.by)));
}

static bool is_needed(void *context, const struct ga_service *pair)
{
	(void)context;
	law(pair->source.version == pair->target.version);
	return pair->source.octets[3] & 1;
}

static void forget(const struct question *q)
{
	ga_table_forget_pair(q->table, &q->service);
	ga_table_forget_pairs(q->table, is_needed, NULL);
}

static void restore(const struct question *q)
{
	struct ga_standing standings[3] = {
	    {GA_ACTION_DROP, q->service, .lifetime_ms = 9000, .left_ms = 8000, .why = "fuzz"},
	    {GA_ACTION_DROP, q->service, .why = ""},
	    {GA_ACTION_POLICE, q->service, .left_ms = 1, .per_minute = 4, .burst = 8},
	};
	struct ga_offence offence = {.service = q->service, .record = {.left_s = 60, .age_s = 4}};
	unsigned acks = kernel.acks;
	bool again;

	standings[1].service.port++;
	law(ga_table_restore(q->table, standings, 3, &again) <= 3);
	law(ga_table_restore_offences(q->table, &offence, 1, &again) <= (kernel.acks > acks));
}

static void probe(const struct question *q)
{
	unsigned acks = kernel.acks;

	/* Milliseconds, or an errno. */
	law(ga_table_quiet_in(q->table, &q->flow) > -4096);
	law(ga_table_overlooked(q->table, &q->flow) <= 1);
	law(ga_table_mark_probe(q->table, &q->flow) != 0 || kernel.acks > acks);
}

static int record_each(void *context, const struct ga_service *service,
		       const struct ga_record *record)
{
	(void)context;
	(void)record;
	law(service->source.version == service->target.version);
	return 0;
}

static int asked_each(void *context, const struct ga_asked *asked)
{
	(void)context;
	law(asked->flow.source.version == asked->flow.target.version);
	return 0;
}

static int grant_each(void *context, const struct ga_grant *grant)
{
	(void)context;
	law(grant->service.source.version == grant->service.target.version);
	return 0;
}

static int exempt_each(void *context, const struct ga_exempt_range *range)
{
	(void)context;
	law(range->first.version == range->last.version);
	return 0;
}

static void inspect(const struct question *q)
{
	uint32_t left_s;

	ga_table_records(q->table, record_each, NULL);
	ga_table_requests(q->table, asked_each, NULL);
	ga_table_grants(q->table, grant_each, NULL);
	ga_table_exempt(q->table, exempt_each, NULL);
	ga_table_guessed(q->table, &q->service.source, &q->service.target, &left_s);
	ga_table_other(q->table, "filter");
}

static void flows(const struct question *q)
{
	ga_flows_forget(&q->table->link);
}

static void try_features(const struct question *q)
{
	enum ga_feature feature = input_octet(&kernel.input) % GA_FEATURE_COUNT;

	law(ga_table_try(q->table, &q->table->config, feature) <= 0);
}

static void drift_each(void *context, const char *what)
{
	(void)context;
	law(*what && strlen(what) < 1024);
}

static void drift(const struct question *q)
{
	static const char names[2][GA_IFNAME_MAX] = {"eth0", "lo"};

	ga_table_drift(q->table, &q->table->config, names, 2, drift_each, NULL);
}

static void take_away(const struct question *q)
{
	unsigned acks = kernel.acks;

	law(ga_table_remove(q->table) != 0 || kernel.acks > acks);
}

static void ask(struct ga_table *table, uint8_t what)
{
	static void (*const questions[])(const struct question *) = {
	    list,
	    count,
	    recall,
	    release,
	    look,
	    install_request,
	    install_complaint,
	    install_by_hand,
	    lift,
	    devices,
	    set_up,
	    watch,
	    forget,
	    restore,
	    probe,
	    inspect,
	    flows,
	    try_features,
	    take_away,
	    watch,
	    drift,
	};
	struct ga_flow flow = world_flow(what, GA_PROTOCOL_UDP, GA_PORT_NTP);
	struct question question = {
	    .table = table,
	    .flow = flow,
	    .service = {flow.source, flow.target, flow.protocol, flow.target_port},
	};

	questions[input_octet(&kernel.input) % COUNT(questions)](&question);
	law(memchr(table->link.error, '\0', sizeof(table->link.error)));
}

static void tables(void)
{
	uint8_t what = input_octet(&kernel.input);
	struct ga_config config = ga_config_default();
	struct ga_table *table;

	kernel.obliging = what & 0x80;
	law(ga_table_open(&table) == 0);
	table->config = ga_config_table(&config);
	/* Else each installation would be a setup first. */
	table->kernel.all_services = !(what & 0x40);
	table->kernel.two_statements = what & 0x20;
	/* One leads to the other. */
	for (unsigned i = 0; i < QUESTIONS_MAX && (i == 0 || kernel.input.left > 0); i++)
		ask(table, what);
	ga_table_close(table);
}

#endif
