/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a packet through the kernel.
 *
 * `ahead` is there while much is dropped. It throws away, ahead of connection
 * tracking, what is of a dropped service of a pair of which something was `dropped`
 * in the last GA_DROPPING_MS. Once in that time a packet goes all the way, so that
 * exemptions hold, and its flow is not forgotten: a RELEASE belongs to it.
 *
 * `passing` sees all that comes in, after address translation: inside addresses
 * are back, a redirected server is the real one, and what is for the router
 * itself passes here too. `leaving` sees what the router itself sends. While a
 * drop stands of another service than NTP, each packet is looked up in `stopped`,
 * the pairs of those drops, and in `dropping`; that costs 4 % of the forwarding rate.
 *
 *   stopped           enforce      thrown away if it is what a drop says, and not exempt
 *   UDP to port 123   request      thrown away if it is what a drop of NTP says, or over its
 *                                  limit in police
 *     mode 3          inside       its source asked lately, by this interface, and is within its
 *                                  limit; or came in by the interface that leads to it, and is
 *                                  known, or not one of too many new ones
 *                     admit        the latter's source, or its pair, is within its limit
 *                     remember     well-formed; its nonce is new, and used now: _own for the router,
 *                                  _more over the source's limit, with a small share of the room
 *                     used_again   it is not, in whosever request it was: reused
 *                     crowded      that, or no share is left: within the limit of its interface
 *                     open         its pair is polled; an open request: asked
 *                     overlook     nothing of it is remembered, but that there was one of its pair
 *   UDP from 123      hear         mode 4; does it answer an open request?
 *     no, a kiss      unmatched    count; many for one polled pair: guessed, or, without room for
 *                                  that, not polled: its next request makes it so again
 *     yes             matched      well-formed, and came from outside
 *                     answered     closes its request, unless
 *     a kiss          handup       it asks for something: at most one a second for a pair
 *                     heard        to the daemon, by the queue that says whether its nonce was
 *                                  used before, or its pair is guessed at
 *   ICMP, prohibited  complaint    nft_complaints.c
 *
 * From `inside` on that is nft_requests.c, from `hear` on nft_answers.c.
 *
 * Where there are flowtables, `offloaded` stands ahead of them and enforces too.
 *
 * Who floods us with forged answers pays for one look-up in `asked` and one in
 * `polled`, and nothing reaches the daemon. A packet that does reach it costs
 * its sender a request that an inside host really made.
 *
 * A rule whose set is full does not match. So rules that admit are written in
 * the positive: no room, not admitted.
 */
#include "nft_rules.h"

#include <goaway/sighting.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

/* With NTS and all its cookies a request is shorter. */
enum { LONGEST_REQUEST = 1400 };

/* ---- base chains ---- */

static void add_dispatch(const struct rules *rules, const char *chain, enum ga_way way,
			 const char *target)
{
	struct ga_rule rule = ga_rule_begin(rules->batch, chain, 0);

	ga_rule_port(&rule, way, GA_PORT_NTP);
	ga_rule_verdict(&rule, NFT_JUMP, target);
	ga_rule_end(&rule);
}

/* What belongs to a VRF passes each hook twice, with the interface of its own and with the VRF. The
 * former says where it comes from; heard the second time, a request would be one that was sent
 * again, and a kiss one without a request. */
static void add_once(const struct rules *rules, const char *chain, bool in)
{
	struct ga_rule rule = ga_rule_begin(rules->batch, chain, 0);

	ga_rule_of_kind(&rule, in, "vrf");
	end_with(&rule, NFT_RETURN);
}

static void add_enforcing(const struct rules *rules, const char *chain)
{
	struct ga_rule rule;

	if (!rules->kernel->all_services)
		return;
	rule = ga_rule_begin(rules->batch, chain, rules->version);
	ga_rule_in(&rule, GA_SET_STOPPED, GA_WAY_OUT, true);
	ga_rule_verdict(&rule, NFT_JUMP, chain_of(rules, "enforce").text);
	ga_rule_end(&rule);
}

static void add_jump(const struct rules *rules, const char *from, const char *base)
{
	struct ga_rule rule = ga_rule_begin(rules->batch, from, rules->version);

	ga_rule_verdict(&rule, NFT_JUMP, chain_of(rules, base).text);
	ga_rule_end(&rule);
}

/* What the router says of the source's behalf, RESULT among it, is not the source's traffic. */
static void add_unless_error(const struct rules *rules, const char *chain)
{
	uint8_t type = rules->version == 4 ? 3 : 1; /* destination unreachable */
	struct ga_rule rule = ga_rule_begin(rules->batch, chain, rules->version);

	ga_rule_l4proto(&rule, rules->version == 4 ? GA_PROTOCOL_ICMP : GA_PROTOCOL_ICMPV6, true);
	ga_rule_octets(&rule, 0, &type, sizeof(type), true);
	end_with(&rule, NFT_RETURN);
}

/* A flow on the fast path passes no other hook than this one, ahead of it. */
static void add_offloaded(struct rules *rules)
{
	for (rules->version = 4; rules->version <= 6; rules->version += 2)
		add_enforcing(rules, "offloaded");
}

/* While all drops are NTP's, nothing else is looked up. */
static void add_ahead(const struct rules *rules)
{
	struct ga_rule rule;

	if (!rules->kernel->ahead || !rules->config->enforce)
		return;
	rule = ga_rule_begin(rules->batch, GA_CHAIN_AHEAD, rules->version);
	if (!rules->kernel->all_services) {
		ga_rule_udp(&rule);
		ga_rule_port(&rule, GA_WAY_OUT, GA_PORT_NTP);
	}
	ga_rule_in(&rule, GA_SET_DROPPING, GA_WAY_OUT, true);
	ga_rule_in(&rule, GA_SET_DROP_SERVICE, GA_WAY_OUT, true);
	end_count(&rule, "dropped", NF_DROP);
}

static void add_base(struct rules *rules)
{
	struct ga_rule rule;

	for (rules->version = 4; rules->version <= 6; rules->version += 2) {
		add_ahead(rules);
		add_enforcing(rules, "passing");
		add_unless_error(rules, "leaving");
		add_enforcing(rules, "leaving");
	}
	rule = ga_rule_begin(rules->batch, "passing", 0);
	ga_rule_udp(&rule);
	ga_rule_verdict(&rule, NFT_GOTO, "datagram");
	ga_rule_end(&rule);
	for (rules->version = 4; rules->version <= 6; rules->version += 2)
		ga_complaints_dispatch(rules, "passing");
	add_dispatch(rules, "datagram", GA_WAY_OUT, "request");
	add_dispatch(rules, "datagram", GA_WAY_BACK, "answer");
	add_once(rules, "request", true);
	add_once(rules, "request_own", false);
	add_once(rules, "answer", true);

	rule = ga_rule_begin(rules->batch, "leaving", 0);
	ga_rule_udp(&rule);
	ga_rule_port(&rule, GA_WAY_OUT, GA_PORT_NTP);
	ga_rule_not_loopback(&rule);
	ga_rule_verdict(&rule, NFT_JUMP, "request_own");
	ga_rule_end(&rule);

	/* The kernel never moves a flow that has a helper to a flowtable, where no other hook would
	 * see its answers (nft_flow_offload). */
	if (rules->kernel->helper) {
		rule = ga_rule_begin(rules->batch, "request", 0);
		ga_rule_new_flow(&rule);
		ga_rule_helper(&rule, GA_HELPER_OBJECT);
		ga_rule_end(&rule);
	}
}

/* Other drops than NTP's were looked up before, and with them all of their pairs: once more, and what
 * is let pass would be counted twice. */
static void add_requests(const struct rules *rules, const char *from, const char *then)
{
	struct ga_rule rule = ga_rule_begin(rules->batch, from, rules->version);

	if (rules->kernel->all_services)
		ga_rule_in(&rule, GA_SET_STOPPED, GA_WAY_OUT, false);
	ga_rule_in(&rule, GA_SET_DROP_SERVICE, GA_WAY_OUT, true);
	ga_rule_verdict(&rule, NFT_JUMP, chain_of(rules, "dropped").text);
	ga_rule_end(&rule);
	add_jump(rules, from, "limit");
	rule = ga_rule_begin(rules->batch, from, rules->version);
	ga_rule_udp(&rule);
	ga_rule_ntp_octet(&rule, 0, 0x07, 3, true);
	end_goto(rules, &rule, then);
}

static void add_versions(const struct rules *rules)
{
	add_requests(rules, "request", "inside");
	add_requests(rules, "request_own", "admit_own");
	add_jump(rules, "answer", "hear");
}

/* ---- what is stopped ---- */

/* `dropping` is never renewed, so that another packet comes here in time. */
static void add_stop(const struct rules *rules, const char *base, const char *counter, bool ahead)
{
	struct ga_rule rule;

	ga_rules_unless_exempt(rules, base);
	if (ahead) {
		rule = rule_in(rules, base);
		ga_rule_note(&rule, NFT_DYNSET_OP_ADD, GA_SET_DROPPING, GA_WAY_OUT, GA_DROPPING_MS,
			     NULL, 0);
		ga_rule_end(&rule);
	}
	rule = plain_rule_in(rules, base);
	end_count(&rule, counter, rules->config->enforce ? NF_DROP : NFT_RETURN);
}

static void add_enforce(const struct rules *rules)
{
	struct ga_rule rule;

	rule = rule_in(rules, "enforce");
	ga_rule_in(&rule, GA_SET_DROP_HOST, GA_WAY_OUT, true);
	end_goto(rules, &rule, "dropped");
	rule = rule_in(rules, "enforce");
	ga_rule_in(&rule, GA_SET_DROP_SERVICE, GA_WAY_OUT, true);
	end_goto(rules, &rule, "dropped");
	rule = rule_in(rules, "enforce");
	ga_rule_in(&rule, GA_SET_DROP_PROTOCOL, GA_WAY_OUT, true);
	end_goto(rules, &rule, "dropped");
	add_stop(rules, "dropped", "dropped", rules->kernel->ahead && rules->config->enforce);

	/* Requests glued together on the way (GRO, GSO) are one packet to a limit. */
	rule = rule_in(rules, "limit");
	ga_rule_udp(&rule);
	ga_rule_udp_length_above(&rule, LONGEST_REQUEST);
	ga_rule_in(&rule, GA_SET_RECORD, GA_WAY_OUT, true);
	end_goto(rules, &rule, "policed");
	rule = rule_in(rules, "limit");
	ga_rule_in(&rule, GA_SET_POLICE, GA_WAY_OUT, true);
	end_goto(rules, &rule, "policed");
	add_stop(rules, "policed", "policed", false);
}

/* ---- what several chains begin with ---- */

void ga_rules_unless_exempt(const struct rules *rules, const char *chain)
{
	static const enum ga_set sets[] = {GA_SET_EXEMPT_SOURCE, GA_SET_EXEMPT_TARGET};

	for (size_t i = 0; i < 2; i++) {
		struct ga_rule rule = rule_in(rules, chain);

		ga_rule_in(&rule, sets[i], GA_WAY_OUT, true);
		end_count(&rule, "exempt", NFT_RETURN);
	}
}

void ga_rules_well_formed(const struct rules *rules, const char *chain, const char *counter)
{
	struct ga_rule rule;

	/* The version is there for nft, that prints a field of a header by name if it knows which. */
	rule = rule_in(rules, chain);
	ga_rule_fragment(&rule, rules->version);
	end_count(&rule, counter, NFT_RETURN);
	rule = plain_rule_in(rules, chain);
	ga_rule_udp(&rule);
	ga_rule_udp_length_odd(&rule);
	end_count(&rule, counter, NFT_RETURN);
	rule = plain_rule_in(rules, chain);
	ga_rule_udp(&rule);
	ga_rule_udp_length_below(&rule, 8 + 48);
	end_count(&rule, counter, NFT_RETURN);
}

void ga_rules_from_outside(const struct rules *rules, const char *chain, const char *then)
{
	struct ga_rule rule;

	rule = plain_rule_in(rules, chain);
	ga_rule_in(&rule, GA_SET_UPLINKS, GA_WAY_OUT, true);
	end_goto(rules, &rule, then);
	rule = plain_rule_in(rules, chain);
	ga_rule_reached_by_iif(&rule, true, true);
	end_goto(rules, &rule, then);
}

void ga_chains_add_rules(struct ga_batch *batch, const struct ga_table_config *config,
			 const struct ga_kernel *kernel, const struct ga_devices *offload)
{
	struct rules rules = {batch, config, kernel, 0};

	if (offload->count)
		add_offloaded(&rules);
	add_base(&rules);
	for (rules.version = 4; rules.version <= 6; rules.version += 2) {
		add_versions(&rules);
		add_enforce(&rules);
		ga_requests_add(&rules);
		ga_answers_add(&rules);
		ga_complaints_add(&rules);
	}
}
