/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "letters.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* RFC 3629, section 4: neither overlong, nor a surrogate, nor over U+10FFFF. */
unsigned ga_letter_len(const char *text)
{
	const uint8_t *at = (const uint8_t *)text;
	uint8_t least = 0x80, most = 0xbf;
	unsigned len;

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	len = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (at[0] == 0xe0)
		least = 0xa0;
	else if (at[0] == 0xf0)
		least = 0x90;
	else if (at[0] == 0xed)
		most = 0x9f;
	else if (at[0] == 0xf4)
		most = 0x8f;
	if (at[1] < least || at[1] > most)
		return 0;
	for (unsigned i = 2; i < len; i++) {
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	}
	return len;
}

/* C0, DEL, and C1 as UTF-8 has it. */
static bool obeyed(const char *text, unsigned len)
{
	uint8_t first = (uint8_t)text[0], second = (uint8_t)text[1];

	return len == 1 ? first < 0x20 || first == 0x7f : first == 0xc2 && second < 0xa0;
}

size_t ga_letters_tame(const char *text, char *out)
{
	size_t letters = 0;

	for (; *text; letters++) {
		unsigned len = ga_letter_len(text);

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
		unsigned len = ga_letter_len(text);

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
