/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stories: a source goes on until it is dropped, edges answer or do not, the
 * network loses and doubles. Each is told twice, IPv4 and IPv6.
 */
#include "complainant_kit.h"

enum { GO_AWAY = GA_MESSAGE_GO_AWAY, CHALLENGE = GA_MESSAGE_CHALLENGE };
enum { CONFIRM = GA_MESSAGE_CONFIRM, RESULT = GA_MESSAGE_RESULT };

struct story {
	const char *label;
	struct {
		enum edge_does does;
		enum ga_status status;
	} edges[EDGES_MAX];
	uint32_t lost[5], doubled[5];
	/* What has come of it after 20 s, before anything is begun anew. */
	enum ga_progress progress;
	enum ga_status status;
	uint32_t results;
	size_t go_aways, confirms;
};

#define GRANTS                                                                                     \
	{                                                                                          \
		EDGE_ANSWERS, GA_STATUS_GRANTED                                                    \
	}

static const struct story stories[] = {
    {.label = "granted",
     .edges = {GRANTS},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 1,
     .go_aways = 1,
     .confirms = 1},
    {.label = "refused",
     .edges = {{EDGE_ANSWERS, GA_STATUS_REFUSED}},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_REFUSED,
     .results = 1,
     .go_aways = 1,
     .confirms = 1},
    {.label = "no evidence",
     .edges = {{EDGE_ANSWERS, GA_STATUS_NO_EVIDENCE}},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_NO_EVIDENCE,
     .results = 1,
     .go_aways = 1,
     .confirms = 1},
    {.label = "busy",
     .edges = {{EDGE_ANSWERS, GA_STATUS_BUSY}},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_BUSY,
     .results = 1,
     .go_aways = 1,
     .confirms = 1},
    {.label = "observed",
     .edges = {{EDGE_ANSWERS, GA_STATUS_OBSERVED}},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_OBSERVED,
     .results = 1,
     .go_aways = 1,
     .confirms = 1},
    {.label = "silence", .progress = GA_PROGRESS_UNANSWERED, .go_aways = 4},
    {.label = "an edge that never says what it did",
     .edges = {{EDGE_HIDES_RESULTS, GA_STATUS_REFUSED}},
     .progress = GA_PROGRESS_UNANSWERED,
     .go_aways = 1,
     .confirms = 4},
    {.label = "first GO-AWAY lost",
     .edges = {GRANTS},
     .lost = {[GO_AWAY] = 1},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 1,
     .go_aways = 2,
     .confirms = 1},
    {.label = "three GO-AWAYs lost",
     .edges = {GRANTS},
     .lost = {[GO_AWAY] = 7},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 1,
     .go_aways = 4,
     .confirms = 1},
    {.label = "four GO-AWAYs lost",
     .edges = {GRANTS},
     .lost = {[GO_AWAY] = 15},
     .progress = GA_PROGRESS_UNANSWERED,
     .go_aways = 4},
    {.label = "first CHALLENGE lost",
     .edges = {GRANTS},
     .lost = {[CHALLENGE] = 1},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 1,
     .go_aways = 2,
     .confirms = 1},
    {.label = "first CONFIRM lost",
     .edges = {GRANTS},
     .lost = {[CONFIRM] = 1},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 1,
     .go_aways = 1,
     .confirms = 2},
    {.label = "three CONFIRMs lost",
     .edges = {GRANTS},
     .lost = {[CONFIRM] = 7},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 1,
     .go_aways = 1,
     .confirms = 4},
    {.label = "first RESULT lost",
     .edges = {GRANTS},
     .lost = {[RESULT] = 1},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 1,
     .go_aways = 1,
     .confirms = 2},
    {.label = "all RESULTs lost",
     .edges = {GRANTS},
     .lost = {[RESULT] = ~0U},
     .progress = GA_PROGRESS_UNANSWERED,
     .go_aways = 1,
     .confirms = 4},
    {.label = "one of each lost",
     .edges = {GRANTS},
     .lost = {[GO_AWAY] = 1, [CHALLENGE] = 1, [CONFIRM] = 1, [RESULT] = 1},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 1,
     .go_aways = 3,
     .confirms = 3},
    {.label = "GO-AWAY doubled: two cookies, maybe the same",
     .edges = {GRANTS},
     .doubled = {[GO_AWAY] = 1},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 1,
     .go_aways = 1,
     .confirms = 1},
    {.label = "all doubled",
     .edges = {GRANTS},
     .doubled = {0, ~0U, ~0U, ~0U, ~0U},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 1,
     .go_aways = 1,
     .confirms = 1},
    {.label = "two edges grant",
     .edges = {GRANTS, GRANTS},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 2,
     .go_aways = 1,
     .confirms = 2},
    {.label = "the second of two edges grants",
     .edges = {{EDGE_ANSWERS, GA_STATUS_OBSERVED}, GRANTS},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 2,
     .go_aways = 1,
     .confirms = 2},
    {.label = "the first of two edges says nothing",
     .edges = {{EDGE_HIDES_RESULTS, GA_STATUS_BUSY}, GRANTS},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 1,
     .go_aways = 1,
     .confirms = 5},
    {.label = "two edges, all doubled",
     .edges = {GRANTS, GRANTS},
     .doubled = {0, ~0U, ~0U, ~0U, ~0U},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 2,
     .go_aways = 1,
     .confirms = 2},
    {.label = "six edges: four cookies are confirmed",
     .edges = {GRANTS, GRANTS, GRANTS, GRANTS, GRANTS, GRANTS},
     .progress = GA_PROGRESS_ANSWERED,
     .status = GA_STATUS_GRANTED,
     .results = 4,
     .go_aways = 1,
     .confirms = 4},
};

static void tell(const struct story *story, uint8_t version, enum ga_scope scope)
{
	struct world world = world_make(8);
	struct ga_wish wish = {.scope = scope, .lifetime_s = 3600};
	struct ga_flow flow = vector_flow(version);
	const struct ga_complaint *complaint;

	for (size_t i = 0; i < EDGES_MAX; i++) {
		world.edges[i].does = story->edges[i].does;
		world.edges[i].status = story->edges[i].status;
	}
	memcpy(world.lost, story->lost, sizeof(world.lost));
	memcpy(world.doubled, story->doubled, sizeof(world.doubled));
	for (unsigned i = 0; i < 200; i++) {
		if (!world.dropped)
			offend(&world, &flow, &wish);
		deliver(&world);
		tick(&world);
		deliver(&world);
		world.now_ns += SECOND_NS / 10;
	}
	complaint = about(&world, version == 4 ? C4 : C6);
	assert_non_null(complaint);
	row_assert(story->label, complaint->progress == story->progress);
	row_assert(story->label, complaint->results == story->results);
	row_assert(story->label, sent_count(&world, GA_MESSAGE_GO_AWAY) == story->go_aways);
	row_assert(story->label, sent_count(&world, GA_MESSAGE_CONFIRM) == story->confirms);
	if (story->progress == GA_PROGRESS_ANSWERED) {
		row_assert(story->label, complaint->result.status == story->status);
		row_assert(story->label, complaint->result.scope == scope);
		row_assert(story->label, flow_equal(&complaint->result.quote.flow, &flow));
	}
	row_assert(story->label, tick(&world) == 0);
	for (size_t i = 0; i < EDGES_MAX; i++)
		row_assert(story->label, world.edges[i].disbelieved == 0);
	world_end(&world);
}

static void all_stories(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(stories); i++) {
		tell(&stories[i], 4, GA_SCOPE_SERVICE);
		tell(&stories[i], 6, GA_SCOPE_HOST);
	}
}

/* Whatever is lost, doubled and late, the laws hold: the kit asserts them. */
static void random_networks(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (unsigned i = 0; i < 600; i++) {
		struct world world = world_make(4);
		struct ga_wish wish = {GA_SCOPE_SERVICE, 3600};
		unsigned edges = random_under(&seed, 4);
		size_t confirms;

		for (size_t e = 0; e < edges; e++) {
			world.edges[e].does = EDGE_ANSWERS;
			world.edges[e].status = GA_STATUS_GRANTED + random_under(&seed, 6);
			if (world.edges[e].status == GA_STATUS_RELEASED)
				world.edges[e].status = GA_STATUS_BUSY;
		}
		for (size_t type = 1; type < 5; type++) {
			world.lost[type] = (uint32_t)(random_next(&seed) & random_next(&seed));
			world.doubled[type] = (uint32_t)random_next(&seed);
		}
		for (unsigned step = 0; step < 400; step++) {
			struct ga_flow flow = flow_of(C4, V4, C_PORT);

			flow.target_port = (uint16_t)(1 + random_under(&seed, 3));
			if (!world.dropped || random_under(&seed, 10) == 0)
				offend(&world, &flow, &wish);
			if (random_under(&seed, 3))
				deliver(&world);
			if (random_under(&seed, 3))
				tick(&world);
			world.now_ns += random_next(&seed) % (SECOND_NS / 2);
		}
		confirms = sent_count(&world, GA_MESSAGE_CONFIRM);
		assert_true(confirms <= 16 * sent_count(&world, GA_MESSAGE_GO_AWAY));
		world_end(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_stories),
	    cmocka_unit_test(random_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
