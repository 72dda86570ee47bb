/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/control.h>

#include <assert.h>

static const struct {
	const char *name;
	const char *help;
} codes[] = {
    [GA_CODE_NONE] = {"none", "no error"},
#define X(id, text, explanation) [GA_CODE_##id] = {text, explanation},
    GA_CODES(X)
#undef X
};

const char *ga_code_name(enum ga_code code)
{
	assert((unsigned)code < GA_CODE_COUNT);
	return codes[code].name;
}

const char *ga_code_help(enum ga_code code)
{
	assert((unsigned)code < GA_CODE_COUNT);
	return codes[code].help;
}
