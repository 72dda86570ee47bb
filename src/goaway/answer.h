/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the network answered to a complaint, in one sentence.
 */
#ifndef GOAWAY_ANSWER_H
#define GOAWAY_ANSWER_H

#include "goaway.h"

#include <goaway/complainant.h>

enum { GA_ANSWER_TEXT_MAX = 320 };

/* `result` about the flow that was complained of; its status GA_STATUS_NONE: none came. Returns
 * buf. */
const char *ga_answer_format(const struct ga_message *result, const struct ga_flow *flow,
			     const struct ga_wish *wish, char buf[GA_ANSWER_TEXT_MAX]);

/* The exit status of `goaway send` that says the same. */
enum ga_exit ga_answer_exit(enum ga_status status);

#endif
