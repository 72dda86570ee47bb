/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quotes within Go Away messages: reading them, and the answering packet.
 */
#ifndef GOAWAY_CORE_QUOTE_H
#define GOAWAY_CORE_QUOTE_H

#include <goaway/message.h>

/* The most that an answering packet has: IPv6 header and 8 octets. */
enum { GA_ANSWERING_MAX = 40 + 8 };

/* Read the headers of a packet, as far as they are there, however much its IP header claims.
 * `answering`: it is an answering packet, V -> C; the flow is turned round. */
enum ga_reason ga_quote_read(const struct ga_frame *frame, bool answering, struct ga_quote *ret);

/* Write what V would send back on the flow. Returns its length. */
size_t ga_answering_build(const struct ga_quote *quote, uint8_t octets[GA_ANSWERING_MAX]);

#endif
