/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target without its fuzzer: every file of a corpus once, as a test (TAP). The folder, or single
 * files, are its arguments.
 */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz.h"

enum { INPUT_MAX = 1 << 20 };

/* False, and said: it cannot be read. */
static bool run_file(const char *path)
{
	static uint8_t room[INPUT_MAX];
	FILE *file = fopen(path, "rbe");
	size_t len = file ? fread(room, 1, sizeof(room), file) : 0;
	bool good = file && !ferror(file) && len < sizeof(room);
	struct ga_frame input;

	if (file)
		fclose(file);
	if (!good) {
		fprintf(stderr, "%s: cannot be read, or is too large\n", path);
		return false;
	}
	/* Where it dies, the last line says of what. */
	printf("# %s\n", path);
	fflush(stdout);
	input = frame_copy(room, len);
	LLVMFuzzerTestOneInput(input.octets, input.len);
	frame_free(&input);
	return true;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static bool run_folder(const char *folder, unsigned *count)
{
	struct dirent **entries;
	int found = scandir(folder, &entries, NULL, by_name);
	bool good = found >= 0;
	char path[4096];

	if (!good)
		fprintf(stderr, "%s: cannot be read\n", folder);
	for (int i = 0; i < found; i++) {
		if (entries[i]->d_name[0] != '.') {
			snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
			good = run_file(path) && good;
			++*count;
		}
		free(entries[i]);
	}
	if (found >= 0)
		free(entries);
	return good;
}

int main(int argc, char *argv[])
{
	unsigned count = 0;
	bool good = true;

	for (int i = 1; i < argc; i++) {
		struct stat status;

		if (stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode)) {
			good = run_folder(argv[i], &count) && good;
		} else {
			good = run_file(argv[i]) && good;
			count++;
		}
	}
	good = good && count > 0;
	printf("1..1\n%sok 1 - %u inputs\n", good ? "" : "not ", count);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
