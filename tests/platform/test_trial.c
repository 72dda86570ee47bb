/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trying what a kernel can do: nothing stays of it, and nobody hears of it.
 */
#include <goaway/table.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tables.h"

static struct ga_table_config config;

/* As `nft monitor` listens. */
static struct mnl_socket *listen_to_all(void)
{
	int group = NFNLGRP_NFTABLES;
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_NONBLOCK);

	assert_non_null(socket);
	assert_int_equal(mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID), 0);
	assert_int_equal(
	    mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)), 0);
	return socket;
}

static size_t heard(const struct mnl_socket *socket)
{
	char octets[16384];
	size_t count = 0;

	while (mnl_socket_recvfrom(socket, octets, sizeof(octets)) > 0)
		count++;
	return count;
}

static void ruleset(char text[4096])
{
	FILE *nft = popen("nft list ruleset; cat /proc/net/netfilter/nfnetlink_queue", "r");

	assert_non_null(nft);
	text[fread(text, 1, 4095, nft)] = '\0';
	pclose(nft);
}

static void try_all(struct ga_table *table)
{
	for (int i = 0; i < GA_FEATURE_COUNT; i++) {
		int error = ga_table_try(table, &config, i);

		print_message("# %s: %s\n", ga_feature_facts(i)->what,
			      error ? strerror(-error) : "can");
		/* Without these our own table could not be made at all. */
		if (i <= GA_FEATURE_COUNTERS || i == GA_FEATURE_QUEUES || i == GA_FEATURE_INGRESS)
			assert_int_equal(error, 0);
	}
}

/* Beside rules of others and, the second time, our own. */
static void test_unheard(void **state)
{
	char before[4096], after[4096];
	struct ga_table *table = NULL;
	struct mnl_socket *listener;

	(void)state;
	assert_int_equal(system("nft add table inet other && nft add chain inet other kept"), 0);
	assert_int_equal(ga_table_open(&table), 0);
	for (int i = 0; i < 2; i++) {
		listener = listen_to_all();
		ruleset(before);
		try_all(table);
		ruleset(after);
		assert_string_equal(before, after);
		assert_int_equal(heard(listener), 0);
		assert_int_equal(system("nft add chain inet other told"), 0);
		assert_true(heard(listener) > 0);
		mnl_socket_close(listener);
		assert_int_equal(ga_table_setup(table, &config), 0);
	}
	ga_table_close(table);
}

static void test_not_permitted(void **state)
{
	struct ga_table *table = NULL;

	(void)state;
	assert_int_equal(ga_table_open(&table), 0);
	if (setuid(65534) != 0)
		skip();
	for (int i = 0; i < GA_FEATURE_COUNT; i++)
		assert_int_equal(ga_table_try(table, &config, i), -EPERM);
	ga_table_close(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_unheard),
	    cmocka_unit_test(test_not_permitted),
	};

	if (!enter_with_nft())
		return 0;
	config = plain_config(64);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
