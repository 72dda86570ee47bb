/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The exempt file, read line by line (goaway/exempt.h). */
#include "config_settings.h"

#include <goaway/exempt.h>

#include <string.h>

#define BLANKS " \t\r"

const char *ga_exempt_side(bool of_targets)
{
	return of_targets ? "target" : "source";
}

/* The next word of *text, which is cut off and gone past; NULL: there is none. */
static char *next_word(char **text)
{
	char *word = *text + strspn(*text, BLANKS);
	size_t len = strcspn(word, BLANKS);

	if (len == 0)
		return NULL;
	*text = word + len;
	if (word[len] != '\0')
		*(*text)++ = '\0';
	return word;
}

static bool side_parse(const char *word, bool *ret_of_targets)
{
	*ret_of_targets = strcmp(word, "target") == 0;
	return *ret_of_targets || strcmp(word, "source") == 0;
}

static void note_copy(const char *text, char note[GA_NOTE_MAX])
{
	size_t len;

	text += strspn(text, "#" BLANKS);
	len = strnlen(text, GA_NOTE_MAX - 1);
	while (len > 0 && strchr(BLANKS, text[len - 1]))
		len--;
	memcpy(note, text, len);
	note[len] = '\0';
}

/* False: a fault, or nothing but a comment. */
static bool line_parse(struct ga_complaints *complaints, char *text, struct ga_exempt_line *ret)
{
	size_t bare = strcspn(text, "#");
	char *side, *prefix, *more;

	note_copy(text + bare, ret->note);
	text[bare] = '\0';
	side = next_word(&text);
	if (!side)
		return false;
	prefix = next_word(&text);
	more = next_word(&text);
	if (!side_parse(side, &ret->of_targets))
		ga_complain(
		    complaints, ret->line, NULL,
		    "'%.64s' is not known; 'source PREFIX' or 'target PREFIX' would be right",
		    side);
	else if (!prefix)
		ga_complain(
		    complaints, ret->line, NULL,
		    "a prefix is missing; an address, or one with a length, would be right, "
		    "as in '%s 192.0.2.0/24'",
		    side);
	else if (more)
		ga_complain(
		    complaints, ret->line, NULL,
		    "'%.64s' is too much; a note begins with '#', a further prefix on a line "
		    "of its own",
		    more);
	else
		return ga_config_prefix(complaints, ret->line, NULL, prefix, &ret->prefix);
	return false;
}

unsigned ga_exempt_parse(const char *path, const char *text, size_t len,
			 void (*complain)(void *context, const char *line), void *complain_context,
			 void (*each)(void *context, const struct ga_exempt_line *), void *context)
{
	struct ga_complaints complaints = {path, complain, complain_context, 0};
	struct ga_exempt_line line = {.line = 0};

	while (line.end < len) {
		const char *newline = memchr(text + line.end, '\n', len - line.end);
		char copy[GA_EXEMPT_LINE_MAX + 1];

		line.start = line.end;
		line.end = newline ? (size_t)(newline + 1 - text) : len;
		line.line++;
		size_t octets = line.end - line.start - (newline != NULL);

		if (octets > GA_EXEMPT_LINE_MAX) {
			ga_complain(&complaints, line.line, NULL,
				    "the line has %zu octets; at most %d are right", octets,
				    GA_EXEMPT_LINE_MAX);
			continue;
		}
		memcpy(copy, text + line.start, octets);
		copy[octets] = '\0';
		if (strlen(copy) != octets)
			ga_complain(&complaints, line.line, NULL,
				    "an octet 0 has no meaning; text would be right");
		else if (line_parse(&complaints, copy, &line))
			each(context, &line);
	}
	return complaints.count;
}

bool ga_exempt_add(const char *path, const struct ga_exempt_line *line,
		   void (*complain)(void *context, const char *line), void *context,
		   struct ga_policy *policy)
{
	struct ga_complaints complaints = {path, complain, context, 0};

	return ga_config_add_prefix(&complaints, line->line, NULL, &line->prefix,
				    line->of_targets ? &policy->exempt_targets
						     : &policy->exempt_sources);
}
