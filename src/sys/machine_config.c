/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the running kernel was built. zlib reads what is not compressed as well. */
#include <goaway/machine.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#if GOAWAY_ZLIB
#include <zlib.h>
#define PROC_CONFIG "/proc/config.gz"
#else
typedef FILE *gzFile;
#define gzopen(path, mode) fopen(path, mode)
#define gzgets(file, line, size) fgets(line, size, file)
#define gzclose(file) fclose(file)
#define PROC_CONFIG NULL
#endif

/* "CONFIG_NFT_QUEUE=m", or a comment where it is not set: then no line begins so. */
static enum ga_built read_option(gzFile file, const char *option)
{
	enum ga_built built = GA_BUILT_OUT;
	size_t len = strlen(option);
	char line[256];

	while (gzgets(file, line, sizeof(line))) {
		if (strncmp(line, option, len) != 0 || line[len] != '=')
			continue;
		built = line[len + 1] == 'm' ? GA_BUILT_MODULE : GA_BUILT_IN;
	}
	return built;
}

enum ga_built ga_machine_built(const char *option)
{
	char boot[GA_RELEASE_MAX + 16];
	const char *const paths[] = {PROC_CONFIG, boot};
	struct ga_release release;
	enum ga_built built = GA_BUILT_UNKNOWN;

	if (ga_machine_release(&release) < 0)
		return GA_BUILT_UNKNOWN;
	(void)snprintf(boot, sizeof(boot), "/boot/config-%s", release.text);
	for (size_t i = 0; built == GA_BUILT_UNKNOWN && i < sizeof(paths) / sizeof(paths[0]); i++) {
		gzFile file = paths[i] ? gzopen(paths[i], "r") : NULL;

		if (!file)
			continue;
		built = read_option(file, option);
		gzclose(file);
	}
	return built;
}
