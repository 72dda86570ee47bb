/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the named counters of table inet goaway mean. */
#include "goaway.h"

#include <string.h>

static const struct {
	const char *name;
	const char *meaning;
} counters[] = {
    {"request_remembered", "requests whose answers are waited for"},
    {"request_malformed", "to port 123, but no request of a client"},
    {"request_spoofed", "from inside, under an address that is not reached there"},
    {"request_limited", "not remembered: over request_rate of the source or its network"},
    {"request_no_room", "not remembered: setting requests leaves no room"},
    {"answer_malformed", "from port 123, but no answer of a server"},
    {"answer_from_inside", "answers that came from the side of the source"},
    {"answer_time", "ordinary answers, each of which closes its request"},
    {"kiss_unmatched", "complaints that answer no open request"},
    {"kiss_guessed", "of these, for pairs whose nonces somebody is guessing"},
    {"kiss_without_nonce", "complaints about requests that had no nonce"},
    {"kiss_informational", "kiss codes that ask for nothing"},
    {"kiss_repeated", "complaints over what is handed to the daemon for one pair"},
    {"kiss_heard", "complaints handed to the daemon"},
    {"probe_answered", "answers to probes of our own, kept from the source"},
    {"complaint_heard", "ICMP Go Away handed to the daemon: challenged, if it is well-formed"},
    {"complaint_unrelated", "ICMP Go Away about no flow that the source opened"},
    {"complaint_from_inside", "ICMP Go Away from the side of the source"},
    {"complaint_malformed", "Go Away objects of a type that no complainant sends"},
    {"complaint_limited", "ICMP Go Away over the limit of its complainant, or of all"},
    {"confirm_heard", "confirmations with this edge's tag, handed to the daemon"},
    {"confirm_other_edge", "confirmations for another edge, passed on"},
    {"confirm_limited", "confirmations over the limit of their complainant, or of all"},
    {"release_heard", "releases of a grant that stands, handed to the daemon"},
    {"release_unknown", "releases of nothing that this edge has granted"},
    {"dropped", "thrown away by a drop"},
    {"policed", "thrown away over the limit of a policed pair"},
    {"exempt", "let alone, the source or target being exempt"},
};

const char *ga_counter_meaning(const char *name)
{
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		if (strcmp(counters[i].name, name) == 0)
			return counters[i].meaning;
	}
	for (int i = 0; i < GA_REASON_COUNT; i++) {
		if (strcmp(ga_reason_name((enum ga_reason)i), name) == 0)
			return ga_reason_help((enum ga_reason)i);
	}
	return NULL;
}
