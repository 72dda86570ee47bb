/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/reason.h>

#include <assert.h>

static const struct {
	const char *name;
	const char *help;
} reasons[] = {
#define X(id, text, explanation) [GA_REASON_##id] = {text, explanation},
    GA_REASONS(X)
#undef X
};

const char *ga_reason_name(enum ga_reason reason)
{
	assert((unsigned)reason < GA_REASON_COUNT);
	return reasons[reason].name;
}

const char *ga_reason_help(enum ga_reason reason)
{
	assert((unsigned)reason < GA_REASON_COUNT);
	return reasons[reason].help;
}
