/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is around the warden, as channel.c plays it: the queue, the kernel's sets, the raw socket
 * and the rest of the daemon, which hold what the warden asks of them against the frame that it
 * rules on.
 */
#ifndef GOAWAY_TESTS_FUZZ_AROUND_WARDEN_H
#define GOAWAY_TESTS_FUZZ_AROUND_WARDEN_H

#include "agent.h"

#include <goaway/tell.h>

#include <endian.h>
#include <errno.h>

#include "world.h"

enum { FRAMES_MAX = 512, ASKED_MAX = 64, SENT_MAX = 64, SAID_MAX = 32 };
enum { LIFETIME_MAX_S = 7 * 86400, ROOM_MAX = 4 };

enum state { UNKNOWN, HELD, DECIDED };

static struct {
	struct ga_agent agent;
	enum state states[FRAMES_MAX]; /* by number of the packet */
	struct packet frames[FRAMES_MAX];
	uint8_t nths[FRAMES_MAX]; /* by which queue: what the kernel knows of it */
	uint32_t frame_count;
	bool ordered[FRAMES_MAX], sent[FRAMES_MAX]; /* something was, of that frame */
	struct {
		struct ga_flow flow;
		uint64_t nonce;
	} asked[ASKED_MAX];
	size_t asked_count;
	struct {
		struct ga_message message;
		uint64_t time_ns;
	} challenges[SENT_MAX];
	size_t challenge_count;
	struct stands stands; /* in the kernel's sets */
	struct ga_service granted[SENT_MAX];
	struct ga_message grants[SENT_MAX]; /* CONFIRMs that were granted */
	size_t grant_count;
	struct {
		size_t len;
		uint8_t octets[64];
	} said[SAID_MAX]; /* by the judge, not yet read */
	size_t said_count, said_read;
	bool ended, unable; /* the judge, and to start one */
	unsigned judges;
	uint8_t mood; /* of the kernel, for an event */
} world;

/* What the kernel does for that long. */
enum { SENDS_NOTHING = 1, FAILS = 2, REFUSES_SOME = 4, REMEMBERS = 8 };

/* ---- the queue and the kernel's sets ---- */

/* The docket rules in order: what is decided next is what comes next. */
int ga_capture_verdict(const struct ga_capture *capture, const struct ga_packet *packet, bool pass)
{
	uint32_t number = packet->number;

	(void)capture;
	(void)pass;
	law(number < world.frame_count && world.states[number] == HELD);
	world.states[number] = DECIDED;
	return 0;
}

static uint32_t frame_now(void)
{
	const struct ga_docket *docket = &world.agent.docket;

	/* The case that was just taken out. */
	return docket->cases[(docket->decided - 1) % GA_CASES_MAX].packet.number;
}

/* Of the frame's own octets, at their fixed places. */
static bool is_of(uint32_t number, const struct ga_addr *source, const struct ga_addr *target)
{
	const struct packet *frame = &world.frames[number];
	bool ipv4 = frame->octets[0] >> 4 == 4;
	const uint8_t *from = frame->octets + (ipv4 ? 12 : 8);
	size_t len = ipv4 ? 4 : 16;

	return world.states[number] == HELD && source->version == (ipv4 ? 4 : 6) &&
	       target->version == source->version && memcmp(from, target->octets, len) == 0 &&
	       memcmp(from + len, source->octets, len) == 0;
}

static void addresses_true(const struct ga_addr *source, const struct ga_addr *target)
{
	law(is_of(frame_now(), source, target));
}

static bool has_nonce(uint32_t number, uint64_t nonce)
{
	const struct packet *frame = &world.frames[number];
	uint64_t nonce_be64 = htobe64(nonce);

	return memmem(frame->octets, frame->len, &nonce_be64, sizeof(nonce_be64)) != NULL;
}

/* Those that are ruled on and still held may have an order each; of a complaint, the last one. */
static bool is_ordered(uint32_t number, const struct ga_order *order)
{
	const struct ga_service *service = &order->service;
	bool stops = order->action == GA_ACTION_DROP || order->action == GA_ACTION_POLICE;
	/* Who may have guessed this very nonce stops nobody. */
	bool guess = order->proof == GA_PROOF_REQUEST && stops &&
		     world.nths[number] == (GA_HEARD_USED_BEFORE | GA_HEARD_GUESSED);

	if (order->proof == GA_PROOF_REQUEST && !has_nonce(number, order->nonce))
		return false;
	return !world.ordered[number] && !guess && is_of(number, &service->source, &service->target);
}

static void order_true(const struct ga_order *order)
{
	uint32_t last = frame_now(), number = last;

	law(order->proof != GA_PROOF_OPERATOR);
	/* Orders come in the order of their frames. */
	if (order->proof == GA_PROOF_REQUEST)
		number = last < GA_CASES_MAX ? 0 : last - GA_CASES_MAX + 1;
	while (!is_ordered(number, order)) {
		law(number < last);
		number++;
	}
	world.ordered[number] = true;
}

static int asked_find(const struct ga_addr *source, const struct ga_addr *target, uint16_t port,
		      uint64_t nonce)
{
	for (size_t i = 0; i < world.asked_count; i++)
		if (world.asked[i].nonce == nonce && world.asked[i].flow.source_port == port &&
		    ga_addr_equal(&world.asked[i].flow.source, source) &&
		    ga_addr_equal(&world.asked[i].flow.target, target))
			return (int)i;
	return -1;
}

static struct ga_record record_now(void)
{
	if (!(world.mood & REMEMBERS))
		return (struct ga_record){0};
	return (struct ga_record){
	    .drops = 2, .last = GA_ACTION_DROP, .left_s = 100, .lifetime_s = 60};
}

void ga_table_foresee(struct ga_table *table, const struct ga_sighting *answer)
{
	(void)table;
	(void)answer;
}

int ga_table_recall(struct ga_table *table, const struct ga_sighting *answer, bool *ret_open,
		    struct ga_record *ret_record)
{
	const struct ga_flow *flow = &answer->flow;

	(void)table;
	if (world.mood & FAILS)
		return -EIO;
	*ret_open = asked_find(&flow->source, &flow->target, flow->source_port, answer->nonce) >= 0;
	*ret_record = record_now();
	return 0;
}

int ga_table_overlooked(struct ga_table *table, const struct ga_flow *flow)
{
	(void)table;
	(void)flow;
	return world.mood & FAILS ? -EIO : (world.mood & REMEMBERS) != 0;
}

int ga_table_recall_record(struct ga_table *table, const struct ga_service *service,
			   struct ga_record *ret)
{
	(void)table;
	(void)service;
	if (world.mood & FAILS)
		return -EIO;
	*ret = record_now();
	return 0;
}

static int grant_find(const struct ga_message *message)
{
	for (size_t i = 0; i < world.grant_count; i++)
		if (world.grants[i].complaint == message->complaint &&
		    !memcmp(world.grants[i].cookie, message->cookie, GA_COOKIE_LEN) &&
		    ga_addr_equal(&world.grants[i].quote.flow.source,
				  &message->quote.flow.source) &&
		    ga_addr_equal(&world.grants[i].quote.flow.target, &message->quote.flow.target))
			return (int)i;
	return -1;
}

int ga_table_granted(struct ga_table *table, const struct ga_message *message,
		     struct ga_service *ret_service, uint32_t *ret_lifetime_s)
{
	int found = grant_find(message);

	(void)table;
	if (world.mood & FAILS)
		return -EIO;
	if (found < 0)
		return -ENOENT;
	*ret_service = world.granted[found];
	*ret_lifetime_s = world.grants[found].lifetime_s;
	return 0;
}

int ga_table_release(struct ga_table *table, const struct ga_message *message,
		     const struct ga_service *service, bool alone)
{
	int found = grant_find(message);

	(void)table;
	(void)alone;
	addresses_true(&service->source, &service->target);
	law(found >= 0 && world.grants[found].lifetime_s > 0);
	world.grants[found].lifetime_s = 0;
	stands_remove(&world.stands, GA_ACTION_DROP, service);
	return 0;
}

/* The edge itself has sent that cookie, to that complainant, for just that, and lately. */
static void cookie_true(const struct ga_message *confirm)
{
	const struct ga_flow *flow = &confirm->quote.flow;
	bool sent = false;

	for (size_t i = 0; i < world.challenge_count; i++) {
		const struct ga_message *challenge = &world.challenges[i].message;
		const struct ga_flow *theirs = &challenge->quote.flow;

		sent |= !memcmp(challenge->cookie, confirm->cookie, GA_COOKIE_LEN) &&
			challenge->complaint == confirm->complaint &&
			challenge->lifetime_s == confirm->lifetime_s &&
			challenge->scope == confirm->scope &&
			ga_addr_equal(&theirs->source, &flow->source) &&
			ga_addr_equal(&theirs->target, &flow->target) &&
			theirs->protocol == flow->protocol &&
			theirs->target_port == flow->target_port &&
			world.agent.now.boot_ns - world.challenges[i].time_ns <= 16 * SECOND_NS;
	}
	law(sent && grant_find(confirm) < 0);
}

/* Of those that go together each has its own. */
static enum ga_outcome fate(const struct ga_order *order)
{
	uint64_t of = order->proof == GA_PROOF_REQUEST ? order->nonce : order->complaint.complaint;

	return world.mood & REFUSES_SOME ? (of ^ of >> 32) % GA_OUTCOME_COUNT : GA_OUTCOME_INSTALLED;
}

static enum ga_outcome installed(const struct ga_order *order)
{
	const struct ga_service *service = &order->service;
	const struct ga_policy *policy = &world.agent.config.policy;
	bool stops = order->action == GA_ACTION_DROP || order->action == GA_ACTION_POLICE;

	order_true(order);
	if (stops) {
		law(!ga_prefix_list_contains(&policy->exempt_sources, &service->source));
		law(!ga_prefix_list_contains(&policy->exempt_targets, &service->target));
		law(order->lifetime_s >= 1 && order->lifetime_s <= LIFETIME_MAX_S);
	}
	if (order->proof == GA_PROOF_COMPLAINT) {
		if (grant_find(&order->complaint) >= 0)
			return GA_OUTCOME_USED_UP;
		cookie_true(&order->complaint);
		if (fate(order) != GA_OUTCOME_INSTALLED)
			return fate(order);
		law(world.grant_count < SENT_MAX);
		world.granted[world.grant_count] = *service;
		world.grants[world.grant_count++] = order->complaint;
		return GA_OUTCOME_INSTALLED;
	}
	int found =
	    asked_find(&service->source, &service->target, order->source_port, order->nonce);

	if (found < 0)
		return GA_OUTCOME_USED_UP;
	law(service->protocol == GA_PROTOCOL_UDP && service->port == GA_PORT_NTP);
	if (fate(order) != GA_OUTCOME_INSTALLED)
		return fate(order);
	world.asked[found] = world.asked[--world.asked_count];
	return GA_OUTCOME_INSTALLED;
}

static void stand(const struct ga_order *order)
{
	uint64_t now_ns = world.agent.now.ns;

	stands_expire(&world.stands, now_ns);
	if (order->action != GA_ACTION_DROP && order->action != GA_ACTION_POLICE)
		return;
	if (order->evicts)
		law(stands_remove(&world.stands, order->victim_action, &order->victim));
	law(!order->fresh || !stands_find(&world.stands, order->action, &order->service));
	stands_add(&world.stands, order->action, &order->service,
		   now_ns + order->lifetime_s * SECOND_NS);
	law(world.stands.count <= ROOM_MAX);
}

void ga_table_install(struct ga_table *table, const struct ga_order *orders, size_t count,
		      struct ga_done *done)
{
	(void)table;
	law(count <= GA_LOT_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct ga_order *order = &orders[i];

		/* Those that go together have nothing to do with each other, nor with what stands. */
		law(count == 1 || (order->proof == GA_PROOF_REQUEST && !order->evicts));
		law(count == 1 || order->fresh || order->action == GA_ACTION_NONE ||
		    order->action == GA_ACTION_PROBE);
		for (size_t j = 0; j < i; j++)
			law(!ga_addr_equal(&order->service.source, &orders[j].service.source) ||
			    !ga_addr_equal(&order->service.target, &orders[j].service.target));
		done[i] = (struct ga_done){installed(order)};
		if (done[i].outcome == GA_OUTCOME_FAILED)
			done[i].error = ENOBUFS;
		if (done[i].outcome == GA_OUTCOME_INSTALLED)
			stand(order);
	}
}

/* ---- what is sent and told ---- */

/* It is as the kernel has it. */
static void result_true(const struct ga_message *result)
{
	int found = grant_find(result);

	if (result->status == GA_STATUS_GRANTED)
		law(found >= 0 && world.grants[found].lifetime_s > 0 && result->lifetime_s > 0);
	else if (result->status == GA_STATUS_RELEASED)
		law(found >= 0 && world.grants[found].lifetime_s == 0);
	else
		law(result->lifetime_s == 0);
}

int ga_raw_send(struct ga_raw *raw, const struct ga_addr *to, const uint8_t *octets, size_t len,
		uint32_t ifindex)
{
	struct ga_frame frame = {octets, len};
	struct ga_message message;

	(void)raw;
	(void)ifindex;
	law(!world.sent[frame_now()]);
	world.sent[frame_now()] = true;
	written(octets, len); /* the cookie */
	law(ga_message_decode(&frame, (uint8_t)world.agent.config.class_num, &message) ==
	    GA_REASON_NONE);
	addresses_true(&message.quote.flow.source, to);
	/* Never more than what was heard. */
	law(len <= world.frames[frame_now()].len);
	if (message.type == GA_MESSAGE_RESULT)
		result_true(&message);
	if (world.mood & SENDS_NOTHING)
		return -ENOBUFS;
	if (message.type == GA_MESSAGE_CHALLENGE && world.challenge_count < SENT_MAX) {
		world.challenges[world.challenge_count].message = message;
		world.challenges[world.challenge_count++].time_ns = world.agent.now.boot_ns;
	}
	return 0;
}

void ga_raw_random(void *octets, size_t len)
{
	memset(octets, 0x5a, len);
}

void ga_agent_tell(struct ga_agent *agent, struct ga_event *event)
{
	(void)agent;
	law((unsigned)event->kind < GA_EVENT_COUNT && memchr(event->why, '\0', sizeof(event->why)));
}

void ga_agent_tell_order(struct ga_agent *agent, const struct ga_order *order,
			 enum ga_outcome outcome, int error)
{
	(void)agent;
	(void)error;
	law(outcome < GA_OUTCOME_COUNT && memchr(order->why, '\0', sizeof(order->why)));
}

void ga_agent_table_failed(struct ga_agent *agent)
{
	(void)agent;
}

void ga_upkeep_again(struct ga_agent *agent)
{
	(void)agent;
}

void ga_tell_limited(enum ga_level level, uint64_t now_ns, const char *line)
{
	(void)level;
	(void)now_ns;
	(void)line;
}

int ga_standing_look(struct ga_table *table, enum ga_action action,
		     const struct ga_service *service, struct ga_standing *ret)
{
	(void)table;
	*ret = (struct ga_standing){.action = action, .service = *service, .why = "fuzz"};
	stands_expire(&world.stands, world.agent.now.ns);
	return stands_find(&world.stands, action, service) ? 0 : -ENOENT;
}

struct ga_event ga_standing_event(enum ga_event_kind kind, const struct ga_standing *standing)
{
	return (struct ga_event){.kind = kind, .service = standing->service};
}

void ga_heal_keep_order(struct ga_agent *agent, const struct ga_order *order)
{
	(void)agent;
	(void)order;
}

void ga_heal_forgive(struct ga_agent *agent, const struct ga_service *service)
{
	(void)agent;
	(void)service;
}

void ga_probing_add(struct ga_agent *agent, const struct ga_order *order)
{
	(void)agent;
	(void)order;
}

bool ga_probing_answered(struct ga_agent *agent, const struct ga_sighting *answer)
{
	(void)agent;
	(void)answer;
	return false;
}

void ga_uplinks_name(const struct ga_uplinks *uplinks, uint32_t ifindex, char ret[GA_IFNAME_MAX])
{
	(void)uplinks;
	(void)ifindex;
	ret[0] = '\0';
}

#endif
