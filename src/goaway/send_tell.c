/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer.h"
#include "send.h"

#include <goaway/text.h>

#include <inttypes.h>
#include <stdio.h>

enum { TCP = 6 };

static bool granted(const struct ga_send_outcome *outcome)
{
	return outcome->result.status == GA_STATUS_GRANTED;
}

static void tell_denied(const struct ga_send_wanted *wanted, const struct ga_send_outcome *outcome)
{
	bool silence = outcome->progress != GA_PROGRESS_ANSWERED;
	char text[GA_ANSWER_TEXT_MAX];

	fputs(ga_answer_format(&outcome->result, &outcome->flow, &wanted->wish, text), stdout);
	if (silence && wanted->release && outcome->edges)
		printf(" to the end: %" PRIu32 " of %" PRIu32 " have lifted it", outcome->edges,
		       outcome->edges_asked);
	else if (silence && outcome->challenged)
		printf(" to the end: one has asked back, and then said nothing");
	else if (silence && wanted->release)
		printf("; one hears of it only while the source goes on sending, and the drop "
		       "ends by itself");
	else if (silence && outcome->flow.protocol == TCP)
		printf("; if this host answers it with RST, every firewall forgets the flow at "
		       "once: drop it here first, as /etc/goaway/closed-tcp.nft does");
	putchar('\n');
}

void ga_send_tell_answer(const struct ga_send_wanted *wanted, const struct ga_send_outcome *outcome)
{
	char text[GA_ANSWER_TEXT_MAX];

	if (wanted->json)
		return;
	puts(ga_answer_format(&outcome->result, &outcome->flow, &wanted->wish, text));
	/* Watching takes a while. */
	fflush(stdout);
}

static void tell_watched(const struct ga_send_outcome *outcome)
{
	char span[GA_DURATION_TEXT_MAX];

	ga_duration_format(outcome->watched_s, span, sizeof(span));
	if (outcome->late)
		printf("not silent: %" PRIu64 " packet%s of it came within %s\n", outcome->late,
		       ga_plural(outcome->late), span);
	else
		printf("silent: nothing of it came within %s\n", span);
	if (outcome->elsewhere)
		printf("%" PRIu64 " packet%s went to other services here, which are not stopped\n",
		       outcome->elsewhere, ga_plural(outcome->elsewhere));
}

static void tell_nothing_came(const struct ga_send_wanted *wanted,
			      const struct ga_send_outcome *outcome)
{
	char source[GA_ADDR_TEXT_MAX], span[GA_DURATION_TEXT_MAX];

	ga_say("no such packet came from %s within %s%s",
	       ga_addr_format(&wanted->source, source, sizeof(source)),
	       ga_duration_format(wanted->wait_s, span, sizeof(span)),
	       outcome->passing ? "; what came was not for an address of this host, and only that "
				  "host can complain"
				: "");
}

static const char *yesno(bool yes)
{
	return yes ? "true" : "false";
}

/* No text in it is anybody else's: nothing is to be escaped. */
static void print_json(const struct ga_send_wanted *wanted, const struct ga_send_outcome *outcome,
		       enum ga_exit status)
{
	const struct ga_message *result = &outcome->result;
	bool answered = outcome->progress == GA_PROGRESS_ANSWERED;
	char addr[GA_ADDR_TEXT_MAX];

	printf("{\n   \"source\": \"%s\",\n", ga_addr_format(&wanted->source, addr, sizeof(addr)));
	if (outcome->flow.source.version)
		printf("   \"target\": \"%s\",\n   \"protocol\": %u,\n   \"port\": %u,\n",
		       ga_addr_format(&outcome->flow.target, addr, sizeof(addr)),
		       outcome->flow.protocol, outcome->flow.target_port);
	else
		printf("   \"target\": null,\n   \"protocol\": null,\n   \"port\": null,\n");
	printf("   \"scope_asked\": \"%s\",\n   \"lifetime_asked\": %" PRIu32 ",\n",
	       ga_scope_name(wanted->wish.scope), wanted->release ? 0 : wanted->wish.lifetime_s);
	printf("   \"packets\": %" PRIu64 ",\n   \"packets_passing\": %" PRIu64
	       ",\n   \"packets_lost\": %" PRIu64 ",\n",
	       outcome->packets, outcome->passing, outcome->lost);
	printf("   \"challenged\": %s,\n", yesno(outcome->challenged || answered));
	if (answered)
		printf("   \"answer\": \"%s\",\n   \"scope\": \"%s\",\n   \"lifetime\": %" PRIu32
		       ",\n   \"complaint\": \"%016" PRIx64 "\",\n"
		       "   \"edge\": \"%02x%02x%02x%02x\",\n   \"edges\": %" PRIu32 ",\n",
		       ga_status_name(result->status), ga_scope_name(result->scope),
		       result->lifetime_s, result->complaint, result->cookie[0], result->cookie[1],
		       result->cookie[2], result->cookie[3], outcome->edges);
	else
		printf("   \"answer\": null,\n");
	printf("   \"silent\": %s,\n   \"watched\": %" PRIu32 ",\n   \"packets_after\": %" PRIu64
	       ",\n   \"packets_elsewhere\": %" PRIu64 ",\n",
	       !granted(outcome) || !outcome->watched ? "null" : yesno(!outcome->late),
	       outcome->watched_s, outcome->late, outcome->elsewhere);
	printf("   \"interrupted\": %s,\n   \"exit\": %d\n}\n", yesno(outcome->interrupted),
	       (int)status);
}

static enum ga_exit status_of(const struct ga_send_outcome *outcome)
{
	if (outcome->interrupted)
		return GA_EXIT_INTERRUPTED;
	if (!outcome->flow.source.version)
		return GA_EXIT_REFUSED;
	if (outcome->late)
		return GA_EXIT_SEND_NOT_SILENT;
	return ga_answer_exit(outcome->result.status);
}

enum ga_exit ga_send_tell_end(const struct ga_send_wanted *wanted,
			      const struct ga_send_outcome *outcome)
{
	enum ga_exit status = status_of(outcome);

	if (wanted->json)
		print_json(wanted, outcome, status);
	else if (granted(outcome) && outcome->watched_s)
		tell_watched(outcome);
	else if (outcome->interrupted && !granted(outcome))
		ga_say("interrupted before an answer came");
	else if (!outcome->flow.source.version)
		tell_nothing_came(wanted, outcome);
	else if (!granted(outcome))
		tell_denied(wanted, outcome);
	return status;
}
