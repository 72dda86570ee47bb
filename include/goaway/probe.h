/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An NTP request of our own from a source's address, to prove a DENY or RSTR
 * that answered a request without nonce (protocol.md section 2, `probe`).
 */
#ifndef GOAWAY_PROBE_H
#define GOAWAY_PROBE_H

#include <goaway/flow.h>

enum { GA_PROBE_LEN_MAX = 40 + 8 + 48 };

/* Write the whole IP packet, checksums included, as a client with nothing to hide would send it
 * (draft-ietf-ntp-data-minimization). Returns its length. */
size_t ga_probe_build(const struct ga_flow *flow, uint64_t nonce,
		      uint8_t octets[GA_PROBE_LEN_MAX]);

#endif
