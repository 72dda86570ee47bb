/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stories on fake time: a client asks, a server or a liar answers, offences are
 * remembered and forgotten. Each line is one frame, told to the second.
 */
#include <stdio.h>

#include "packets.h"
#include "replay.h"

#define WALL INT64_C(1800000000)

/* Nonces by number: random ones, and the time as a clock with a fraction would have it. */
#define R(n) (UINT64_C(0x6000000000000001) + (uint64_t)(n)*UINT64_C(0x100000001))
#define T(n) ((uint64_t)(uint32_t)(WALL + INT64_C(2208988800)) << 32 | (uint32_t)(n))
#define Z 0

#define DENY GA_KISS_DENY
#define RSTR GA_KISS_RSTR
#define RATE GA_KISS_RATE

enum what { END, ASKS, ASKS_ANOTHER, KISS, TIME, KISS_INSIDE, OTHER_PORT, PROBE_ZERO, EXEMPT_SOURCE };

struct line {
	double at_s;
	enum what what;
	uint64_t nonce;
	uint32_t code;
	/* What must come of an answer. */
	enum ga_reason reason;
	enum ga_action action;
	uint32_t lifetime_s;
	unsigned times; /* the same frame again; 0: once */
};

#define ASK(at, nonce)                                                                             \
	{                                                                                          \
		at, ASKS, nonce, 0, GA_REASON_NONE, GA_ACTION_NONE, 0, 0                           \
	}
/* Another server. */
#define TELLS(at, nonce)                                                                           \
	{                                                                                          \
		at, ASKS_ANOTHER, nonce, 0, GA_REASON_NONE, GA_ACTION_NONE, 0, 0                   \
	}
#define DROPS(at, nonce, code, lifetime)                                                           \
	{                                                                                          \
		at, KISS, nonce, code, GA_REASON_NONE, GA_ACTION_DROP, lifetime, 0                 \
	}
#define POLICES(at, nonce, code, lifetime)                                                         \
	{                                                                                          \
		at, KISS, nonce, code, GA_REASON_NONE, GA_ACTION_POLICE, lifetime, 0               \
	}
#define NOTHING(at, nonce, code, why)                                                              \
	{                                                                                          \
		at, KISS, nonce, code, GA_REASON_##why, GA_ACTION_NONE, 0, 0                       \
	}
#define GUESSES(at, n, count)                                                                      \
	{                                                                                          \
		at, KISS, n, RATE, GA_REASON_UNMATCHED, GA_ACTION_NONE, 0, count                   \
	}
#define SET(what)                                                                                  \
	{                                                                                          \
		0, what, 0, 0, GA_REASON_NONE, GA_ACTION_NONE, 0, 0                                \
	}
#define TIME_IS(at, nonce, why)                                                                    \
	{                                                                                          \
		at, TIME, nonce, 0, GA_REASON_##why, GA_ACTION_NONE, 0, 0                          \
	}

static struct packet frame_of(const struct line *line)
{
	bool request = line->what == ASKS || line->what == ASKS_ANOTHER;
	struct packet packet = packet_plain(4, !request);
	uint8_t *ntp = packet.octets + packet.ntp;

	put64(ntp + (request ? 40 : 24), line->nonce);
	put16(ntp + 12, line->code >> 16);
	put16(ntp + 14, line->code & 0xffff);
	if (line->what == TIME)
		ntp[1] = 2;
	if (line->what == ASKS_ANOTHER)
		packet.octets[19] ^= 1; /* the last of its address */
	if (line->what == OTHER_PORT)
		put16(packet.octets + packet.udp + 2, PORT + 1);
	return packet;
}

static void line_check(const char *story, const struct line *line, const struct ga_step *step)
{
	char label[128];

	snprintf(label, sizeof(label), "%s at %g s: %s, %s %u s", story, line->at_s,
		 ga_reason_name(step->decided), ga_action_name(step->order.action),
		 step->order.lifetime_s);
	row_assert(label, step->decided == line->reason);
	row_assert(label, step->order.action == line->action);
	row_assert(label, step->order.lifetime_s == line->lifetime_s);
}

static void line_play(struct ga_replay *replay, const char *story, const struct line *line)
{
	struct packet packet = frame_of(line);
	struct ga_frame frame = {
	    .octets = packet.octets,
	    .len = packet.len,
	    .time_ns = 1000 * SECOND_NS + (uint64_t)(line->at_s * 1000) * (SECOND_NS / 1000),
	};
	struct ga_step step;

	replay_turn(replay, line->what == KISS_INSIDE);
	step = replay_frame(replay, &frame, WALL + (int64_t)line->at_s);
	replay_turn(replay, false);
	assert_int_equal(step.seen->refused, GA_REASON_NONE);
	if (line->what != ASKS && line->what != ASKS_ANOTHER)
		line_check(story, line, &step);
}

static void play(const char *story, const struct line *lines)
{
	struct ga_replay replay;

	replay_open(&replay);
	for (const struct line *line = lines; line->what != END; line++) {
		if (line->what == PROBE_ZERO) {
			replay.policy.probe_zero = true;
		} else if (line->what == EXEMPT_SOURCE) {
			ga_prefix_parse(SOURCE4, &replay.policy.exempt_sources.items[0]);
			replay.policy.exempt_sources.count = 1;
		} else {
			for (unsigned i = 0; i == 0 || i < line->times; i++)
				line_play(&replay, story, line);
		}
	}
	ga_replay_close(&replay);
}

#define STORY(name, ...)                                                                           \
	static void name(void **state)                                                             \
	{                                                                                          \
		static const struct line lines[] = {__VA_ARGS__, {0}};                             \
		(void)state;                                                                       \
		play(#name, lines);                                                                \
	}

/* Offences */

STORY(rate_three_offences, ASK(0, R(1)), POLICES(0.1, R(1), RATE, 1024), ASK(64, R(2)),
      NOTHING(64, R(2), RATE, SETTLING), ASK(65, R(3)), POLICES(65, R(3), RATE, 4096),
      ASK(4000, R(4)), POLICES(4000, R(4), RATE, 8192), ASK(12000, R(5)),
      POLICES(12000, R(5), RATE, 8192))

STORY(rate_is_forgotten, ASK(0, R(1)), POLICES(0, R(1), RATE, 1024), ASK(4096, R(2)),
      POLICES(4096, R(2), RATE, 1024), ASK(8191, R(3)), POLICES(8191, R(3), RATE, 4096),
      ASK(24574, R(4)), POLICES(24574, R(4), RATE, 8192), ASK(57342, R(5)),
      POLICES(57342, R(5), RATE, 1024))

STORY(deny_four_times_up_to_the_cap, ASK(0, R(1)), DROPS(0, R(1), DENY, 3600), ASK(3700, R(2)),
      DROPS(3700, R(2), RSTR, 14400), ASK(20000, R(3)), DROPS(20000, R(3), DENY, 57600),
      ASK(80000, R(4)), DROPS(80000, R(4), DENY, 86400), ASK(170000, R(5)),
      DROPS(170000, R(5), DENY, 86400))

STORY(deny_is_forgotten, ASK(0, R(1)), DROPS(0, R(1), DENY, 3600), ASK(14400, R(2)),
      DROPS(14400, R(2), DENY, 3600), ASK(28799, R(3)), DROPS(28799, R(3), DENY, 14400))

/* What left before the drop could work is no further offence, however much of it there is. */
STORY(a_burst_settles, ASK(0, R(1)), ASK(0.1, R(2)), ASK(0.2, R(3)), ASK(0.3, R(4)),
      DROPS(0.5, R(1), DENY, 3600), NOTHING(0.5, R(2), DENY, SETTLING),
      NOTHING(0.6, R(3), RSTR, SETTLING), NOTHING(0.7, R(4), RATE, SETTLING))

/* Settling does not renew itself. */
STORY(settling_ends, ASK(0, R(1)), POLICES(0, R(1), RATE, 1024), ASK(30, R(2)),
      NOTHING(30, R(2), RATE, SETTLING), ASK(63, R(3)), NOTHING(63, R(3), RATE, SETTLING),
      ASK(64, R(4)), POLICES(64, R(4), RATE, 4096))

STORY(rate_then_deny, ASK(0, R(1)), POLICES(0, R(1), RATE, 1024), ASK(2, R(2)),
      DROPS(2, R(2), DENY, 3600), ASK(4, R(3)), NOTHING(4, R(3), RATE, SETTLING))

/* A longer memory outlives a shorter order. */
STORY(rate_after_deny_keeps_the_drops, ASK(0, R(1)), DROPS(0, R(1), DENY, 3600), ASK(5000, R(2)),
      POLICES(5000, R(2), RATE, 1024), ASK(14000, R(3)), DROPS(14000, R(3), DENY, 14400))

/* Weak nonces */

STORY(a_doubted_deny_needs_a_second, ASK(0, T(1)), POLICES(0.1, T(1), DENY, 1024), ASK(2, T(2)),
      DROPS(2.1, T(2), DENY, 3600), ASK(4, T(3)), NOTHING(4.1, T(3), DENY, SETTLING),
      ASK(3700, R(1)), DROPS(3700, R(1), DENY, 14400))

/* Two kisses for one request are one. */
STORY(a_doubted_deny_is_not_its_own_second, ASK(0, T(1)), POLICES(0.1, T(1), DENY, 1024),
      NOTHING(0.2, T(1), DENY, UNMATCHED), ASK(2, T(2)), TIME_IS(2.1, T(2), TIME_ANSWER))

STORY(a_weak_rate_is_a_rate, ASK(0, T(1)), POLICES(0, T(1), RATE, 1024), ASK(100, T(2)),
      POLICES(100, T(2), RATE, 4096))

STORY(a_nonce_used_before_is_weak, ASK(0, R(1)), TIME_IS(0, R(1), TIME_ANSWER), ASK(64, R(1)),
      POLICES(64, R(1), DENY, 1024))

/* Whoever was told a nonce can say it in another's name. */
STORY(a_nonce_told_before_is_weak, TELLS(0, R(1)), ASK(64, R(1)), POLICES(64, R(1), DENY, 1024))

STORY(a_nonce_told_since_is_weak, ASK(0, R(1)), TELLS(0.1, R(1)), POLICES(0.2, R(1), DENY, 1024),
      ASK(2, R(2)), DROPS(2, R(2), DENY, 3600))

STORY(guessing_silences_weak_nonces, ASK(0, T(1)), GUESSES(0.1, T(77), 5),
      NOTHING(0.2, T(1), DENY, NONCE_GUESSED), ASK(10, T(2)),
      NOTHING(10, T(2), RATE, NONCE_GUESSED), ASK(20, R(1)), DROPS(20, R(1), DENY, 3600))

STORY(four_misses_are_forgiven, ASK(0, T(1)), GUESSES(0.1, T(77), 4),
      POLICES(0.2, T(1), RATE, 1024))

STORY(guessing_is_forgotten, ASK(0, T(1)), GUESSES(0, T(77), 5), ASK(600, T(2)),
      NOTHING(600, T(2), RATE, NONCE_GUESSED), ASK(601, T(3)), POLICES(601, T(3), RATE, 1024))

STORY(zero_proves_nothing, ASK(0, Z), NOTHING(0.1, Z, DENY, NONCE_ZERO), ASK(2, Z),
      NOTHING(2, Z, RATE, NONCE_ZERO), NOTHING(2, Z, RATE, UNMATCHED))

STORY(whole_seconds_prove_nothing, ASK(0, T(0)), NOTHING(0.1, T(0), RATE, NONCE_ZERO))

STORY(zero_may_be_probed, SET(PROBE_ZERO), ASK(0, Z),
      {0.1, KISS, Z, DENY, GA_REASON_NONE, GA_ACTION_PROBE, 0, 0}, NOTHING(0.1, Z, DENY, UNMATCHED),
      ASK(1, Z), NOTHING(1, Z, RATE, NONCE_ZERO),
      /* the probe itself has a nonce */
      ASK(65, R(1)), DROPS(65, R(1), DENY, 3600))

/* One request, one verdict */

STORY(a_replayed_kiss, ASK(0, R(1)), POLICES(0, R(1), RATE, 1024),
      NOTHING(0.1, R(1), RATE, UNMATCHED), NOTHING(3, R(1), DENY, UNMATCHED))

STORY(a_kiss_after_the_time, ASK(0, R(1)), TIME_IS(0.1, R(1), TIME_ANSWER),
      NOTHING(0.2, R(1), DENY, UNMATCHED))

STORY(the_time_after_a_kiss, ASK(0, R(1)), DROPS(0.1, R(1), DENY, 3600),
      TIME_IS(0.2, R(1), UNMATCHED))

STORY(an_informational_kiss_is_a_verdict, ASK(0, R(1)),
      NOTHING(0, R(1), GA_KISS('I', 'N', 'I', 'T'), KISS_INFORMATIONAL),
      NOTHING(0, R(1), DENY, UNMATCHED))

STORY(late, ASK(0, R(1)), NOTHING(4.001, R(1), DENY, UNMATCHED), ASK(10, R(2)),
      DROPS(14, R(2), DENY, 3600))

STORY(never_asked, NOTHING(0, R(1), DENY, UNMATCHED))

STORY(from_inside, ASK(0, R(1)),
      {0.1, KISS_INSIDE, R(1), DENY, GA_REASON_FROM_INSIDE, GA_ACTION_NONE, 0, 0},
      DROPS(0.2, R(1), DENY, 3600))

STORY(another_port, ASK(0, R(1)),
      {0.1, OTHER_PORT, R(1), DENY, GA_REASON_UNMATCHED, GA_ACTION_NONE, 0, 0},
      DROPS(0.2, R(1), DENY, 3600))

/* Who answers many requests at once still gets one order for each pair. */
STORY(answers_out_of_order, ASK(0, R(1)), ASK(1, R(2)), ASK(2, R(3)),
      POLICES(2.1, R(3), RATE, 1024), NOTHING(2.2, R(1), RATE, SETTLING),
      TIME_IS(2.3, R(2), TIME_ANSWER))

STORY(exempt, SET(EXEMPT_SOURCE), ASK(0, R(1)), NOTHING(0, R(1), DENY, EXEMPT), ASK(1, R(2)),
      TIME_IS(1, R(2), TIME_ANSWER))

/* The limits that stand are those of the step: a polite client's first, a quarter of it then. */
static void police_numbers(void **state)
{
	static const struct {
		uint32_t lifetime_s, per_minute, burst;
	} steps[] = {{1024, 4, 8}, {4096, 1, 2}, {8192, 1, 2}, {8192, 1, 2}};
	struct ga_replay replay;

	(void)state;
	replay_open(&replay);
	for (unsigned i = 0; i < COUNT(steps); i++) {
		struct line lines[] = {ASK(100.0 * i, R(i)), POLICES(100.0 * i, R(i), RATE, 0)};
		struct packet ask = frame_of(&lines[0]), kiss = frame_of(&lines[1]);
		struct ga_frame frame = {ask.octets, ask.len, 0, (1 + 100 * i) * SECOND_NS};
		struct ga_step step;

		replay_frame(&replay, &frame, WALL);
		frame.octets = kiss.octets;
		step = replay_frame(&replay, &frame, WALL);
		assert_int_equal(step.order.lifetime_s, steps[i].lifetime_s);
		assert_int_equal(step.order.per_minute, steps[i].per_minute);
		assert_int_equal(step.order.burst, steps[i].burst);
		assert_int_equal(step.order.record_lifetime_s, 4 * steps[i].lifetime_s);
	}
	ga_replay_close(&replay);
}

/* The last octets of source and target; the nonce is theirs alone. */
static struct ga_step denied(struct ga_replay *replay, uint8_t source, uint8_t target)
{
	struct ga_step step = {.outcome = GA_OUTCOME_COUNT};

	for (unsigned answer = 0; answer < 2; answer++) {
		struct packet packet = packet_plain(4, answer);
		struct ga_frame frame = {packet.octets, packet.len, .time_ns = 1000 * SECOND_NS};

		packet.octets[answer ? 19 : 15] = source;
		packet.octets[answer ? 15 : 19] = target;
		put64(packet.octets + packet.ntp + (answer ? 24 : 40), R(source * 256 + target));
		if (answer)
			memcpy(packet.octets + packet.ntp + 12, "DENY", 4);
		step = replay_frame(replay, &frame, WALL);
	}
	assert_int_equal(step.order.action, GA_ACTION_DROP);
	return step;
}

/* One complainant's network has a quarter of a source's share; then its first drop makes room. */
static void a_full_quarter(void **state)
{
	struct ga_replay replay;

	(void)state;
	replay_open(&replay);
	for (uint8_t target = 1; target <= 5; target++) {
		struct ga_step step = denied(&replay, 10, target);

		assert_int_equal(step.outcome, GA_OUTCOME_INSTALLED);
		assert_int_equal(step.order.evicts, target == 5);
		assert_true(target < 5 || step.order.victim.target.octets[3] < 5);
	}
	assert_int_equal(ga_room_count(replay.room), 4);
	ga_replay_close(&replay);
}

/* Nobody holds more than one: whoever comes to a full table then is refused. */
static void a_full_table(void **state)
{
	struct ga_replay replay;

	(void)state;
	replay_open(&replay);
	for (uint8_t source = 1; source <= 17; source++)
		assert_int_equal(denied(&replay, source, 1).outcome,
				 source == 17 ? GA_OUTCOME_FULL : GA_OUTCOME_INSTALLED);
	assert_int_equal(ga_room_count(replay.room), 16);
	ga_replay_close(&replay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rate_three_offences),
	    cmocka_unit_test(rate_is_forgotten),
	    cmocka_unit_test(deny_four_times_up_to_the_cap),
	    cmocka_unit_test(deny_is_forgotten),
	    cmocka_unit_test(a_burst_settles),
	    cmocka_unit_test(settling_ends),
	    cmocka_unit_test(rate_then_deny),
	    cmocka_unit_test(rate_after_deny_keeps_the_drops),
	    cmocka_unit_test(a_doubted_deny_needs_a_second),
	    cmocka_unit_test(a_doubted_deny_is_not_its_own_second),
	    cmocka_unit_test(a_weak_rate_is_a_rate),
	    cmocka_unit_test(a_nonce_used_before_is_weak),
	    cmocka_unit_test(a_nonce_told_before_is_weak),
	    cmocka_unit_test(a_nonce_told_since_is_weak),
	    cmocka_unit_test(guessing_silences_weak_nonces),
	    cmocka_unit_test(four_misses_are_forgiven),
	    cmocka_unit_test(guessing_is_forgotten),
	    cmocka_unit_test(zero_proves_nothing),
	    cmocka_unit_test(whole_seconds_prove_nothing),
	    cmocka_unit_test(zero_may_be_probed),
	    cmocka_unit_test(a_replayed_kiss),
	    cmocka_unit_test(a_kiss_after_the_time),
	    cmocka_unit_test(the_time_after_a_kiss),
	    cmocka_unit_test(an_informational_kiss_is_a_verdict),
	    cmocka_unit_test(late),
	    cmocka_unit_test(never_asked),
	    cmocka_unit_test(from_inside),
	    cmocka_unit_test(another_port),
	    cmocka_unit_test(answers_out_of_order),
	    cmocka_unit_test(exempt),
	    cmocka_unit_test(police_numbers),
	    cmocka_unit_test(a_full_quarter),
	    cmocka_unit_test(a_full_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
