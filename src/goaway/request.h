/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the exporter makes of the headers of a request. Pure.
 */
#ifndef GOAWAY_REQUEST_H
#define GOAWAY_REQUEST_H

#include <goaway/metrics.h>

#include <stdbool.h>
#include <stddef.h>

/* Whether a Host header (NULL: there is none) names this exporter: an address, localhost, a name
 * below it, or one of `names`. A page of somebody else's whose name was made to point here (DNS
 * rebinding) names itself. */
bool ga_request_host(const char *host, const char *const *names, size_t count);

/* What --allow-host may be: a host name without port. */
bool ga_request_is_name(const char *name);

/* Which format an Accept header (NULL: there is none) likes better; OpenMetrics of two equals. A
 * browser's text/html counts as liking plain text. */
enum ga_metrics_format ga_request_format(const char *accept);

/* Whether a request comes of a page of another site, as Sec-Fetch-Site and Sec-Fetch-Mode (NULL:
 * there is none) tell; to follow a link from there is no such request. */
bool ga_request_foreign(const char *site, const char *mode);

#endif
