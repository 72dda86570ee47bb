/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/firewall.h>

#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* An ICMP error of a flow, that came in by "wan"; where it goes and who sent it is not known. */
static struct ga_walker icmp_error(void)
{
	struct ga_walker walker = ga_walker_make(4, GA_PROTOCOL_ICMP);

	walker.ct_state = GA_CT_RELATED;
	walker.reply = true;
	walker.iifname = "wan";
	ga_walker_know(&walker, 0, "\x03\x0d", 2);
	return walker;
}

/* ---- rules ---- */

#define LOAD(what, to)                                                                             \
	{                                                                                          \
		.op = GA_EXPR_LOAD, .field = GA_FIELD_##what, .reg = (to)                          \
	}
#define OCTETS(of, at, n)                                                                          \
	{                                                                                          \
		.op = GA_EXPR_LOAD, .field = GA_FIELD_##of, .offset = (at), .len = (n)             \
	}
#define IS(n, ...)                                                                                 \
	{                                                                                          \
		.op = GA_EXPR_COMPARE, .len = (n), .data = __VA_ARGS__                             \
	}
#define IS_NOT(n, ...)                                                                             \
	{                                                                                          \
		.op = GA_EXPR_COMPARE, .compare = GA_COMPARE_NE, .len = (n), .data = __VA_ARGS__   \
	}
#define AND(n, ...)                                                                                \
	{                                                                                          \
		.op = GA_EXPR_MASK, .len = (n), .data = __VA_ARGS__                                \
	}
#define DO(what)                                                                                   \
	{                                                                                          \
		.op = GA_EXPR_VERDICT, .verdict = {.kind = GA_VERDICT_##what }                     \
	}
#define TO(what, where)                                                                            \
	{                                                                                          \
		.op = GA_EXPR_VERDICT, .verdict = { GA_VERDICT_##what, (where) }                   \
	}
#define MAYBE                                                                                      \
	{                                                                                          \
		.op = GA_EXPR_MAYBE                                                                \
	}
#define UNTRACK                                                                                    \
	{                                                                                          \
		.op = GA_EXPR_UNTRACK                                                              \
	}
#define LOOKUP(name, n)                                                                            \
	{                                                                                          \
		.op = GA_EXPR_LOOKUP, .set = (name), .len = (n)                                    \
	}
#define VMAP(name, n)                                                                              \
	{                                                                                          \
		.op = GA_EXPR_LOOKUP, .set = (name), .len = (n), .map = true                       \
	}

#define RULE(...)                                                                                  \
	{                                                                                          \
		.exprs = (const struct ga_expr[]){__VA_ARGS__},                                    \
		.count = COUNT(((const struct ga_expr[]){__VA_ARGS__}))                            \
	}
#define RULES(...)                                                                                 \
	.rules = (const struct ga_other_rule[]){__VA_ARGS__},                                      \
	.count = COUNT(((const struct ga_other_rule[]){__VA_ARGS__}))
#define CHAIN(called, ...)                                                                         \
	{                                                                                          \
		.family = "inet", .table = "fw", .name = called, RULES(__VA_ARGS__)                \
	}
#define BASE(drops_, ...)                                                                          \
	{                                                                                          \
		.family = "inet", .table = "fw", .name = "base", .hook = GA_HOOK_FORWARD,          \
		.drops = (drops_), RULES(__VA_ARGS__)                                              \
	}

/* Where a small number stands in a register: numbers there are as this machine has them. */
enum { LOW = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 3 : 0 };

/* Sets that tests name: "wans" has "wan"; "nobody knows" fails; "states" is a map. */
static int ask(void *context, const struct ga_other_chain *chain, const char *set,
	       const uint8_t *key, size_t len, struct ga_rule_verdict *ret)
{
	(void)context;
	assert_non_null(chain);
	if (strcmp(set, "wans") == 0)
		return len == 16 && strcmp((const char *)key, "wan") == 0;
	if (strcmp(set, "states") == 0 && key[LOW] == GA_CT_RELATED) {
		*ret = (struct ga_rule_verdict){GA_VERDICT_JUMP, "related"};
		return 1;
	}
	return strcmp(set, "states") == 0 ? 0 : -EINVAL;
}

#define WALK(...)                                                                                  \
	walk((const struct ga_other_chain[]){__VA_ARGS__},                                         \
	     COUNT(((const struct ga_other_chain[]){__VA_ARGS__})), icmp_error())

static struct ga_other_fate walk(const struct ga_other_chain *chains, size_t count,
				 struct ga_walker walker)
{
	const struct ga_other_rules rules = {chains, count, ask, NULL};

	return ga_other_walk(&rules, &chains[0], &walker);
}

#define RELATED_OR_ESTABLISHED                                                                     \
	LOAD(CT_STATE, 0), AND(4, {[LOW] = GA_CT_ESTABLISHED | GA_CT_RELATED}), IS_NOT(4, {0})
#define INVALID LOAD(CT_STATE, 0), AND(4, {[LOW] = GA_CT_INVALID}), IS_NOT(4, {0})

/* ---- tests ---- */

static void policies(void **state)
{
	struct ga_other_fate fate = WALK(BASE(true, RULE(INVALID, DO(DROP))));

	(void)state;
	assert_true(fate.dropped);
	assert_null(fate.drop.rule);
	assert_string_equal(fate.drop.chain->name, "base");
	assert_false(WALK(BASE(false, RULE(INVALID, DO(DROP)))).dropped);
	assert_false(WALK(BASE(true, RULE(RELATED_OR_ESTABLISHED, DO(ACCEPT)))).dropped);
}

static void fields(void **state)
{
	(void)state;
#define DROPS(...) WALK(BASE(false, RULE(__VA_ARGS__, DO(DROP)))).dropped
	assert_true(DROPS(LOAD(L4PROTO, 0), IS(1, {1})));
	assert_false(DROPS(LOAD(L4PROTO, 0), IS(1, {17})));
	assert_true(DROPS(LOAD(NFPROTO, 0), IS(1, {2})));
	assert_true(DROPS(LOAD(ETHERTYPE, 0), IS(2, {8, 0})));
	assert_true(DROPS(LOAD(IIFNAME, 0), IS(16, "wan")));
	assert_true(DROPS(LOAD(IIFNAME, 0), IS(1, "w"))); /* "w*" */
	assert_false(DROPS(LOAD(IIFNAME, 0), IS(16, "wan2")));
	assert_true(DROPS(LOAD(CT_DIRECTION, 0), IS(1, {1})));
	assert_true(DROPS(OCTETS(TRANSPORT, 0, 2), IS(2, {3, 13})));
	assert_true(DROPS(OCTETS(NETWORK, 9, 1), IS(1, {1})));
	/* where it goes, who sent it, and what is behind its first octets */
	assert_false(DROPS(LOAD(OIFNAME, 0), IS(16, "lan")));
	assert_false(DROPS(LOAD(OIFNAME, 0), IS_NOT(16, "lan")));
	assert_false(DROPS(OCTETS(NETWORK, 12, 4), IS(4, {192, 0, 2, 1})));
	assert_false(DROPS(OCTETS(TRANSPORT, 2, 2), IS_NOT(2, {0})));
	assert_false(DROPS(OCTETS(TRANSPORT, 100, 2), IS_NOT(2, {0})));
	assert_false(DROPS(LOAD(IIF, 0), IS(4, {3})));
	assert_false(DROPS(MAYBE));
	/* a part of an octet decides, or what the mask leaves of it */
	assert_true(DROPS(OCTETS(NETWORK, 6, 2), AND(2, {0x3f, 0xff}), IS(2, {0, 0})));
	assert_false(DROPS(OCTETS(NETWORK, 6, 2), AND(2, {0x7f, 0xff}), IS(2, {0, 0})));
	assert_true(DROPS(OCTETS(NETWORK, 6, 2), IS_NOT(2, {0x20, 0})));
	assert_true(DROPS(OCTETS(NETWORK, 12, 4), AND(4, {0}), IS(4, {0})));
	/* ordered */
#define ORDERED(how, value)                                                                        \
	DROPS(LOAD(L4PROTO, 0),                                                                    \
	      {.op = GA_EXPR_COMPARE, .compare = GA_COMPARE_##how, .len = 1, .data = {value}})
	assert_true(ORDERED(LT, 2));
	assert_false(ORDERED(LT, 1));
	assert_true(ORDERED(LE, 1));
	assert_true(ORDERED(GT, 0));
	assert_false(ORDERED(GE, 2));
#define WITHIN(from, until, not )                                                                  \
	DROPS(LOAD(L4PROTO, 0),                                                                    \
	      {.op = GA_EXPR_RANGE, .len = 1, .data = {from}, .other = {until}, .invert = (not )})
	assert_true(WITHIN(1, 4, false));
	assert_false(WITHIN(2, 4, false));
	assert_true(WITHIN(2, 4, true));
	/* what stood in a register before */
	assert_false(DROPS(LOAD(L4PROTO, 0), {.op = GA_EXPR_FORGET, .len = 1}, IS(1, {1})));
	assert_true(DROPS({.op = GA_EXPR_SET, .len = 1, .data = {7}}, IS(1, {7})));
}

static void sets(void **state)
{
	(void)state;
	assert_true(DROPS(LOAD(IIFNAME, 0), LOOKUP("wans", 16)));
	assert_false(DROPS(LOAD(IIFNAME, 0),
			   {.op = GA_EXPR_LOOKUP, .set = "wans", .len = 16, .invert = true}));
	assert_false(DROPS(LOAD(OIFNAME, 0), LOOKUP("wans", 16)));
	assert_false(DROPS(LOAD(IIFNAME, 0), LOOKUP("nobody knows", 16)));
	assert_true(WALK(BASE(false, RULE(LOAD(CT_STATE, 0), VMAP("states", 4))),
			 CHAIN("related", RULE(DO(DROP))))
			.dropped);
	assert_false(WALK(BASE(true, RULE(LOAD(CT_STATE, 0), VMAP("states", 4))),
			  CHAIN("related", RULE(DO(ACCEPT))))
			 .dropped);
	/* a map of which nothing is known may let pass */
	assert_false(WALK(BASE(true, RULE(LOAD(OIFNAME, 0), VMAP("states", 4)))).dropped);
}

/* What may have happened before decides what can be said. */
static void doubts(void **state)
{
	(void)state;
	assert_false(WALK(BASE(true, RULE(MAYBE, DO(ACCEPT)))).dropped);
	assert_false(WALK(BASE(true, RULE(MAYBE, DO(ELSEWHERE)))).dropped);
	assert_true(WALK(BASE(true, RULE(MAYBE, DO(DROP)))).dropped);
	assert_true(WALK(BASE(true, RULE(MAYBE, DO(RETURN)))).dropped);
	assert_false(WALK(BASE(false, RULE(MAYBE, DO(RETURN)), RULE(DO(DROP)))).dropped);
	assert_false(WALK(BASE(true, RULE(DO(ELSEWHERE)))).dropped);
	assert_false(
	    WALK(BASE(true, RULE(MAYBE, TO(JUMP, "sub"))), CHAIN("sub", RULE(DO(ACCEPT)))).dropped);
	assert_true(
	    WALK(BASE(true, RULE(MAYBE, TO(JUMP, "sub"))), CHAIN("sub", RULE(DO(DROP)))).dropped);
	assert_false(
	    WALK(BASE(false, RULE(MAYBE, TO(JUMP, "sub"))), CHAIN("sub", RULE(DO(DROP)))).dropped);
	assert_false(WALK(BASE(false, RULE(MAYBE, TO(GOTO, "sub")), RULE(DO(DROP))),
			  CHAIN("sub", RULE(MAYBE, DO(DROP))))
			 .dropped);
	assert_false(WALK(BASE(true, RULE(TO(JUMP, "nowhere")))).dropped);
}

static void chains(void **state)
{
	struct ga_other_fate fate;

	(void)state;
	fate = WALK(BASE(false, RULE(TO(JUMP, "one")), RULE(DO(ACCEPT))),
		    CHAIN("one", RULE(TO(JUMP, "two")), RULE(DO(DROP))),
		    CHAIN("two", RULE(DO(RETURN)), RULE(DO(ACCEPT))));
	assert_true(fate.dropped);
	assert_string_equal(fate.drop.chain->name, "one");
	assert_ptr_equal(fate.drop.rule, &fate.drop.chain->rules[1]);
	/* goto does not come back */
	assert_false(WALK(BASE(false, RULE(TO(GOTO, "one")), RULE(DO(DROP))),
			  CHAIN("one", RULE(INVALID, DO(DROP))))
			 .dropped);
	assert_false(
	    WALK(BASE(false, RULE(TO(JUMP, "one")), RULE(DO(DROP))), CHAIN("one", RULE(DO(ACCEPT))))
		.dropped);
	/* the first that may be it is not the one that is */
	fate = WALK(BASE(false, RULE(MAYBE, DO(DROP)), RULE(DO(DROP))));
	assert_ptr_equal(fate.drop.rule, &fate.drop.chain->rules[1]);
}

static void of_another_table(void **state)
{
	const struct ga_other_chain chains_[] = {
	    BASE(false, RULE(TO(JUMP, "sub"))),
	    {.family = "ip", .table = "fw", .name = "sub", RULES(RULE(DO(DROP)))},
	    {.family = "inet", .table = "fw2", .name = "sub", RULES(RULE(DO(DROP)))},
	    CHAIN("sub", RULE(DO(ACCEPT))),
	};

	(void)state;
	assert_false(walk(chains_, COUNT(chains_), icmp_error()).dropped);
}

static void untracked(void **state)
{
	(void)state;
#define UNTRACKS(...) WALK(BASE(false, __VA_ARGS__), CHAIN("sub", RULE(UNTRACK))).untracked
	assert_true(UNTRACKS(RULE(UNTRACK)));
	assert_true(UNTRACKS(RULE(TO(JUMP, "sub"))));
	assert_false(UNTRACKS(RULE(MAYBE, UNTRACK)));
	assert_false(UNTRACKS(RULE(MAYBE, TO(JUMP, "sub"))));
	assert_false(UNTRACKS(RULE(INVALID, UNTRACK)));
	assert_false(UNTRACKS(RULE(MAYBE, DO(ACCEPT)), RULE(UNTRACK)));
	assert_false(UNTRACKS(RULE(MAYBE, DO(RETURN)), RULE(UNTRACK)));
}

/* Ahead of connection tracking all is invalid; at its own priority nobody knows. */
static void before_conntrack(void **state)
{
	static const struct {
		enum ga_hook hook;
		int32_t priority;
		bool dropped;
	} rows[] = {
	    {GA_HOOK_PREROUTING, -300, true},	{GA_HOOK_PREROUTING, -200, false},
	    {GA_HOOK_PREROUTING, -150, false},	{GA_HOOK_OUTPUT, -300, true},
	    {GA_HOOK_FORWARD, -300, false},	{GA_HOOK_INGRESS, 0, true},
	    {GA_HOOK_POSTROUTING, -300, false}, {GA_HOOK_EGRESS, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ga_other_chain base = BASE(false, RULE(INVALID, DO(DROP)));

		base.hook = rows[i].hook;
		base.priority = rows[i].priority;
		assert_int_equal(walk(&base, 1, icmp_error()).dropped, rows[i].dropped);
	}
}

static void what_a_chain_sees(void **state)
{
	struct ga_other_chain base = BASE(true, RULE(INVALID, DO(DROP)));
	struct ga_walker walker = icmp_error();

	(void)state;
	base.version = 6;
	assert_false(walk(&base, 1, walker).dropped);
	base.version = 4;
	assert_true(walk(&base, 1, walker).dropped);
	base.nat = true;
	assert_false(walk(&base, 1, walker).dropped);
	walker.ct_state = GA_CT_NEW;
	assert_true(walk(&base, 1, walker).dropped);
}

static void ipv6(void **state)
{
	struct ga_walker walker = ga_walker_make(6, GA_PROTOCOL_ICMPV6);
	const struct ga_other_chain by_header =
	    BASE(false, RULE(OCTETS(NETWORK, 6, 1), IS(1, {GA_PROTOCOL_ICMPV6}), LOAD(NFPROTO, 0),
			     IS(1, {10}), LOAD(ETHERTYPE, 0), IS(2, {0x86, 0xdd}), DO(DROP)));

	(void)state;
	assert_true(walk(&by_header, 1, walker).dropped);
}

/* ---- bounds ---- */

static void no_end(void **state)
{
	const struct ga_other_chain loop[] = {
	    BASE(true, RULE(TO(JUMP, "loop"))),
	    CHAIN("loop", RULE(TO(JUMP, "loop")), RULE(TO(JUMP, "loop"))),
	};

	(void)state;
	assert_false(walk(loop, COUNT(loop), icmp_error()).dropped);
}

/* Fourteen chains that each jump twice to the next: more steps than are taken. */
static void many_steps(void **state)
{
	struct ga_expr jumps[15];
	struct ga_other_rule twenty[15][20];
	struct ga_other_chain deep[15];
	char names[16][3];

	(void)state;
	for (size_t i = 0; i < COUNT(deep); i++) {
		(void)snprintf(names[i], sizeof(names[i]), "%c", (int)('a' + i));
		(void)snprintf(names[i + 1], sizeof(names[i + 1]), "%c", (int)('b' + i));
		jumps[i] = (struct ga_expr)TO(JUMP, names[i + 1]);
		for (size_t j = 0; j < COUNT(twenty[i]); j++)
			twenty[i][j] = (struct ga_other_rule){.exprs = &jumps[i], .count = 1};
		deep[i] = (struct ga_other_chain){.family = "inet",
						  .table = "fw",
						  .name = names[i],
						  .hook = i ? GA_HOOK_NONE : GA_HOOK_FORWARD,
						  .drops = true,
						  .rules = twenty[i],
						  .count = COUNT(twenty[i])};
	}
	deep[14].count = 0;
	assert_false(walk(deep, COUNT(deep), icmp_error()).dropped);
	deep[2].count = 0; /* and few enough */
	assert_true(walk(deep, COUNT(deep), icmp_error()).dropped);
}

/* Whatever stands in rules, nothing is read or written beside the registers. */
static void garbage(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct ga_expr exprs[8];
		const struct ga_other_rule rule = {.exprs = exprs, .count = COUNT(exprs)};
		struct ga_other_chain base = {.family = "inet",
					      .table = "fw",
					      .name = "base",
					      .hook = GA_HOOK_FORWARD,
					      .rules = &rule,
					      .count = 1};

		for (size_t i = 0; i < COUNT(exprs); i++) {
			for (size_t j = 0; j < sizeof(exprs[i].data); j++)
				exprs[i].data[j] = exprs[i].other[j] = (uint8_t)random_next(&seed);
			exprs[i].op = random_under(&seed, GA_EXPR_VERDICT);
			exprs[i].field = random_under(&seed, GA_FIELD_TRANSPORT + 1);
			exprs[i].compare = random_under(&seed, GA_COMPARE_GE + 1);
			exprs[i].reg = (uint8_t)random_under(&seed, 2 * GA_REGISTERS);
			exprs[i].from = (uint8_t)random_under(&seed, 2 * GA_REGISTERS);
			exprs[i].len = (uint8_t)random_under(&seed, GA_EXPR_DATA_MAX + 1);
			exprs[i].offset = (uint16_t)random_under(&seed, 80);
			exprs[i].map = exprs[i].invert = random_under(&seed, 2);
			exprs[i].set = "wans";
			exprs[i].verdict = (struct ga_rule_verdict){GA_VERDICT_CONTINUE, NULL};
		}
		(void)walk(&base, 1, icmp_error());
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(policies),
	    cmocka_unit_test(fields),
	    cmocka_unit_test(sets),
	    cmocka_unit_test(doubts),
	    cmocka_unit_test(chains),
	    cmocka_unit_test(of_another_table),
	    cmocka_unit_test(untracked),
	    cmocka_unit_test(before_conntrack),
	    cmocka_unit_test(what_a_chain_sees),
	    cmocka_unit_test(ipv6),
	    cmocka_unit_test(no_end),
	    cmocka_unit_test(many_steps),
	    cmocka_unit_test(garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
