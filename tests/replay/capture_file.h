/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GOAWAY_TESTS_CAPTURE_FILE_H
#define GOAWAY_TESTS_CAPTURE_FILE_H

#include <goaway/frame.h>

enum { CAPTURE_FRAMES_MAX = 400, CAPTURE_OCTETS_MAX = 600 };

struct capture_frame {
	struct ga_frame frame; /* its octets are those below */
	int64_t wall_s;
	uint8_t octets[CAPTURE_OCTETS_MAX];
};

struct capture_file {
	struct capture_frame frames[CAPTURE_FRAMES_MAX];
	size_t count;
};

/* Read all IP packets of an Ethernet capture. NULL, and a line on standard error, if that cannot
 * be. To be freed. */
struct capture_file *capture_file_read(const char *directory, const char *name);

#endif
