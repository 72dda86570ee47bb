/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/message.h>

#include <assert.h>

const char *ga_message_type_name(enum ga_message_type type)
{
	switch (type) {
	case GA_MESSAGE_GO_AWAY:
		return "GO-AWAY";
	case GA_MESSAGE_CHALLENGE:
		return "CHALLENGE";
	case GA_MESSAGE_CONFIRM:
		return "CONFIRM";
	case GA_MESSAGE_RESULT:
		return "RESULT";
	}
	assert(false);
	return NULL;
}

const char *ga_scope_name(enum ga_scope scope)
{
	switch (scope) {
	case GA_SCOPE_HOST:
		return "host";
	case GA_SCOPE_SERVICE:
		return "service";
	}
	assert(false);
	return NULL;
}

const char *ga_status_name(enum ga_status status)
{
	switch (status) {
	case GA_STATUS_NONE:
		return "none";
	case GA_STATUS_GRANTED:
		return "granted";
	case GA_STATUS_RELEASED:
		return "released";
	case GA_STATUS_REFUSED:
		return "refused";
	case GA_STATUS_NO_EVIDENCE:
		return "no evidence";
	case GA_STATUS_BUSY:
		return "busy";
	case GA_STATUS_OBSERVED:
		return "observed";
	}
	assert(false);
	return NULL;
}
