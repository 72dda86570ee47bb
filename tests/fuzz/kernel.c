/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Forged netlink messages to all that reads them. The input: which adapter, then the messages
 * (forge.h).
 */
#include <goaway/capture.h>
#include <goaway/nflog.h>
#include <goaway/uplinks.h>

#include <arpa/inet.h>
#include <unistd.h>

#include "forge.h"
#include "world.h"

#include "nft_table.h"

/* ---- nf_tables ---- */

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

static void install(struct ga_table *table, enum ga_proof proof)
{
	struct ga_flow flow = world_flow(1, GA_PROTOCOL_UDP, GA_PORT_NTP);
	struct ga_order order = {
	    .action = proof == GA_PROOF_REQUEST ? GA_ACTION_POLICE : GA_ACTION_DROP,
	    .service = {flow.source, flow.target, flow.protocol, flow.target_port},
	    .proof = proof,
	    .complaint = {.quote.flow = flow},
	    .lifetime_s = 60,
	    .per_minute = 4,
	    .burst = 8,
	    .record_lifetime_s = 240,
	    .why = "fuzz",
	};
	int error = 0;
	enum ga_outcome outcome = ga_table_install(table, &order, &error);

	/* Nothing is told to stand that the kernel did not say yes to. */
	law(outcome < GA_OUTCOME_COUNT && (outcome != GA_OUTCOME_INSTALLED || kernel.acks > 0));
	law((outcome == GA_OUTCOME_FAILED) == (error != 0));
}

static void set_up(struct ga_table *table)
{
	static const char names[2][GA_IFNAME_MAX] = {"wan0", "wan1"};
	struct ga_table_config wanted = table->config;

	if (ga_table_setup(table, &wanted) == 0)
		law(kernel.acks > 0);
	ga_table_set_uplinks(table, names, 2);
}

static void ask(struct ga_table *table, uint8_t what)
{
	struct ga_flow flow = world_flow(what, GA_PROTOCOL_UDP, GA_PORT_NTP);
	struct ga_service service = {flow.source, flow.target, flow.protocol, flow.target_port};
	struct ga_sighting answer = {.kind = GA_SIGHTING_NTP_ANSWER, .flow = flow};
	struct ga_message message = {.quote.flow = flow};
	struct ga_evidence evidence;
	struct ga_record record;
	struct ga_devices devices;
	struct ga_standing standing;
	struct ga_watched watched;
	uint32_t number, size;

	switch ((what & 31) % 13) {
	case 0:
		ga_table_list(table, standing_each, NULL);
		break;
	case 1:
		ga_table_counters(table, counter_each, NULL);
		break;
	case 2:
		ga_table_set_room(table, "drop_service4", &number, &size);
		break;
	case 3:
		ga_table_recall(table, &answer, &evidence, &record);
		break;
	case 4:
		ga_table_recall_record(table, &service, &record);
		break;
	case 5:
		ga_table_granted(table, &message, &service, &number);
		break;
	case 6:
		standing = (struct ga_standing){.action = GA_ACTION_DROP, .service = service};
		ga_table_look(table, &standing, 1);
		break;
	case 7:
		install(table, GA_PROOF_REQUEST);
		break;
	case 8:
		install(table, GA_PROOF_COMPLAINT);
		break;
	case 9:
		ga_table_lift(table, GA_ACTION_DROP, &service);
		break;
	case 10:
		ga_flowtables(&table->link, &devices);
		break;
	case 11:
		set_up(table);
		break;
	default:
		if (!ga_table_watch(table, change_each, NULL, &watched))
			law(memchr(watched.by, '\0', sizeof(watched.by)));
		break;
	}
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
	ask(table, what);
	ga_table_close(table);
}

/* ---- packets and routes ---- */

/* Every octet is looked at. */
static void hear(void *context, const struct ga_frame *frame)
{
	uint8_t *sum = context;

	for (size_t i = 0; i < frame->len; i++)
		*sum ^= frame->octets[i];
}

struct held {
	struct ga_capture *capture;
	uint8_t sum;
};

static void hold(void *context, uint32_t packet, const struct ga_frame *frame)
{
	struct held *held = context;

	hear(&held->sum, frame);
	ga_capture_verdict(held->capture, packet, held->sum & 1);
}

static void queue(void)
{
	struct held held = {.capture = NULL};

	if (ga_capture_open(7, &held.capture) < 0)
		return;
	say(0, NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET);
	law(ga_capture_run(held.capture, 1, hold, &held) >= 0);
	ga_capture_close(held.capture);
}

static void log_group(void)
{
	struct ga_nflog *log;
	uint8_t sum = 0;

	if (ga_nflog_open(7, &log) < 0)
		return;
	say(0, NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET);
	law(ga_nflog_run(log, 1, hear, &sum) >= 0);
	ga_nflog_close(log);
}

static void routes(void)
{
	static const uint16_t heard[] = {RTM_NEWROUTE, RTM_NEWLINK, RTM_DELLINK, RTM_NEWNEXTHOP};
	uint8_t hears = input_octet(&kernel.input);
	char names[GA_UPLINKS_MAX][GA_IFNAME_MAX];
	struct ga_uplinks *uplinks;
	int count;

	law(ga_uplinks_open(&uplinks) == 0);
	if (hears & 1) {
		say(1, heard[hears >> 1 & 3]);
		law(ga_uplinks_drain(uplinks) >= 0);
	}
	count = ga_uplinks_find(uplinks, names);
	law(count <= GA_UPLINKS_MAX);
	for (int i = 0; i < count; i++)
		law(memchr(names[i], '\0', GA_IFNAME_MAX));
	ga_uplinks_close(uplinks);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static void (*const adapters[])(void) = {elements,  tables, queue,
						 log_group, routes, tables};

	kernel_start(octets, len);
	kernel.obliging = true;
	adapters[input_octet(&kernel.input) % COUNT(adapters)]();
	kernel_stop();
	return 0;
}
