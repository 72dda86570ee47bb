/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/counter.h>
#include <goaway/message.h>
#include <goaway/order.h>
#include <goaway/reason.h>

#include <assert.h>
#include <string.h>

struct counter {
	const char *name;
	const char *help;
};

/* Named counters of table inet goaway. */
static const struct counter kernel[] = {
    {"request_remembered", "requests whose answers are waited for"},
    {"request_malformed", "to port 123, but no request of a client"},
    {"request_spoofed", "from inside, under an address that is not reached there"},
    {"request_limited", "not remembered: over request_rate of the source or its network"},
    {"request_no_room", "not remembered: setting requests leaves no room"},
    {"answer_malformed", "answers to an open request in fragments, or of a length that none has"},
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
    {"dropped", "caught by a drop, and thrown away unless only observed"},
    {"policed", "over the limit of a policed pair, and thrown away unless only observed"},
    {"exempt", "let alone, the source or target being exempt"},
};

/* What became of orders: the outcomes of goaway/order.h. */
static const struct counter outcomes[] = {
    {"installed", "orders that the kernel has carried out"},
    {"used_up", "orders whose proof had paid before, or had expired"},
    {"full", "orders that found no room in the table"},
    {"failed", "orders that the kernel refused"},
};

/* Answers sent to complainants: the statuses of goaway/message.h. */
static const struct counter results[] = {
    {"granted", "complainants told that their complaint was granted"},
    {"released", "complainants told that their drop is lifted"},
    {"refused", "complainants told that the pair is exempt"},
    {"no evidence", "complainants told that there is no trace of such traffic"},
    {"busy", "complainants told to try again, there being no room"},
    {"observed", "complainants told that nothing is stopped here, only observed"},
};

static const struct counter daemon[] = {
    {"heard", "packets that the kernel has handed to the daemon"},
    {"challenges", "complainants asked to confirm"},
    {"send_errors", "messages that could not be sent"},
    {"table_errors", "times the kernel's table could not be read or changed"},
    {"judges_lost", "times the process that decodes ended or hung, and was replaced"},
    {"unjudged", "packets that passed unheard because that process did not rule on them"},
    {"clients_cut_off", "clients of the control socket that were too slow, or silent"},
    {"events", "events, told or not"},
    {"lines_left_out", "lines that the log did not get: too many, or it did not take them"},
};

#define ROWS(table) {table, sizeof(table) / sizeof((table)[0])}
static const struct {
	const struct counter *rows;
	size_t count;
} kinds[] = {
    [GA_COUNTER_KERNEL] = ROWS(kernel),
    [GA_COUNTER_OUTCOME] = ROWS(outcomes),
    [GA_COUNTER_RESULT] = ROWS(results),
    [GA_COUNTER_DAEMON] = ROWS(daemon),
};

const char *ga_counter_kind_name(enum ga_counter_kind kind)
{
	static const char *const names[] = {
	    [GA_COUNTER_KERNEL] = "kernel", [GA_COUNTER_REASON] = "reason",
	    [GA_COUNTER_OUTCOME] = "outcome", [GA_COUNTER_RESULT] = "result",
	    [GA_COUNTER_DAEMON] = "daemon",
	};

	assert((unsigned)kind < GA_COUNTER_KIND_COUNT);
	return names[kind];
}

static const char *reason_help(const char *name)
{
	for (int i = 0; i < GA_REASON_COUNT; i++)
		if (strcmp(ga_reason_name((enum ga_reason)i), name) == 0)
			return ga_reason_help((enum ga_reason)i);
	return NULL;
}

const char *ga_counter_help(enum ga_counter_kind kind, const char *name)
{
	if (kind == GA_COUNTER_REASON)
		return reason_help(name);
	assert((unsigned)kind < GA_COUNTER_KIND_COUNT);
	for (size_t i = 0; i < kinds[kind].count; i++)
		if (strcmp(kinds[kind].rows[i].name, name) == 0)
			return kinds[kind].rows[i].help;
	return NULL;
}
