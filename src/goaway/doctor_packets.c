/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "doctor_packets.h"

#include <net/if.h>
#include <string.h>

static struct ga_walker datagram(uint8_t version, uint32_t state, bool answer)
{
	struct ga_walker walker = ga_walker_make(version, GA_PROTOCOL_UDP);
	const uint8_t port[] = {0, GA_PORT_NTP}, mode[] = {answer ? 0x24 : 0x23};

	walker.ct_state = state;
	walker.reply = answer;
	ga_walker_know(&walker, answer ? 0 : 2, port, sizeof(port));
	ga_walker_know(&walker, 8, mode, sizeof(mode));
	return walker;
}

static struct ga_walker icmp_error(uint8_t version, bool prohibited, bool reply)
{
	struct ga_walker walker =
	    ga_walker_make(version, version == 4 ? GA_PROTOCOL_ICMP : GA_PROTOCOL_ICMPV6);
	/* protocol.md section 1.1 */
	const uint8_t type_code[] = {version == 4 ? 3 : 1,
				     version == 4 ? (prohibited ? 13 : 1) : (prohibited ? 1 : 3)};

	walker.ct_state = GA_CT_RELATED;
	walker.reply = reply;
	ga_walker_know(&walker, 0, type_code, sizeof(type_code));
	return walker;
}

struct ga_walker ga_packet_make(enum ga_packet packet, uint8_t version, const char *uplink)
{
	struct ga_walker walker = {.version = 0};

	switch (packet) {
	case GA_PACKET_KISS:
		walker = datagram(version, GA_CT_ESTABLISHED, true);
		break;
	case GA_PACKET_GO_AWAY:
		walker = icmp_error(version, true, true);
		break;
	case GA_PACKET_CHALLENGE:
		walker = icmp_error(version, false, false);
		break;
	case GA_PACKET_PROBE:
	case GA_PACKET_REQUEST:
		walker = datagram(version, GA_CT_NEW, false);
		break;
	case GA_PACKET_FLOW:
		walker = ga_walker_make(version, GA_PROTOCOL_TCP);
		walker.ct_state = GA_CT_NEW;
		break;
	}
	if (packet == GA_PACKET_KISS || packet == GA_PACKET_GO_AWAY) {
		walker.iifname = uplink;
		walker.iif = if_nametoindex(uplink);
	} else if (packet == GA_PACKET_CHALLENGE || packet == GA_PACKET_PROBE) {
		walker.oifname = uplink;
	}
	return walker;
}

bool ga_packet_passes(const struct ga_other_chain *base, const struct ga_walker *walker)
{
	const char *name = base->hook == GA_HOOK_EGRESS ? walker->oifname : walker->iifname;

	if (base->hook != GA_HOOK_INGRESS && base->hook != GA_HOOK_EGRESS)
		return true;
	for (const char *const *device = base->devices; name && *device; device++)
		if (strcmp(*device, name) == 0)
			return true;
	return false;
}
