/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/link.h>

#include "reader.h"

enum {
	ETHERNET_LEN = 14,
	ETHERNET_TYPE = 12,
	COOKED_LEN = 16,
	COOKED_TYPE = 14,
	COOKED2_LEN = 20,
	COOKED2_IFINDEX = 4,
	LOOPBACK_LEN = 4,
	PPPOE_LEN = 6,
	TAG_LEN = 4,
	TAGS_MAX = 4,
};

enum {
	TYPE_IPV4 = 0x0800,
	TYPE_VLAN = 0x8100, /* IEEE 802.1Q */
	TYPE_IPV6 = 0x86dd,
	TYPE_PPPOE = 0x8864, /* session stage; discovery carries no IP */
	TYPE_QINQ = 0x88a8,  /* IEEE 802.1ad */
	TYPE_QINQ_OLD = 0x9100,
};

/* RFC 1661, RFC 1332, RFC 5072. */
enum { PPP_HDLC = 0xff03, PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057 };

static enum ga_reason strip_ppp(struct ga_reader *reader)
{
	const uint8_t *start = ga_reader_peek(reader, 2);
	uint16_t protocol;

	if (start && ga_read_u16(start) == PPP_HDLC) {
		(void)ga_reader_take(reader, 2);
		start = ga_reader_peek(reader, 2);
	}
	if (!start)
		return GA_REASON_TRUNCATED;
	/* An odd first octet is all of the number (RFC 1661 section 6.5). */
	protocol = *start & 1 ? *start : ga_read_u16(start);
	(void)ga_reader_take(reader, *start & 1 ? 1 : 2);
	return protocol == PPP_IPV4 || protocol == PPP_IPV6 ? GA_REASON_NONE : GA_REASON_NOT_IP;
}

/* RFC 2516 section 4: version and type 1, code 0. Its length says no more than IP's. */
static enum ga_reason strip_pppoe(struct ga_reader *reader)
{
	const uint8_t *header = ga_reader_take(reader, PPPOE_LEN);

	if (!header)
		return GA_REASON_TRUNCATED;
	return ga_read_u16(header) == 0x1100 ? strip_ppp(reader) : GA_REASON_NOT_IP;
}

static bool is_tag(uint16_t type)
{
	return type == TYPE_VLAN || type == TYPE_QINQ || type == TYPE_QINQ_OLD;
}

/* What follows a header with an EtherType. */
static enum ga_reason strip_typed(struct ga_reader *reader, uint16_t type)
{
	for (unsigned tags = 0; is_tag(type); tags++) {
		const uint8_t *tag = ga_reader_take(reader, TAG_LEN);

		if (!tag)
			return GA_REASON_TRUNCATED;
		if (tags == TAGS_MAX)
			return GA_REASON_NOT_IP;
		type = ga_read_u16(tag + 2);
	}
	if (type == TYPE_PPPOE)
		return strip_pppoe(reader);
	return type == TYPE_IPV4 || type == TYPE_IPV6 ? GA_REASON_NONE : GA_REASON_NOT_IP;
}

/* A header of `len` octets with its EtherType at `type_at`. */
static enum ga_reason strip_header(struct ga_reader *reader, size_t len, size_t type_at)
{
	const uint8_t *header = ga_reader_take(reader, len);

	return header ? strip_typed(reader, ga_read_u16(header + type_at)) : GA_REASON_TRUNCATED;
}

static enum ga_reason strip(enum ga_link link, struct ga_reader *reader)
{
	switch (link) {
	case GA_LINK_ETHERNET:
		return strip_header(reader, ETHERNET_LEN, ETHERNET_TYPE);
	case GA_LINK_COOKED:
		return strip_header(reader, COOKED_LEN, COOKED_TYPE);
	case GA_LINK_COOKED2:
		return strip_header(reader, COOKED2_LEN, 0);
	case GA_LINK_LOOPBACK:
		/* The family's number is the capturing system's; the IP header tells as much. */
		return ga_reader_take(reader, LOOPBACK_LEN) ? GA_REASON_NONE : GA_REASON_TRUNCATED;
	case GA_LINK_PPP:
		return strip_ppp(reader);
	case GA_LINK_PPPOE:
		return strip_pppoe(reader);
	case GA_LINK_RAW:
		break;
	}
	return GA_REASON_NONE;
}

enum ga_reason ga_link_strip(enum ga_link link, struct ga_frame *frame)
{
	struct ga_reader reader = {frame->octets, frame->len};
	enum ga_reason reason = strip(link, &reader);

	if (reason != GA_REASON_NONE)
		return reason;
	if (link == GA_LINK_COOKED2)
		frame->ifindex = ga_read_u32(frame->octets + COOKED2_IFINDEX);
	frame->octets = reader.next;
	frame->len = reader.left;
	return GA_REASON_NONE;
}

bool ga_link_of_type(uint32_t type, enum ga_link *ret)
{
	static const struct {
		uint16_t type;
		enum ga_link link;
	} links[] = {
	    {0, GA_LINK_LOOPBACK},   {1, GA_LINK_ETHERNET}, {9, GA_LINK_PPP},	 {12, GA_LINK_RAW},
	    {14, GA_LINK_RAW},	     {50, GA_LINK_PPP},	    {51, GA_LINK_PPPOE}, {101, GA_LINK_RAW},
	    {108, GA_LINK_LOOPBACK}, {113, GA_LINK_COOKED}, {228, GA_LINK_RAW},	 {229, GA_LINK_RAW},
	    {276, GA_LINK_COOKED2},
	};

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (links[i].type != type)
			continue;
		*ret = links[i].link;
		return true;
	}
	return false;
}
