/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A table full or not, and a kernel that says what each of its drops caught.
 */
#ifndef GOAWAY_TESTS_ROOM_KIT_H
#define GOAWAY_TESTS_ROOM_KIT_H

#include <errno.h>
#include <goaway/room.h>

#include "unit.h"

#define NOW (1000 * SECOND_NS)
#define LATER (2000 * SECOND_NS)

/* What the kernel would say of a drop: by default the last octet of its target is what it caught.
 */
struct kernel {
	unsigned asked;
	uint8_t gone[256]; /* by last octet: stands no longer */
	int error;	   /* of every look-up */
	bool all_equal;
};

UNUSED static int caught(void *context, enum ga_action action, const struct ga_service *service,
			 uint64_t *ret_packets)
{
	struct kernel *kernel = context;
	uint8_t last = service->target.octets[ga_addr_len(&service->target) - 1];

	assert_true(action == GA_ACTION_DROP || action == GA_ACTION_POLICE);
	kernel->asked++;
	if (kernel->error)
		return kernel->error;
	if (kernel->gone[last])
		return -ENOENT;
	*ret_packets = kernel->all_equal ? 7 : last;
	return 0;
}

UNUSED static struct ga_service service_of(const char *source, const char *target)
{
	return (struct ga_service){addr_of(source), addr_of(target), 17, 123};
}

/* A target in one of many networks: its own /24, and a last octet. */
UNUSED static struct ga_service spread(const char *source, unsigned network, unsigned last)
{
	struct ga_service service = service_of(source, "198.18.0.0");

	service.target.octets[1] = (uint8_t)(18 + network / 256);
	service.target.octets[2] = (uint8_t)network;
	service.target.octets[3] = (uint8_t)last;
	return service;
}

UNUSED static struct ga_order order_for(const struct ga_service *service)
{
	return (struct ga_order){.action = GA_ACTION_DROP, .service = *service};
}

UNUSED static void add(struct ga_room *room, const struct ga_service *service, uint64_t end_ns)
{
	assert_int_equal(ga_room_add(room, GA_ACTION_DROP, service, NOW, end_ns), 0);
}

/* So many drops of one source, each of another network's target: 0, 1, ... */
UNUSED static void fill(struct ga_room *room, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct ga_service service = spread("10.0.0.1", i, i);

		add(room, &service, LATER);
	}
}

UNUSED static bool make(struct ga_room *room, const struct ga_service *service, uint64_t now_ns,
			struct kernel *kernel, struct ga_order *ret)
{
	*ret = order_for(service);
	ret->evicts = true; /* whatever was there is overwritten */
	return ga_room_make(room, ret, now_ns, caught, kernel);
}

#endif
