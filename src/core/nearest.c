/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/nearest.h>

#include <stdint.h>
#include <string.h>

enum { WORD_MAX = 32 };

/* Changes of one letter that turn a into b (Levenshtein). */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[WORD_MAX + 1];
	size_t len = strlen(b);

	if (len > WORD_MAX || strlen(a) > WORD_MAX)
		return UINT32_MAX;
	for (unsigned j = 0; j <= len; j++)
		row[j] = j;
	for (; *a; a++) {
		unsigned diagonal = row[0]++;

		for (size_t j = 1; j <= len; j++) {
			unsigned best = diagonal + (*a != b[j - 1]);

			diagonal = row[j];
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = diagonal + 1 < best ? diagonal + 1 : best;
		}
	}
	return row[len];
}

const char *ga_nearest(const char *word, const char *(*name)(size_t index), size_t count)
{
	unsigned best = 1 + (unsigned)strlen(word) / 3;
	const char *found = NULL;

	for (size_t i = 0; i < count; i++) {
		unsigned far = distance(word, name(i));

		if (far <= best && (!found || far < best)) {
			best = far;
			found = name(i);
		}
	}
	return found;
}

const char *ga_nearest_joint(const char *sentence)
{
	size_t len = strlen(sentence);

	return len > 0 && sentence[len - 1] == '?' ? "" : ";";
}
