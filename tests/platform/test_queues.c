/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Queues are bound while packets go by: one that has no listener lets them pass (bypass), one that
 * stands ready hands them up, and one between these would drop them. The kernel has done what a
 * message says when it is sent, so looking after each misses nothing.
 */
#include <goaway/capture.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "namespace.h"

#define QUEUES_PATH "/proc/net/netfilter/nfnetlink_queue"

enum { FIRST = 123, COUNT = 3 };

static unsigned messages, ready, unready; /* queues, after the last message; after any */

ssize_t __real_mnl_socket_sendto(const struct mnl_socket *socket, const void *octets, size_t len);
ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *socket, const void *octets, size_t len);

static void look(void)
{
	FILE *queues = fopen(QUEUES_PATH, "re");
	unsigned mode, range;

	assert_non_null(queues);
	for (ready = 0; fscanf(queues, "%*u %*u %*u %u %u %*[^\n]", &mode, &range) == 2;)
		if (mode == NFQNL_COPY_PACKET && range == GA_CAPTURE_MAX)
			ready++;
		else
			unready++;
	fclose(queues);
}

/* Used by the linker alone, of which optimising across files does not know. */
__attribute__((used)) ssize_t __wrap_mnl_socket_sendto(const struct mnl_socket *socket,
						       const void *octets, size_t len)
{
	ssize_t sent = __real_mnl_socket_sendto(socket, octets, len);

	messages++;
	look();
	return sent;
}

static void test_bound(void **state)
{
	struct ga_capture *capture;

	(void)state;
	assert_int_equal(ga_capture_open(FIRST, COUNT, &capture), 0);
	assert_true(messages >= COUNT);
	assert_int_equal(ready, COUNT);
	assert_int_equal(unready, 0);
	ga_capture_close(capture);
	look();
	assert_int_equal(ready, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bound),
	};

	if (!enter_namespace() || access(QUEUES_PATH, R_OK) != 0) {
		printf("1..0 # SKIP needs root or user namespaces, and nfnetlink_queue\n");
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
