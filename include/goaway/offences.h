/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Offences remembered in memory, by service: what the kernel's sets record4 and
 * record6 hold, for capture files, and for the day on which somebody flushes
 * them. Sized once; the service untouched for longest makes room.
 */
#ifndef GOAWAY_OFFENCES_H
#define GOAWAY_OFFENCES_H

#include <goaway/order.h>

struct ga_offences;

/* NULL with errno ENOMEM. */
struct ga_offences *ga_offences_new(uint32_t services);
void ga_offences_free(struct ga_offences *offences);

/* Remember a record, written at since_ns, until end_ns; 0: forget it. age_s and left_s of the record
 * are not looked at. */
void ga_offences_put(struct ga_offences *offences, const struct ga_service *service,
		     const struct ga_record *record, uint64_t since_ns, uint64_t end_ns);

/* All 0 if none is remembered. */
struct ga_record ga_offences_get(const struct ga_offences *offences,
				 const struct ga_service *service, uint64_t now_ns);

/* Call `each` for all that are remembered at now_ns. A return other than 0 stops and is returned. */
int ga_offences_each(const struct ga_offences *offences, uint64_t now_ns,
		     int (*each)(void *context, const struct ga_service *service,
				 const struct ga_record *record),
		     void *context);

#endif
