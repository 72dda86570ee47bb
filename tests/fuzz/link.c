/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as a frame of any link; the first two octets of the input choose the link and how much
 * a shorter capture has.
 */
#include <goaway/link.h>

#include "fuzz.h"

static enum ga_reason strip(enum ga_link link, const struct ga_frame *whole)
{
	struct ga_frame frame = *whole;
	enum ga_reason reason = ga_link_strip(link, &frame);

	law(reason == GA_REASON_NONE || reason == GA_REASON_NOT_IP ||
	    reason == GA_REASON_TRUNCATED);
	if (reason == GA_REASON_NONE)
		law(frame.octets >= whole->octets &&
		    frame.octets + frame.len == whole->octets + whole->len);
	else
		law(frame.octets == whole->octets && frame.len == whole->len &&
		    frame.ifindex == whole->ifindex);
	return reason;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct input input = {octets, len};
	enum ga_link link = input_octet(&input) % (GA_LINK_PPPOE + 1);
	uint8_t keep = input_octet(&input);
	struct ga_frame whole = frame_copy(input.next, input.left);
	struct ga_frame cut = frame_copy(input.next, input.left * keep / 256);
	enum ga_reason stripped = strip(link, &whole), reason = strip(link, &cut);

	law(reason == stripped || reason == GA_REASON_TRUNCATED);
	frame_free(&cut);
	frame_free(&whole);
	return 0;
}
