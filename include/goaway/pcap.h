/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Capture files, pcap and pcapng, octet by octet: whoever has the octets asks for what comes next.
 * A value; it reads nothing outside what it is given, and remembers no more than the interfaces.
 */
#ifndef GOAWAY_PCAP_H
#define GOAWAY_PCAP_H

#include <goaway/frame.h>
#include <goaway/link.h>
#include <stdbool.h>

enum {
	GA_PCAP_INTERFACES_MAX = 256, /* in one section of a pcapng file */
	GA_PCAP_NEED_MAX = 1 << 19,   /* octets that are asked for at once */
	GA_PCAP_TEXT_MAX = 192,
};

struct ga_pcap_interface {
	uint32_t link_type; /* LINKTYPE_ of the file */
	uint32_t snaplen;   /* 0: no limit */
	bool known;	    /* link holds */
	enum ga_link link;
	/* Units of its stamps: 10 or 2 to the power of. */
	uint8_t base, power;
	uint64_t units;	  /* that a second has */
	uint64_t unit_ns; /* nanoseconds that one has, 0 if less */
	int64_t offset_s;
};

struct ga_pcap {
	enum { GA_PCAP_START, GA_PCAP_OLD, GA_PCAP_NG } format;
	bool little;	   /* endian */
	bool any_known;	   /* an interface whose link is known */
	size_t record_len; /* of a record's header in the old format */
	uint64_t last_ns;  /* time of the last packet that had one */
	uint64_t unknown;  /* packets so far whose link is not understood, beside others */
	uint32_t unknown_type; /* of the first of them */
	uint32_t interfaces_count;
	struct ga_pcap_interface interfaces[GA_PCAP_INTERFACES_MAX];
};

enum ga_pcap_found {
	GA_PCAP_PACKET, /* a packet; `octets` are done with */
	GA_PCAP_SKIP,	/* something else; `octets` are done with, be they there or not */
	GA_PCAP_MORE,	/* at least `octets` are needed to tell */
	GA_PCAP_BAD,	/* no such file, or corrupt here; `fault` says how */
};

struct ga_pcap_next {
	size_t octets;
	struct ga_frame frame; /* PACKET: as ga_link_strip leaves it, time_ns since 1970 */
	enum ga_reason link;   /* what that returned */
	const char *fault;     /* BAD; it may be `text` */
	char text[GA_PCAP_TEXT_MAX];
};

/* What is at the start of these octets. Start with a struct of zeros, and go on behind what was
 * done with. */
enum ga_pcap_found ga_pcap_next(struct ga_pcap *pcap, const uint8_t *octets, size_t len,
				struct ga_pcap_next *ret);

#endif
