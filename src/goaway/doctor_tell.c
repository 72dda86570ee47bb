/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings, and how they are printed: a line each, what to do below it. */
#include "doctor.h"
#include "goaway.h"
#include "letters.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[GA_STATE_COUNT] = {
    [GA_STATE_GOOD] = "good", [GA_STATE_NOTE] = "note",	      [GA_STATE_WARNING] = "warning",
    [GA_STATE_BAD] = "bad",   [GA_STATE_UNKNOWN] = "unknown",
};

/* Those over the bound are counted in its last one. */
static void found_more(struct ga_doctor *doctor, enum ga_state state)
{
	struct ga_finding *last = &doctor->findings[doctor->count - 1];

	if (doctor->left_out++ == 0) {
		doctor->left_out++; /* its own place is taken */
		*last = (struct ga_finding){.check = doctor->check, .state = last->state};
	}
	if (state != GA_STATE_UNKNOWN && state > last->state)
		last->state = state;
	(void)snprintf(last->found, sizeof(last->found), "and %u more", doctor->left_out);
}

void ga_found(struct ga_doctor *doctor, enum ga_state state, const char *format, ...)
{
	struct ga_finding *finding = &doctor->findings[doctor->count];
	va_list args;

	if (doctor->count - doctor->first == GA_FINDINGS_OF_CHECK) {
		found_more(doctor, state);
		return;
	}
	*finding = (struct ga_finding){.check = doctor->check, .state = state};
	va_start(args, format);
	(void)vsnprintf(finding->found, sizeof(finding->found), format, args);
	va_end(args);
	doctor->count++;
}

void ga_remedy(struct ga_doctor *doctor, const char *format, ...)
{
	char *remedy = doctor->findings[doctor->count - 1].remedy;
	size_t used = strlen(remedy);
	va_list args;

	if (doctor->left_out)
		return;
	va_start(args, format);
	(void)vsnprintf(remedy + used, GA_REMEDY_MAX - used, format, args);
	va_end(args);
}

void ga_unseen(struct ga_doctor *doctor, int error, const char *what)
{
	bool refused = error == -EPERM || error == -EACCES;

	ga_found(doctor, GA_STATE_UNKNOWN, "%s: %s", what, strerror(-error));
	if (refused)
		ga_remedy(doctor, "run goaway doctor as root");
	doctor->not_permitted |= refused;
}

const char *ga_service_verb(const struct ga_doctor *doctor, const char *verb, char *buf,
			    size_t size)
{
	(void)snprintf(buf, size,
		       doctor->system == GA_SYSTEM_OPENWRT ? "service goawayd %s"
							   : "systemctl %s goawayd",
		       verb);
	return buf;
}

/* ---- printing ---- */

static enum ga_colour colour_of(enum ga_state state)
{
	static const enum ga_colour colours[GA_STATE_COUNT] = {
	    [GA_STATE_GOOD] = GA_COLOUR_LET,	    [GA_STATE_NOTE] = GA_COLOUR_NONE,
	    [GA_STATE_WARNING] = GA_COLOUR_LIMITED, [GA_STATE_BAD] = GA_COLOUR_STOPPED,
	    [GA_STATE_UNKNOWN] = GA_COLOUR_LIMITED,
	};

	return colours[state];
}

void ga_findings_print(const struct ga_finding *findings, size_t count, FILE *file)
{
	bool colours = ga_colour_wanted(file);
	int width = 0;

	for (size_t i = 0; i < count; i++)
		if ((int)strlen(findings[i].check) > width)
			width = (int)strlen(findings[i].check);
	for (size_t i = 0; i < count; i++) {
		enum ga_colour colour = colours ? colour_of(findings[i].state) : GA_COLOUR_NONE;
		char found[GA_FOUND_MAX], remedy[GA_REMEDY_MAX];

		(void)ga_letters_tame(findings[i].found, found);
		(void)ga_letters_tame(findings[i].remedy, remedy);
		fprintf(file, "%s%-7s%s  %-*s  %s\n", ga_colour_begin(colour),
			state_names[findings[i].state], ga_colour_end(colour), width,
			findings[i].check, found);
		if (*remedy)
			fprintf(file, "%-7s  %-*s  -> %s\n", "", width, "", remedy);
	}
}

struct row {
	const char *check;
	const char *state;
	const char *found;
	const char *remedy;
};

int ga_findings_json(const struct ga_finding *findings, size_t count, FILE *file)
{
	static const struct ga_column columns[] = {
	    {"CHECK", "what was looked at", GA_CELL_TEXT, offsetof(struct row, check), false, NULL},
	    {"STATE", "how bad it is", GA_CELL_TEXT, offsetof(struct row, state), false, NULL},
	    {"FOUND", "what was found", GA_CELL_TEXT, offsetof(struct row, found), false, NULL},
	    {"REMEDY", "what to do", GA_CELL_TEXT, offsetof(struct row, remedy), false, NULL},
	};
	const struct ga_grid_format format = {.json = true};
	CLEAN_GRID struct ga_grid grid = {0};
	int error =
	    ga_grid_init(&grid, "checks", columns, sizeof(columns) / sizeof(columns[0]), &format);

	for (size_t i = 0; error == 0 && i < count; i++)
		error = ga_grid_add(&grid,
				    &(struct row){findings[i].check, state_names[findings[i].state],
						  findings[i].found,
						  *findings[i].remedy ? findings[i].remedy : NULL});
	if (error == 0)
		ga_grid_print(&grid, 1, file);
	return error;
}
