/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any line as a request of the control socket: a value within its bounds, or a sentence that says
 * what is wrong with it, which can be told back to a terminal.
 */
#include <goaway/control_request.h>

#include "fuzz.h"

static void lawful(const struct ga_request *request)
{
	const struct ga_addr *source = &request->filter.source.addr;
	const struct ga_addr *target = &request->filter.target.addr;

	law((unsigned)request->verb < GA_VERB_COUNT);
	law(!source->version || !target->version || source->version == target->version);
	law(!source->version || request->filter.source.bits <= 8 * ga_addr_len(source));
	law(!target->version || request->filter.target.bits <= 8 * ga_addr_len(target));
	law(request->filter.kinds >> GA_EVENT_COUNT == 0);
	law(memchr(request->why, '\0', sizeof(request->why)));
	for (const char *at = request->why; *at; at++)
		law(*at >= ' ' && *at <= '~' && *at != '"' && *at != '\\');
	if (request->verb != GA_VERB_DROP)
		return;
	/* What is needed for an order is there. */
	law(ga_addr_is_unicast(source) && ga_addr_is_unicast(target) &&
	    !ga_addr_equal(source, target));
	law(request->has_service && request->lifetime_s > 0);
	law(ga_protocol_has_ports(request->protocol) == (request->port != 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct ga_request request;
	char error[GA_CONTROL_ERROR_MAX] = "";
	enum ga_code code;
	char *line;

	if (len >= GA_CONTROL_LINE_MAX)
		return 0;
	line = malloc(len + 1);
	if (!line)
		abort();
	if (len > 0)
		memcpy(line, octets, len);
	line[len] = '\0';
	code = ga_request_parse(line, len, &request, error);
	free(line);
	if (code == GA_CODE_NONE) {
		lawful(&request);
		return 0;
	}
	law(code == GA_CODE_USAGE || code == GA_CODE_VERSION);
	law(*error && memchr(error, '\0', sizeof(error)));
	for (const char *at = error; *at; at++)
		law(*at >= ' ' && *at <= '~');
	return 0;
}
