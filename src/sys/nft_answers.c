/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers from port 123: which are handed up (the head of nft_chains.c). */
#include "nft_rules.h"

#include <goaway/sighting.h>

/* Over four misses, each less than a minute after the one before; the element lives on as long as
 * they come, and the one token an hour does not help who goes on. */
static const struct ga_rate missed_rate = {1, 3600, GA_MISSES_FORGIVEN, true};
/* Each is paid with a request, and so limited with those; this holds who kisses one pair in a row. */
static const struct ga_rate heard_rate = {1, 1, 2, false};

static void add_hear(const struct rules *rules)
{
	struct ga_rule rule;

	rule = plain_rule_in(rules, "hear");
	ga_rule_udp(&rule);
	ga_rule_ntp_octet(&rule, 0, 0x07, 4, false);
	end_with(&rule, NFT_RETURN);
	rule = rule_in(rules, "hear");
	ga_rule_in(&rule, GA_SET_ASKED, GA_WAY_BACK, true);
	end_goto(rules, &rule, "matched");
	rule = plain_rule_in(rules, "hear");
	ga_rule_udp(&rule);
	ga_rule_ntp_octet(&rule, GA_NTP_STRATUM, 0xff, 0, false);
	end_with(&rule, NFT_RETURN);
	rule = plain_rule_in(rules, "hear");
	ga_rule_count(&rule, "kiss_unmatched");
	ga_rule_end(&rule);
	rule = rule_in(rules, "hear");
	ga_rule_in(&rule, GA_SET_POLLED, GA_WAY_BACK, true);
	end_goto(rules, &rule, "unmatched");
}

static void add_unmatched(const struct rules *rules)
{
	struct ga_rule rule;

	/* The kiss may answer a request that was not remembered. */
	rule = rule_in(rules, "unmatched");
	ga_rule_in(&rule, GA_SET_OVERLOOKED, GA_WAY_BACK, true);
	end_with(&rule, NFT_RETURN);
	ga_rules_from_outside(rules, "unmatched", "guess");
	rule = rule_in(rules, "guess");
	ga_rule_note(&rule, NFT_DYNSET_OP_UPDATE, GA_SET_MISSED, GA_WAY_BACK, GA_MISSED_MS,
		     &missed_rate, 0);
	ga_rule_count(&rule, "kiss_guessed");
	end_goto(rules, &rule, "guessed");
	rule = rule_in(rules, "guess");
	ga_rule_in(&rule, GA_SET_MISSED, GA_WAY_BACK, false);
	end_goto(rules, &rule, "uncounted");
	rule = rule_in(rules, "guessed");
	ga_rule_note(&rule, NFT_DYNSET_OP_UPDATE, GA_SET_GUESSED, GA_WAY_BACK, GA_GUESSED_MS, NULL,
		     0);
	end_with(&rule, NFT_RETURN);
	rule = plain_rule_in(rules, "guessed");
	end_goto(rules, &rule, "uncounted");

	/* There is no room, which others may have seen to: as a pair that found none in `polled`, until
	 * its next request (add_known). */
	rule = rule_in(rules, "uncounted");
	ga_rule_note(&rule, NFT_DYNSET_OP_DELETE, GA_SET_POLLED, GA_WAY_BACK, 0, NULL, 0);
	ga_rule_end(&rule);
}

static void add_matched(const struct rules *rules)
{
	struct ga_rule rule;

	/* Not before: a flood of forged ones pays for as little as can be. */
	ga_rules_well_formed(rules, "matched", "answer_malformed");
	rule = plain_rule_in(rules, "matched");
	ga_rule_reached_by_iif(&rule, false, true);
	end_count(&rule, "answer_from_inside", NFT_RETURN);
	ga_rules_from_outside(rules, "matched", "answered");
	rule = plain_rule_in(rules, "matched");
	end_count(&rule, "answer_from_inside", NFT_RETURN);
}

/* Close the request that this packet answers. */
static void close_request(struct ga_rule *rule)
{
	ga_rule_note(rule, NFT_DYNSET_OP_DELETE, GA_SET_ASKED, GA_WAY_BACK, 0, NULL, 0);
}

static void add_handup_if(const struct rules *rules, const char *chain, uint32_t kiss,
			  bool without_nonce)
{
	struct ga_rule rule = plain_rule_in(rules, chain);

	ga_rule_udp(&rule);
	ga_rule_ntp_octet(&rule, GA_NTP_STRATUM, 0xff, 0, true);
	ga_rule_ntp_word(&rule, GA_NTP_REFID, kiss);
	if (without_nonce)
		ga_rule_ntp_word(&rule, GA_NTP_ORIGIN + 4, 0);
	end_goto(rules, &rule, "handup");
}

static void add_answered(const struct rules *rules)
{
	struct ga_rule rule;

	if (rules->config->probe_zero) {
		rule = rule_in(rules, "answered");
		ga_rule_in(&rule, GA_SET_PROBE, GA_WAY_BACK, true);
		end_goto(rules, &rule, "probed");
		add_handup_if(rules, "answered", GA_KISS_DENY, true);
		add_handup_if(rules, "answered", GA_KISS_RSTR, true);
	}
	rule = rule_in(rules, "answered");
	ga_rule_udp(&rule);
	ga_rule_ntp_octet(&rule, GA_NTP_STRATUM, 0xff, 0, false);
	close_request(&rule);
	end_count(&rule, "answer_time", NFT_RETURN);
	rule = rule_in(rules, "answered");
	ga_rule_udp(&rule);
	ga_rule_ntp_word(&rule, GA_NTP_ORIGIN + 4, 0);
	close_request(&rule);
	end_count(&rule, "kiss_without_nonce", NFT_RETURN);
	add_handup_if(rules, "answered", GA_KISS_RATE, false);
	add_handup_if(rules, "answered", GA_KISS_DENY, false);
	add_handup_if(rules, "answered", GA_KISS_RSTR, false);
	rule = rule_in(rules, "answered");
	close_request(&rule);
	end_count(&rule, "kiss_informational", NFT_RETURN);
}

/* Answers to a probe go to the daemon or nowhere; the source knows nothing of it. */
static void add_probed(const struct rules *rules)
{
	struct ga_rule rule;

	add_handup_if(rules, "probed", GA_KISS_DENY, false);
	add_handup_if(rules, "probed", GA_KISS_RSTR, false);
	rule = rule_in(rules, "probed");
	close_request(&rule);
	end_count(&rule, "probe_answered", NF_DROP);
}

static void add_handup(const struct rules *rules)
{
	struct ga_rule rule;

	rule = rule_in(rules, "handup");
	ga_rule_note(&rule, NFT_DYNSET_OP_UPDATE, GA_SET_HEARD, GA_WAY_BACK, GA_HEARD_MS,
		     &heard_rate, 0);
	ga_rule_count(&rule, "kiss_heard");
	end_goto(rules, &rule, "heard");
	/* It stays open: the daemon may have it in hand, and closes it. */
	rule = plain_rule_in(rules, "handup");
	end_count(&rule, "kiss_repeated", NFT_RETURN);
}

/* A pair that found no room in `polled` has no misses counted. */
static void add_known(const struct rules *rules, const char *chain, unsigned known)
{
	struct ga_rule rule;

	rule = rule_in(rules, chain);
	ga_rule_in(&rule, GA_SET_GUESSED, GA_WAY_BACK, true);
	end_queue(rules, &rule, known | GA_HEARD_GUESSED);
	rule = rule_in(rules, chain);
	ga_rule_in(&rule, GA_SET_POLLED, GA_WAY_BACK, false);
	end_queue(rules, &rule, known | GA_HEARD_GUESSED);
	rule = plain_rule_in(rules, chain);
	end_queue(rules, &rule, known);
}

/* A nonce that found no room in `used` may have been used before. */
static void add_heard(const struct rules *rules)
{
	struct ga_rule rule;

	rule = rule_in(rules, "heard");
	ga_rule_in(&rule, GA_SET_REUSED, GA_WAY_BACK, true);
	end_goto(rules, &rule, "heard_again");
	rule = rule_in(rules, "heard");
	ga_rule_in(&rule, GA_SET_USED, GA_WAY_BACK, false);
	end_goto(rules, &rule, "heard_again");
	add_known(rules, "heard", 0);
	add_known(rules, "heard_again", GA_HEARD_USED_BEFORE);
}

void ga_answers_add(const struct rules *rules)
{
	add_hear(rules);
	add_unmatched(rules);
	add_matched(rules);
	add_answered(rules);
	if (rules->config->probe_zero)
		add_probed(rules);
	add_handup(rules);
	add_heard(rules);
}
