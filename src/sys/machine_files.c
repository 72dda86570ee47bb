/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/machine.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { PATH_TEXT_MAX = 256, LINE_TEXT_MAX = 1024 };

int ga_machine_release(struct ga_release *ret)
{
	struct utsname name;
	struct ga_release release = {.major = 0};

	if (uname(&name) < 0)
		return -errno;
	(void)snprintf(release.text, sizeof(release.text), "%s", name.release);
	if (sscanf(release.text, "%u.%u", &release.major, &release.minor) != 2)
		return -EINVAL;
	*ret = release;
	return 0;
}

static int number_of(const char *text, int base, uint64_t *ret)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(text, &end, base);
	if (end == text || errno)
		return -EINVAL;
	*ret = number;
	return 0;
}

int ga_machine_field(const char *path, const char *word, int base, uint64_t *ret)
{
	FILE *file = fopen(path, "re");
	size_t len = strlen(word);
	char line[LINE_TEXT_MAX];
	int error = -ESRCH;

	if (!file)
		return -errno;
	while (error == -ESRCH && fgets(line, sizeof(line), file))
		if (strncmp(line, word, len) == 0)
			error = number_of(line + len, base, ret);
	if (ferror(file))
		error = -EIO;
	fclose(file);
	return error;
}

int ga_machine_number(const char *path, uint64_t *ret)
{
	return ga_machine_field(path, "", 10, ret);
}

/* A line of modules.dep, "kernel/net/netfilter/nft_queue.ko.xz: ...", or of modules.builtin,
 * without what follows. */
static bool is_of(const char *line, const char *module)
{
	const char *name = strrchr(line, '/');
	size_t len = strlen(module);

	return name && strncmp(name + 1, module, len) == 0 &&
	       (strcmp(name + 1 + len, ".ko") == 0 || strncmp(name + 1 + len, ".ko.", 4) == 0);
}

/* Those that are files must be there too. */
static bool is_listed(const char *folder, const char *list, bool files, const char *module)
{
	char path[PATH_TEXT_MAX + LINE_TEXT_MAX], line[LINE_TEXT_MAX];
	FILE *file;
	bool found = false;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, list);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, ":\n")] = '\0';
		(void)snprintf(path, sizeof(path), "%s/%s", folder, line);
		found = is_of(line, module) && (!files || access(path, F_OK) == 0);
	}
	if (file)
		fclose(file);
	return found;
}

/* Where modules lie flat, as on OpenWrt, there are no lists. */
static bool lies_flat(const char *folder, const char *module)
{
	char path[2 * PATH_TEXT_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s.ko", folder, module);
	return access(path, F_OK) == 0;
}

enum ga_module ga_machine_module(const char *module)
{
	char folder[PATH_TEXT_MAX];
	struct ga_release release;

	if (ga_machine_release(&release) < 0)
		return GA_MODULES_GONE;
	(void)snprintf(folder, sizeof(folder), "/lib/modules/%s", release.text);
	if (access(folder, X_OK) < 0)
		return GA_MODULES_GONE;
	if (is_listed(folder, "modules.dep", true, module) ||
	    is_listed(folder, "modules.builtin", false, module) || lies_flat(folder, module))
		return GA_MODULE_THERE;
	return GA_MODULE_NONE;
}
