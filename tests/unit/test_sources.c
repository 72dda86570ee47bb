/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whom `goaway sender` leaves in peace, for how long, and who makes room for whom.
 */
#include "sources.h"

#include "unit.h"

#define V "198.51.100.7"
#define MINUTE_NS (60 * SECOND_NS)

static const struct ga_message refused = {.status = GA_STATUS_REFUSED};
static const struct ga_message one_service = {
    .status = GA_STATUS_GRANTED, .scope = GA_SCOPE_SERVICE, .lifetime_s = 3600};
static const struct ga_message whole_host = {
    .status = GA_STATUS_GRANTED, .scope = GA_SCOPE_HOST, .lifetime_s = 3600};

static struct ga_source *begin(struct ga_sources *sources, const struct ga_flow *flow)
{
	struct ga_source *source = ga_sources_find(sources, &flow->source);

	if (!source)
		source = ga_sources_take(sources, &flow->source);
	assert_non_null(source);
	source->flow = *flow;
	ga_sources_open(sources, source);
	return source;
}

/* Each time nothing came of it, twice as long, up to an hour; what was granted begins anew. */
static void peace(void **state)
{
	static const unsigned minutes[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
	struct ga_flow flow = flow_of("192.0.2.1", V, 4000);
	struct ga_sources sources;
	uint64_t now_ns = SECOND_NS;

	(void)state;
	assert_int_equal(ga_sources_init(&sources, 2), 0);
	for (size_t i = 0; i < COUNT(minutes); i++) {
		struct ga_source *source = begin(&sources, &flow);

		ga_sources_close(&sources, source, i & 1 ? &refused : NULL, now_ns);
		assert_int_equal(sources.open, 0);
		now_ns += minutes[i] * MINUTE_NS;
		assert_false(ga_source_ripe(source, &flow, now_ns - 1));
		assert_true(ga_source_ripe(source, &flow, now_ns));
	}
	ga_sources_close(&sources, begin(&sources, &flow), &whole_host, now_ns);
	ga_sources_close(&sources, begin(&sources, &flow), NULL, now_ns);
	assert_false(ga_source_ripe(&sources.entries[0], &flow, now_ns + MINUTE_NS - 1));
	assert_true(ga_source_ripe(&sources.entries[0], &flow, now_ns + MINUTE_NS));
	ga_sources_free(&sources);
}

/* Peace is for what was stopped: one service, or all. */
static void scope(void **state)
{
	struct ga_flow flow = flow_of("192.0.2.1", V, 4000), other = flow;
	struct ga_sources sources;
	struct ga_source *source;

	(void)state;
	assert_int_equal(ga_sources_init(&sources, 1), 0);
	source = begin(&sources, &flow);
	ga_sources_close(&sources, source, &one_service, 0);
	other.source_port++;
	assert_false(ga_source_ripe(source, &other, SECOND_NS));
	other.target_port++;
	assert_true(ga_source_ripe(source, &other, SECOND_NS));
	other = flow;
	other.protocol = GA_PROTOCOL_TCP;
	assert_true(ga_source_ripe(source, &other, SECOND_NS));
	other = flow;
	other.target = addr_of("198.51.100.8");
	assert_true(ga_source_ripe(source, &other, SECOND_NS));
	ga_sources_close(&sources, begin(&sources, &flow), &whole_host, 0);
	assert_false(ga_source_ripe(source, &other, SECOND_NS));
	ga_sources_close(&sources, begin(&sources, &flow), &refused, 0);
	assert_false(ga_source_ripe(source, &other, SECOND_NS));
	ga_sources_free(&sources);
}

/* Of two edges the later one grants what the first has not; the other way round changes nothing. */
static void two_edges(void **state)
{
	struct ga_flow flow = flow_of("2001:db8::1", "2001:db8::2", 4000);
	struct ga_sources sources;
	struct ga_source *source;

	(void)state;
	assert_int_equal(ga_sources_init(&sources, 1), 0);
	source = begin(&sources, &flow);
	ga_sources_close(&sources, source, &refused, 0);
	assert_int_equal(source->failures, 1);
	ga_sources_close(&sources, source, &one_service, SECOND_NS);
	assert_int_equal(source->failures, 0);
	assert_int_equal(sources.open, 0);
	ga_sources_close(&sources, source, &refused, 2 * SECOND_NS);
	assert_int_equal(source->failures, 0);
	assert_true(ga_source_ripe(source, &flow, SECOND_NS + MINUTE_NS));
	ga_sources_free(&sources);
}

/* Whose complaint is over, and who has been silent longest, makes room; an open one never does. */
static void room(void **state)
{
	static const char *const texts[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"};
	struct ga_flow flows[COUNT(texts)];
	struct ga_sources sources;

	(void)state;
	assert_int_equal(ga_sources_init(&sources, 3), 0);
	for (size_t i = 0; i < COUNT(texts); i++)
		flows[i] = flow_of(texts[i], V, 4000);
	for (size_t i = 0; i < 3; i++)
		begin(&sources, &flows[i])->last_ns = (3 - i) * SECOND_NS;
	assert_null(ga_sources_take(&sources, &flows[3].source));
	for (size_t i = 0; i < 2; i++)
		ga_sources_close(&sources, ga_sources_find(&sources, &flows[i].source), NULL, 0);
	assert_non_null(ga_sources_take(&sources, &flows[3].source));
	assert_non_null(ga_sources_find(&sources, &flows[0].source));
	assert_null(ga_sources_find(&sources, &flows[1].source));
	assert_non_null(ga_sources_find(&sources, &flows[2].source));
	assert_non_null(ga_sources_find(&sources, &flows[3].source));
	assert_int_equal(sources.used, 3);
	assert_int_equal(sources.open, 1);
	ga_sources_free(&sources);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(peace),
	    cmocka_unit_test(scope),
	    cmocka_unit_test(two_edges),
	    cmocka_unit_test(room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
