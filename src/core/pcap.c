/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. Own code and not libpcap's: that one keeps as
 * many interfaces as a file makes up, wants all of one link type, and is slower.
 */
#include <goaway/pcap.h>

#include <stdio.h>
#include <string.h>

#include "reader.h"

#define SECOND_NS UINT64_C(1000000000)
/* The last second whose nanoseconds leave room for any lifetime. */
#define LAST_S UINT64_C(9000000000)

/* The longest packet, as libpcap has it too. */
enum { CAPTURED_MAX = 262144 };

enum { START_LEN = 4 };

/* The old format. */
enum {
	HEADER_LEN = 24,
	HEADER_MAJOR = 4,
	HEADER_LINK = 20,
	RECORD_LEN = 16,
	RECORD_LEN_MODIFIED = 24, /* Kuznetzov's, of old Linux */
	RECORD_FRACTION = 4,
	RECORD_CAPTURED = 8,
};
#define MAGIC_US UINT32_C(0xa1b2c3d4)
#define MAGIC_NS UINT32_C(0xa1b23c4d)
#define MAGIC_MODIFIED UINT32_C(0xa1b2cd34)
/* The rest of the field says whether frames end with a checksum; IP has a length of its own. */
#define LINK_MASK UINT32_C(0x03ffffff)

/* pcapng: type and length, content, length again. */
enum {
	BLOCK_LEN = 8,
	BLOCK_LEN_MIN = 12,
	TRAILER_LEN = 4,
	SECTION_LEN = 28,
	SECTION_ORDER = 8,
	SECTION_MAJOR = 12,
	INTERFACE_LEN = 20,
	INTERFACE_OPTIONS = 16,
	INTERFACE_MAX = 1 << 16, /* its options are read, not skipped */
	SIMPLE_LEN = 12,
	PACKET_LEN = 28,
};
#define SECTION UINT32_C(0x0a0d0d0a)
#define BYTE_ORDER_MAGIC UINT32_C(0x1a2b3c4d)
enum { INTERFACE = 1, OBSOLETE = 2, SIMPLE = 3, ENHANCED = 6 };
enum { OPTION_END = 0, OPTION_RESOLUTION = 9, OPTION_OFFSET = 14 };

static inline uint32_t swap32(uint32_t number)
{
	return number >> 24 | (number >> 8 & 0xff00) | (number << 8 & 0xff0000) | number << 24;
}

static inline uint16_t get16(const struct ga_pcap *pcap, const uint8_t *octets)
{
	uint16_t number = ga_read_u16(octets);

	if (pcap->little)
		number = (uint16_t)(number << 8 | number >> 8);
	return number;
}

static inline uint32_t get32(const struct ga_pcap *pcap, const uint8_t *octets)
{
	uint32_t number = ga_read_u32(octets);

	return pcap->little ? swap32(number) : number;
}

static enum ga_pcap_found bad(struct ga_pcap_next *next, const char *fault)
{
	next->fault = fault;
	return GA_PCAP_BAD;
}

static enum ga_pcap_found unknown_link(const struct ga_pcap_interface *interface,
				       struct ga_pcap_next *next)
{
	(void)snprintf(next->text, sizeof(next->text),
		       "its packets come by a link of type %u, which is not understood; Ethernet, Linux "
		       "cooked v1 and v2, raw IP, PPP, PPPoE and loopback are",
		       (unsigned)interface->link_type);
	return bad(next, next->text);
}

static enum ga_pcap_found more(struct ga_pcap_next *next, size_t octets)
{
	next->octets = octets;
	return GA_PCAP_MORE;
}

static enum ga_pcap_found skip(struct ga_pcap_next *next, size_t octets)
{
	next->octets = octets;
	return GA_PCAP_SKIP;
}

static void link_set(struct ga_pcap *pcap, struct ga_pcap_interface *interface, uint32_t type)
{
	interface->link_type = type;
	if (ga_link_of_type(type, &interface->link))
		interface->known = pcap->any_known = true;
}

/* False: there are no such numbers in 64 bits. */
static bool resolution_set(struct ga_pcap_interface *interface, uint8_t base, uint8_t power)
{
	if (power > (base == 2 ? 63 : 19))
		return false;
	interface->base = base;
	interface->power = power;
	interface->units = 1;
	for (unsigned i = 0; i < power; i++)
		interface->units *= base;
	interface->unit_ns = SECOND_NS / interface->units;
	return true;
}

static uint64_t power_of_10(unsigned power)
{
	uint64_t number = 1;

	while (power-- > 0)
		number *= 10;
	return number;
}

/* Less than a second, in nanoseconds. No product is over 60 bits. */
static uint64_t fraction_ns(const struct ga_pcap_interface *interface, uint64_t fraction)
{
	unsigned power = interface->power;

	if (interface->base == 2 && power > 30)
		return ((fraction >> (power - 30)) * SECOND_NS) >> 30;
	if (interface->base == 2)
		return (fraction * SECOND_NS) >> power;
	if (power > 9)
		return fraction / power_of_10(power - 9);
	return fraction * interface->unit_ns;
}

static uint64_t time_ns(uint64_t seconds, uint64_t nanoseconds)
{
	return (seconds < LAST_S ? seconds : LAST_S) * SECOND_NS + nanoseconds;
}

static uint64_t stamp_ns(const struct ga_pcap_interface *interface, uint64_t stamp)
{
	uint64_t seconds = stamp / interface->units, wanted;

	wanted = seconds + (uint64_t)interface->offset_s;
	/* Before 1970, or beyond what there is. */
	if (interface->offset_s < 0 && wanted > seconds)
		wanted = 0;
	else if (interface->offset_s >= 0 && wanted < seconds)
		wanted = LAST_S;
	return time_ns(wanted, fraction_ns(interface, stamp % interface->units));
}

static enum ga_pcap_found packet(struct ga_pcap *pcap, const struct ga_pcap_interface *interface,
				 const uint8_t *octets, size_t len, uint64_t when_ns,
				 struct ga_pcap_next *next)
{
	next->frame = (struct ga_frame){.octets = octets, .len = len, .time_ns = when_ns};
	if (interface->known) {
		next->link = ga_link_strip(interface->link, &next->frame);
		return GA_PCAP_PACKET;
	}
	if (!pcap->any_known)
		return unknown_link(interface, next);
	if (pcap->unknown++ == 0)
		pcap->unknown_type = interface->link_type;
	next->link = GA_REASON_NOT_IP;
	return GA_PCAP_PACKET;
}

/* ---- the old format ---- */

static enum ga_pcap_found old_start(struct ga_pcap *pcap, const uint8_t *octets, size_t len,
				    uint32_t magic, struct ga_pcap_next *next)
{
	struct ga_pcap_interface *interface = &pcap->interfaces[0];

	if (len < HEADER_LEN)
		return more(next, HEADER_LEN);
	if (get16(pcap, octets + HEADER_MAJOR) != 2)
		return bad(next, "it is a capture of a version that is not understood");
	*interface = (struct ga_pcap_interface){0};
	link_set(pcap, interface, get32(pcap, octets + HEADER_LINK) & LINK_MASK);
	if (!interface->known)
		return unknown_link(interface, next);
	(void)resolution_set(interface, 10, magic == MAGIC_NS ? 9 : 6);
	pcap->interfaces_count = 1;
	pcap->record_len = magic == MAGIC_MODIFIED ? RECORD_LEN_MODIFIED : RECORD_LEN;
	pcap->format = GA_PCAP_OLD;
	return skip(next, HEADER_LEN);
}

static enum ga_pcap_found old_next(struct ga_pcap *pcap, const uint8_t *octets, size_t len,
				   struct ga_pcap_next *next)
{
	const struct ga_pcap_interface *interface = &pcap->interfaces[0];
	uint32_t captured, fraction;

	if (len < pcap->record_len)
		return more(next, pcap->record_len);
	captured = get32(pcap, octets + RECORD_CAPTURED);
	if (captured > CAPTURED_MAX)
		return bad(next, "a packet is said to be longer than any can be");
	next->octets = pcap->record_len + captured;
	if (len < next->octets)
		return GA_PCAP_MORE;
	/* Over a second in a corrupt file, and harmless. */
	fraction = get32(pcap, octets + RECORD_FRACTION);
	return packet(pcap, interface, octets + pcap->record_len, captured,
		      time_ns(get32(pcap, octets), fraction * interface->unit_ns),
		      next);
}

/* ---- pcapng ---- */

static enum ga_pcap_found section(struct ga_pcap *pcap, const uint8_t *octets, size_t len,
				  struct ga_pcap_next *next)
{
	uint32_t order, block_len;

	if (len < SECTION_LEN)
		return more(next, SECTION_LEN);
	order = ga_read_u32(octets + SECTION_ORDER);
	if (order != BYTE_ORDER_MAGIC && swap32(order) != BYTE_ORDER_MAGIC)
		return bad(next, "a section is in no known order of octets");
	pcap->little = order != BYTE_ORDER_MAGIC;
	block_len = get32(pcap, octets + 4);
	if (get16(pcap, octets + SECTION_MAJOR) != 1)
		return bad(next, "it is a capture of a version that is not understood");
	if (block_len < SECTION_LEN || block_len % 4)
		return bad(next, "the length of a section's header is none that it can have");
	pcap->format = GA_PCAP_NG;
	pcap->interfaces_count = 0;
	pcap->any_known = false;
	return skip(next, block_len);
}

/* Returns NULL, or what is wrong. */
static const char *option_take(const struct ga_pcap *pcap, struct ga_pcap_interface *interface,
			       uint16_t code, const uint8_t *value, uint16_t len)
{
	if (code == OPTION_RESOLUTION && len == 1 &&
	    !resolution_set(interface, *value & 0x80 ? 2 : 10, *value & 0x7f))
		return "an interface counts time in units that are too small";
	if (code == OPTION_OFFSET && len == 8) {
		uint64_t low = get32(pcap, value + (pcap->little ? 0 : 4));
		uint64_t high = get32(pcap, value + (pcap->little ? 4 : 0));

		interface->offset_s = (int64_t)(high << 32 | low);
	}
	return NULL;
}

static const char *options_take(const struct ga_pcap *pcap, struct ga_pcap_interface *interface,
				struct ga_reader *reader)
{
	const uint8_t *option;

	while ((option = ga_reader_take(reader, 4))) {
		uint16_t code = get16(pcap, option), len = get16(pcap, option + 2);
		const uint8_t *value = ga_reader_take(reader, (len + 3U) & ~3U);
		const char *fault;

		if (code == OPTION_END)
			return NULL;
		if (!value)
			return "the options of an interface are longer than their block";
		fault = option_take(pcap, interface, code, value, len);
		if (fault)
			return fault;
	}
	return NULL;
}

static enum ga_pcap_found interface_block(struct ga_pcap *pcap, const uint8_t *octets, size_t len,
					  uint32_t block_len, struct ga_pcap_next *next)
{
	struct ga_pcap_interface *new = &pcap->interfaces[pcap->interfaces_count];
	struct ga_reader options;
	const char *fault;

	if (block_len < INTERFACE_LEN || block_len > INTERFACE_MAX)
		return bad(next, "the length of an interface's block is none that it can have");
	if (pcap->interfaces_count == GA_PCAP_INTERFACES_MAX)
		return bad(next, "it has more than 256 interfaces");
	if (len < block_len)
		return more(next, block_len);
	*new = (struct ga_pcap_interface){.snaplen = get32(pcap, octets + 12)};
	(void)resolution_set(new, 10, 6);
	link_set(pcap, new, get16(pcap, octets + 8));
	options = (struct ga_reader){octets + INTERFACE_OPTIONS,
				     block_len - INTERFACE_OPTIONS - TRAILER_LEN};
	fault = options_take(pcap, new, &options);
	if (fault)
		return bad(next, fault);
	pcap->interfaces_count++;
	return skip(next, block_len);
}

/* A packet of `captured` octets behind a header of header_len in a block. */
static enum ga_pcap_found block_packet(struct ga_pcap *pcap, uint32_t number, size_t header_len,
				       uint32_t captured, uint32_t block_len, uint64_t when_ns,
				       const uint8_t *octets, size_t len, struct ga_pcap_next *next)
{
	size_t need = header_len + captured;

	if (captured > CAPTURED_MAX)
		return bad(next, "a packet is said to be longer than any can be");
	if (need + TRAILER_LEN > block_len)
		return bad(next, "a packet is longer than its block");
	if (len < need)
		return more(next, need);
	pcap->last_ns = when_ns;
	next->octets = block_len;
	return packet(pcap, &pcap->interfaces[number], octets + header_len, captured, when_ns,
		      next);
}

/* The obsolete block differs in that 16 bits of the interface's number count what was dropped. */
static enum ga_pcap_found stamped(struct ga_pcap *pcap, const uint8_t *octets, size_t len,
				  uint32_t type, uint32_t block_len, struct ga_pcap_next *next)
{
	uint32_t number;
	uint64_t stamp;

	if (len < PACKET_LEN)
		return more(next, PACKET_LEN);
	number = type == OBSOLETE ? get16(pcap, octets + 8) : get32(pcap, octets + 8);
	if (number >= pcap->interfaces_count)
		return bad(next, "a packet is of an interface that was not told of");
	stamp = (uint64_t)get32(pcap, octets + 12) << 32 | get32(pcap, octets + 16);
	return block_packet(pcap, number, PACKET_LEN, get32(pcap, octets + 20), block_len,
			    stamp_ns(&pcap->interfaces[number], stamp), octets, len, next);
}

/* It has no time: that of the packet before it must do. */
static enum ga_pcap_found simple(struct ga_pcap *pcap, const uint8_t *octets, size_t len,
				 uint32_t block_len, struct ga_pcap_next *next)
{
	uint32_t captured, snaplen = pcap->interfaces[0].snaplen;

	if (len < SIMPLE_LEN)
		return more(next, SIMPLE_LEN);
	if (pcap->interfaces_count == 0)
		return bad(next, "a packet is of an interface that was not told of");
	captured = get32(pcap, octets + 8);
	if (snaplen && captured > snaplen)
		captured = snaplen;
	return block_packet(pcap, 0, SIMPLE_LEN, captured, block_len, pcap->last_ns, octets, len,
			    next);
}

static enum ga_pcap_found ng_next(struct ga_pcap *pcap, const uint8_t *octets, size_t len,
				  struct ga_pcap_next *next)
{
	uint32_t type, block_len;

	if (len < BLOCK_LEN)
		return more(next, BLOCK_LEN);
	type = get32(pcap, octets);
	if (type == SECTION)
		return section(pcap, octets, len, next);
	block_len = get32(pcap, octets + 4);
	if (block_len < BLOCK_LEN_MIN || block_len % 4)
		return bad(next, "the length of a block is none that it can have");
	switch (type) {
	case INTERFACE:
		return interface_block(pcap, octets, len, block_len, next);
	case ENHANCED:
	case OBSOLETE:
		return stamped(pcap, octets, len, type, block_len, next);
	case SIMPLE:
		return simple(pcap, octets, len, block_len, next);
	default:
		return skip(next, block_len);
	}
}

static enum ga_pcap_found start(struct ga_pcap *pcap, const uint8_t *octets, size_t len,
				struct ga_pcap_next *next)
{
	uint32_t magic;

	if (len < START_LEN)
		return more(next, START_LEN);
	magic = ga_read_u32(octets);
	if (magic == SECTION)
		return section(pcap, octets, len, next);
	pcap->little = (magic & 0xff) == MAGIC_US >> 24;
	if (pcap->little)
		magic = swap32(magic);
	if (magic == MAGIC_US || magic == MAGIC_NS || magic == MAGIC_MODIFIED)
		return old_start(pcap, octets, len, magic, next);
	return bad(next, "it is no capture");
}

enum ga_pcap_found ga_pcap_next(struct ga_pcap *pcap, const uint8_t *octets, size_t len,
				struct ga_pcap_next *ret)
{
	switch (pcap->format) {
	case GA_PCAP_OLD:
		return old_next(pcap, octets, len, ret);
	case GA_PCAP_NG:
		return ng_next(pcap, octets, len, ret);
	case GA_PCAP_START:
		break;
	}
	return start(pcap, octets, len, ret);
}
