/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "request.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

enum { HOST_MAX = 253 + 1 };

/* ---- Host ---- */

static bool is_address(const char *host)
{
	unsigned char octets[sizeof(struct in6_addr)];
	size_t len = strlen(host);
	char inner[INET6_ADDRSTRLEN];

	if (host[0] != '[')
		return inet_pton(AF_INET, host, octets) == 1;
	if (len < 4 || len - 2 >= sizeof(inner) || host[len - 1] != ']')
		return false;
	memcpy(inner, host + 1, len - 2);
	inner[len - 2] = '\0';
	return inet_pton(AF_INET6, inner, octets) == 1;
}

static bool is_local(const char *host)
{
	static const char local[] = ".localhost";
	size_t len = strlen(host), tail = sizeof(local) - 1;

	return strcasecmp(host, local + 1) == 0 ||
	       (len > tail && strcasecmp(host + len - tail, local) == 0);
}

/* Without port, and without the dot that ends a full name. False: that is no Host. */
static bool bare(const char *host, char ret[HOST_MAX])
{
	const char *end = strrchr(host, ':'), *bracket = strrchr(host, ']');
	size_t len;

	if (end && bracket && end < bracket)
		end = NULL;
	if (end && (end[1] == '\0' || strspn(end + 1, "0123456789") != strlen(end + 1)))
		return false;
	len = end ? (size_t)(end - host) : strlen(host);
	if (len > 1 && host[len - 1] == '.')
		len--;
	if (len == 0 || len >= HOST_MAX)
		return false;
	memcpy(ret, host, len);
	ret[len] = '\0';
	return true;
}

bool ga_request_host(const char *host, const char *const *names, size_t count)
{
	char name[HOST_MAX];

	if (!host || !bare(host, name))
		return false;
	if (is_address(name) || is_local(name))
		return true;
	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(names[i], name) == 0)
			return true;
	}
	return false;
}

bool ga_request_is_name(const char *name)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
	size_t len = strlen(name);

	return len > 0 && len < HOST_MAX && strspn(name, allowed) == len && name[len - 1] != '.';
}

/* ---- Accept (RFC 9110, section 12.5.1) ---- */

/* Of what follows "q=": "1", "0.5", "0.125", in thousandths. */
static int thousandths(const char *at)
{
	int q = 0;

	for (int scale = 1000; scale > 0; at++) {
		if (*at == '.')
			continue;
		if (*at < '0' || *at > '9')
			break;
		q += (*at - '0') * scale;
		scale /= 10;
	}
	return q > 1000 ? 1000 : q;
}

/* Of one media range, that ends at `end`; 1000 where it has none. */
static int weight(const char *range, const char *end)
{
	const char *at = memchr(range, ';', (size_t)(end - range));

	while (at) {
		at += 1 + strspn(at + 1, " \t");
		if (strncasecmp(at, "q=", 2) == 0)
			return thousandths(at + 2);
		at = memchr(at, ';', (size_t)(end - at));
	}
	return 1000;
}

enum { RANGES = 3 };

/* How well the header likes something that `ranges` are all names of, in thousandths. The first of
 * them that it has counts: it is the most exact. */
static int liking(const char *accept, const char *const ranges[RANGES])
{
	int found[RANGES] = {-1, -1, -1};

	for (;;) {
		const char *range = accept + strspn(accept, " \t"),
			   *end = range + strcspn(range, ",");
		size_t len = strcspn(range, ";, \t");

		for (int i = 0; i < RANGES; i++) {
			if (len == strlen(ranges[i]) && strncasecmp(range, ranges[i], len) == 0)
				found[i] = weight(range, end);
		}
		if (*end == '\0')
			break;
		accept = end + 1;
	}
	for (int i = 0; i < RANGES; i++) {
		if (found[i] >= 0)
			return found[i];
	}
	return 0;
}

enum ga_metrics_format ga_request_format(const char *accept)
{
	static const char *const openmetrics[RANGES] = {"application/openmetrics-text",
							"application/*", "*/*"};
	static const char *const text[RANGES] = {"text/plain", "text/*", "*/*"};
	static const char *const browser[RANGES] = {"text/html", "text/html", "text/html"};

	if (!accept)
		return GA_METRICS_OPENMETRICS;
	int wanted = liking(accept, openmetrics);

	return liking(accept, text) > wanted || liking(accept, browser) > wanted
		   ? GA_METRICS_TEXT
		   : GA_METRICS_OPENMETRICS;
}

/* ---- fetch metadata ---- */

bool ga_request_foreign(const char *site, const char *mode)
{
	return site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0 &&
	       !(mode && strcmp(mode, "navigate") == 0);
}
