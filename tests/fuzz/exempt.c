/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any text as the exempt file: what is taken is what a line says, at its place; what is not is told.
 */
#include <goaway/exempt.h>

#include "fuzz.h"

struct reading {
	const char *text;
	size_t len;
	size_t end;	/* of the last line */
	unsigned lines; /* that were taken */
	unsigned faults;
	struct ga_policy policy;
};

static void complain(void *context, const char *line)
{
	struct reading *reading = context;

	reading->faults++;
	law(strncmp(line, "path:", 5) == 0 && strlen(line) < 1024);
}

static void same(void *context, const struct ga_exempt_line *line)
{
	const struct ga_exempt_line *first = context;

	law(line->of_targets == first->of_targets && line->prefix.bits == first->prefix.bits &&
	    ga_addr_equal(&line->prefix.addr, &first->prefix.addr) &&
	    strcmp(line->note, first->note) == 0);
}

/* As `goaway exempt` writes it. */
static void write_again(const struct ga_exempt_line *line, struct reading *reading)
{
	char prefix[GA_ADDR_TEXT_MAX], text[GA_EXEMPT_LINE_MAX + 1];
	int len = snprintf(text, sizeof(text), "%s %s  # %s\n", ga_exempt_side(line->of_targets),
			   ga_prefix_format(&line->prefix, prefix, sizeof(prefix)), line->note);
	struct ga_exempt_line first = *line;

	law(len > 0 && (size_t)len < sizeof(text));
	law(ga_exempt_parse("path", text, (size_t)len, complain, reading, same, &first) == 0);
}

static void take(void *context, const struct ga_exempt_line *line)
{
	struct reading *reading = context;

	law(line->start >= reading->end && line->end > line->start && line->end <= reading->len);
	law(line->start == 0 || reading->text[line->start - 1] == '\n');
	law(line->end == reading->len || reading->text[line->end - 1] == '\n');
	law(ga_prefix_contains(&line->prefix, &line->prefix.addr));
	law(memchr(line->note, '\0', sizeof(line->note)) && !strchr(line->note, '\n'));
	reading->end = line->end;
	reading->lines++;
	write_again(line, reading);
	ga_exempt_add("path", line, complain, reading, &reading->policy);
}

static void list_lawful(const struct ga_prefix_list *list)
{
	law(list->count <= GA_EXEMPT_MAX);
	for (size_t i = 0; i < list->count; i++)
		for (size_t j = 0; j < list->count; j++)
			law(i == j ||
			    !ga_prefix_contains(&list->items[i], &list->items[j].addr));
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	struct ga_frame text = frame_copy(octets, len);
	struct reading reading = {.text = (const char *)text.octets, .len = len};
	unsigned faults =
	    ga_exempt_parse("path", reading.text, len, complain, &reading, take, &reading);

	law(reading.faults >= faults);
	law(reading.policy.exempt_sources.count + reading.policy.exempt_targets.count +
		reading.faults - faults == reading.lines);
	list_lawful(&reading.policy.exempt_sources);
	list_lawful(&reading.policy.exempt_targets);
	frame_free(&text);
	return 0;
}
