/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A goaway.conf of any text, and what is told of it. */
#ifndef GOAWAY_TEST_CONFIG_KIT_H
#define GOAWAY_TEST_CONFIG_KIT_H

#include <goaway/config.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[] = "/tmp/goaway-config-XXXXXX";
static char path[64];

struct told {
	unsigned lines;
	char text[4096];
};

static inline void hear(void *context, const char *line)
{
	struct told *told = context;
	size_t used = strlen(told->text);

	told->lines++;
	(void)snprintf(told->text + used, sizeof(told->text) - used, "%s\n", line);
}

static inline void write_config(const char *text, size_t len)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static inline int read_text(const char *text, struct told *told, struct ga_config *ret)
{
	*told = (struct told){0};
	write_config(text, strlen(text));
	return ga_config_read(path, true, hear, told, ret);
}

static inline int setup(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/goaway.conf", directory);
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(directory);
}

#endif
