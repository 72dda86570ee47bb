/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer.h"

#include <goaway/text.h>

#include <stdio.h>

/* All answers but GRANTED. The source stands between the two parts. */
static const struct answer {
	enum ga_exit status;
	const char *before, *after;
} answers[] = {
    [GA_STATUS_NONE] = {GA_EXIT_SEND_NO_ANSWER, "no answer: no edge on the way to ",
			" has answered"},
    [GA_STATUS_RELEASED] = {GA_EXIT_OK, "released: ", " is stopped no more"},
    [GA_STATUS_REFUSED] = {GA_EXIT_SEND_REFUSED, "refused: the operator near ",
			   " exempts it, or this host"},
    [GA_STATUS_NO_EVIDENCE] = {GA_EXIT_SEND_NO_EVIDENCE, "no evidence: the edge near ",
			       " has seen no such traffic; the address may be forged"},
    [GA_STATUS_BUSY] = {GA_EXIT_SEND_BUSY, "busy: the edge near ",
			" has no room now; try again later"},
    [GA_STATUS_OBSERVED] = {GA_EXIT_SEND_OBSERVED, "observed: the edge near ",
			    " believes it, but stops nothing"},
};

static const struct answer *answer_of(enum ga_status status)
{
	size_t index = (size_t)status;

	if (index >= sizeof(answers) / sizeof(answers[0]) || !answers[index].before)
		index = GA_STATUS_NONE;
	return &answers[index];
}

static const char *format_granted(const struct ga_message *result, const struct ga_flow *flow,
				  const struct ga_wish *wish, char buf[GA_ANSWER_TEXT_MAX])
{
	char source[GA_ADDR_TEXT_MAX], target[GA_ADDR_TEXT_MAX], service[GA_SERVICE_TEXT_MAX];
	char lifetime[GA_DURATION_TEXT_MAX], asked[GA_DURATION_TEXT_MAX];
	bool host = result->scope == GA_SCOPE_HOST, whole = result->lifetime_s == wish->lifetime_s;

	ga_service_format(flow->protocol, flow->target_port, service, sizeof(service));
	ga_duration_format(wish->lifetime_s, asked, sizeof(asked));
	(void)snprintf(buf, GA_ANSWER_TEXT_MAX, "granted: %s from %s to %s is stopped for %s%s%s%s",
		       host ? "everything" : service,
		       ga_addr_format(&flow->source, source, sizeof(source)),
		       ga_addr_format(&flow->target, target, sizeof(target)),
		       ga_duration_format(result->lifetime_s, lifetime, sizeof(lifetime)),
		       whole ? "" : ", not for ", whole ? "" : asked,
		       !host && wish->scope == GA_SCOPE_HOST ? ", and nothing else" : "");
	return buf;
}

const char *ga_answer_format(const struct ga_message *result, const struct ga_flow *flow,
			     const struct ga_wish *wish, char buf[GA_ANSWER_TEXT_MAX])
{
	const struct answer *answer = answer_of(result->status);
	char source[GA_ADDR_TEXT_MAX];

	if (result->status == GA_STATUS_GRANTED)
		return format_granted(result, flow, wish, buf);
	(void)snprintf(buf, GA_ANSWER_TEXT_MAX, "%s%s%s", answer->before,
		       ga_addr_format(&flow->source, source, sizeof(source)), answer->after);
	return buf;
}

enum ga_exit ga_answer_exit(enum ga_status status)
{
	return status == GA_STATUS_GRANTED ? GA_EXIT_OK : answer_of(status)->status;
}
