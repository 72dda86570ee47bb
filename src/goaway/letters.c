/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "letters.h"

#include <goaway/text.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* C0, DEL, and C1 as UTF-8 has it. */
static bool obeyed(const char *text, size_t len)
{
	uint8_t first = (uint8_t)text[0], second = (uint8_t)text[1];

	return len == 1 ? first < 0x20 || first == 0x7f : first == 0xc2 && second < 0xa0;
}

size_t ga_letters_tame(const char *text, char *out)
{
	size_t letters = 0;

	for (; *text; letters++) {
		size_t len = ga_utf8_len(text);

		if (len == 0 || obeyed(text, len)) {
			*out++ = '?';
			text += len ? len : 1;
			continue;
		}
		memcpy(out, text, len);
		out += len;
		text += len;
	}
	*out = '\0';
	return letters;
}

void ga_letters_json(FILE *file, const char *text)
{
	putc_unlocked('"', file);
	while (*text) {
		size_t len = ga_utf8_len(text);

		if (len == 0)
			fputs_unlocked("\\ufffd", file);
		else if ((uint8_t)*text < 0x20)
			fprintf(file, "\\u%04x", (unsigned)*text);
		else if (*text == '"' || *text == '\\')
			fprintf(file, "\\%c", *text);
		else
			fwrite_unlocked(text, 1, len, file);
		text += len ? len : 1;
	}
	putc_unlocked('"', file);
}
