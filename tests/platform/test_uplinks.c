/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Uplinks, in a network namespace of its own with real routes.
 */
#include <goaway/uplinks.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "namespace.h"

static bool have_namespace;

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static int setup(void **state)
{
	if (!have_namespace)
		skip();
	run("ip link set lo up && "
	    "for i in 0 1; do ip link add wan$i type veth peer name peer$i && "
	    "ip link set peer$i up && ip link set wan$i up; done && "
	    "ip addr add 192.0.2.1/24 dev wan0 && ip addr add 198.51.100.1/24 dev wan1 && "
	    "ip addr add 2001:db8::1/64 dev wan0 nodad && "
	    "ip addr add 2001:db8:1::1/64 dev wan1 nodad");
	return ga_uplinks_open((struct ga_uplinks **)state);
}

static int teardown(void **state)
{
	ga_uplinks_close(*state);
	if (have_namespace)
		run("for link in wan0 wan1 renamed0 extra0; do ip link del $link; done "
		    "2>/dev/null; "
		    "ip nexthop flush >/dev/null 2>&1; ip route flush table main; "
		    "ip -6 route flush table main; ip route flush table 100 2>/dev/null; true");
	return 0;
}

static void assert_found(struct ga_uplinks *uplinks, const char *expected)
{
	char names[GA_UPLINKS_MAX][GA_IFNAME_MAX];
	char text[GA_UPLINKS_MAX * GA_IFNAME_MAX] = "";
	int count = ga_uplinks_find(uplinks, names);

	assert_true(count >= 0);
	for (int i = 0; i < count; i++) {
		strcat(text, i ? " " : "");
		strcat(text, names[i]);
	}
	assert_string_equal(text, expected);
}

static const struct route_case {
	const char *what;
	const char *commands;
	const char *found;
} route_cases[] = {
    {"no route", "true", ""},
    {"IPv4", "ip route add default via 192.0.2.2", "wan0"},
    {"IPv6", "ip -6 route add default via 2001:db8:1::2", "wan1"},
    {"source-specific IPv6", "ip -6 route add default from 2001:db8::/64 via 2001:db8::2", "wan0"},
    {"another table", "ip route add default via 192.0.2.2 table 100", "wan0"},
    {"both families, each once, sorted",
     "ip route add default via 198.51.100.2 && ip route add default via 192.0.2.2 metric 9 && "
     "ip -6 route add default via 2001:db8:1::2",
     "wan0 wan1"},
    {"multipath", "ip route add default nexthop via 192.0.2.2 nexthop via 198.51.100.2 weight 2",
     "wan0 wan1"},
    {"multipath IPv6", "ip -6 route add default nexthop via 2001:db8::2 nexthop via 2001:db8:1::2",
     "wan0 wan1"},
    {"blackhole", "ip route add blackhole default", ""},
    {"unreachable IPv6", "ip -6 route add unreachable default metric 9", ""},
    {"local", "ip route add local default dev lo table 100", ""},
    {"half the Internet", "ip route add 0.0.0.0/1 via 192.0.2.2", ""},
    {"nexthop object", "ip nexthop add id 7 via 192.0.2.2 dev wan0 && ip route add default nhid 7",
     "wan0"},
    {"nexthop object alone is no route", "ip nexthop add id 7 via 192.0.2.2 dev wan0", ""},
    {"nexthop group, members not told with the route",
     "sysctl -qw net.ipv4.nexthop_compat_mode=0 && "
     "ip nexthop add id 7 via 192.0.2.2 dev wan0 && "
     "ip nexthop add id 9 via 198.51.100.2 dev wan1 && ip nexthop add id 8 group 7/9 && "
     "ip nexthop add id 10 via 192.0.2.3 dev wan0 && ip route add default nhid 8",
     "wan0 wan1"},
};

static void test_find(void **state)
{
	for (size_t i = 0; i < sizeof(route_cases) / sizeof(route_cases[0]); i++) {
		print_message("# %s\n", route_cases[i].what);
		run(route_cases[i].commands);
		assert_found(*state, route_cases[i].found);
		(void)teardown(state);
		assert_int_equal(setup(state), 0);
	}
}

static void test_too_many(void **state)
{
	char names[GA_UPLINKS_MAX][GA_IFNAME_MAX];

	run("for i in $(seq 17); do ip link add a$i type veth peer name b$i && "
	    "ip link set a$i up && ip route add default dev a$i table $((100 + i)) && "
	    "ip link set b$i up && ip route add default dev b$i table $((200 + i)); done");
	assert_int_equal(ga_uplinks_find(*state, names), -E2BIG);
	run("ip link del a17");
	assert_int_equal(ga_uplinks_find(*state, names), GA_UPLINKS_MAX);
	assert_string_equal(names[0], "a1");
	run("for i in $(seq 16); do ip link del a$i; done");
}

static const struct change_case {
	const char *what;
	const char *before;
	const char *commands;
	int changed;
	const char *found;
} change_cases[] = {
    {"nothing", "true", "true", 0, ""},
    {"default route", "true", "ip route add default via 192.0.2.2", 1, "wan0"},
    {"default route gone", "ip -6 route add default via 2001:db8::2", "ip -6 route del default", 1,
     ""},
    {"default route in table 100", "true", "ip route add default via 192.0.2.2 table 100", 1,
     "wan0"},
    {"default route replaced by none", "ip route add default via 192.0.2.2",
     "ip route replace blackhole default", 1, ""},
    {"ordinary routes", "ip route add default via 192.0.2.2",
     "ip route add 203.0.113.0/24 via 192.0.2.2 && ip route del 203.0.113.0/24 && "
     "ip -6 route add 2001:db8:2::/48 via 2001:db8::2",
     0, "wan0"},
    {"an address more", "ip route add default via 192.0.2.2", "ip addr add 192.0.2.9/24 dev wan0",
     0, "wan0"},
    {"last address gone", "ip route add default via 192.0.2.2", "ip addr del 192.0.2.1/24 dev wan0",
     1, ""},
    {"link down", "ip route add default via 192.0.2.2", "ip link set wan0 down", 1, ""},
    {"link gone", "ip route add default via 192.0.2.2", "ip link del wan0", 1, ""},
    {"link new", "true", "ip link add extra0 type veth peer name extra1", 1, ""},
    {"link's state", "ip route add default via 192.0.2.2",
     "ip link set wan0 mtu 1400 && ip link set wan0 multicast off", 0, "wan0"},
    {"nexthop object moved",
     "ip nexthop add id 7 via 192.0.2.2 dev wan0 && ip route add default nhid 7",
     "ip nexthop replace id 7 via 198.51.100.2 dev wan1", 1, "wan1"},
};

static void test_drain(void **state)
{
	for (size_t i = 0; i < sizeof(change_cases) / sizeof(change_cases[0]); i++) {
		const struct change_case *test = &change_cases[i];
		char names[GA_UPLINKS_MAX][GA_IFNAME_MAX];

		print_message("# %s\n", test->what);
		run(test->before);
		assert_true(ga_uplinks_find(*state, names) >= 0);
		assert_true(ga_uplinks_drain(*state) >= 0);
		run(test->commands);
		assert_int_equal(ga_uplinks_drain(*state), test->changed);
		assert_int_equal(ga_uplinks_drain(*state), 0);
		assert_found(*state, test->found);
		(void)teardown(state);
		assert_int_equal(setup(state), 0);
	}
}

static void test_rename(void **state)
{
	char names[GA_UPLINKS_MAX][GA_IFNAME_MAX];

	run("ip route add default via 192.0.2.2");
	assert_int_equal(ga_uplinks_find(*state, names), 1);
	assert_true(ga_uplinks_drain(*state) >= 0);
	/* Before Linux 6.2 a link must be down for it, which is a change of its own. */
	if (system("ip link set wan0 name renamed0 2>/dev/null") != 0)
		skip();
	assert_int_equal(ga_uplinks_drain(*state), 1);
	assert_found(*state, "renamed0");
}

static void test_events_lost(void **state)
{
	const int small = 1;

	assert_true(ga_uplinks_drain(*state) >= 0);
	assert_int_equal(
	    setsockopt(ga_uplinks_fd(*state), SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	run("for i in $(seq 50); do ip link set wan0 mtu $((1000 + i)); done");
	assert_int_equal(ga_uplinks_drain(*state), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_find, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_too_many, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_drain, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_rename, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_events_lost, setup, teardown),
	};

	have_namespace = enter_namespace();
	if (!have_namespace) {
		printf("1..0 # SKIP no network namespace: needs root or user namespaces\n");
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
