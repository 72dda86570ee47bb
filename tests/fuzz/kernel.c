/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Forged netlink messages to all that reads them. The input: which adapter, then the messages
 * (forge.h).
 */
#include <goaway/capture.h>
#include <goaway/nflog.h>
#include <goaway/uplinks.h>

#include "questions.h"

enum { QUEUES = 4 };

/* Every octet is looked at. */
static void hear(void *context, const struct ga_frame *frame)
{
	uint8_t *sum = context;

	for (size_t i = 0; i < frame->len; i++)
		*sum ^= frame->octets[i];
}

struct held {
	struct ga_capture *capture;
	uint8_t sum;
};

static void hold(void *context, const struct ga_packet *packet, const struct ga_frame *frame)
{
	struct held *held = context;

	law(packet->nth < QUEUES);
	hear(&held->sum, frame);
	ga_capture_verdict(held->capture, packet, held->sum & 1);
}

/* Mostly the kernel lets us have what we ask for first, and then speaks. */
static void queue(void)
{
	static const uint16_t heard[] = {NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET};
	struct held held = {.capture = NULL};
	bool agrees = input_octet(&kernel.input) & 7;
	struct input later = kernel.input;

	if (agrees)
		kernel.input.left = 0;
	if (ga_capture_open(OUR_QUEUE, QUEUES, &held.capture) < 0)
		return;
	if (agrees)
		kernel.input = later;
	say(0, heard, COUNT(heard));
	law(ga_capture_run(held.capture, 1, hold, &held) >= 0);
	ga_capture_close(held.capture);
}

static void log_group(void)
{
	static const uint16_t heard[] = {NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET};
	bool agrees = input_octet(&kernel.input) & 7;
	struct input later = kernel.input;
	struct ga_nflog *log;
	uint8_t sum = 0;

	if (agrees)
		kernel.input.left = 0;
	if (ga_nflog_open(7, &log) < 0)
		return;
	if (agrees)
		kernel.input = later;
	say(0, heard, COUNT(heard));
	law(ga_nflog_run(log, 1, hear, &sum) >= 0);
	ga_nflog_close(log);
}

static void routes(void)
{
	static const uint16_t heard[] = {RTM_NEWROUTE, RTM_NEWLINK, RTM_DELLINK, RTM_NEWNEXTHOP};
	uint8_t hears = input_octet(&kernel.input);
	char names[GA_UPLINKS_MAX][GA_IFNAME_MAX], name[GA_IFNAME_MAX];
	struct ga_uplinks *uplinks;
	int count;

	law(ga_uplinks_open(&uplinks) == 0);
	for (unsigned i = 0; i < 2; i++) {
		count = ga_uplinks_find(uplinks, names);
		law(count <= GA_UPLINKS_MAX);
		for (int at = 0; at < count; at++)
			law(*names[at] && memchr(names[at], '\0', GA_IFNAME_MAX) &&
			    (at == 0 || strcmp(names[at - 1], names[at]) <= 0));
		if (!(hears & 1))
			break;
		/* A change, and then another answer. */
		say(1, heard, COUNT(heard));
		law(ga_uplinks_drain(uplinks) >= 0);
	}
	ga_uplinks_name(uplinks, hears >> 1, name);
	law(memchr(name, '\0', sizeof(name)));
	ga_uplinks_close(uplinks);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static void (*const adapters[])(void) = {elements,  tables, queue,
						 log_group, routes, tables};

	kernel_start(octets, len);
	kernel.obliging = true;
	adapters[input_octet(&kernel.input) % COUNT(adapters)]();
	kernel_stop();
	return 0;
}
