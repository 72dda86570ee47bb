/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show.h"

#include "letters.h"

#include <inttypes.h>

enum { NAME_WIDTH = 10 };

void ga_card_begin(struct ga_card *card)
{
	char source[GA_ADDR_TEXT_MAX], target[GA_ADDR_TEXT_MAX];

	fprintf(card->file, card->json ? "{\"source\": \"%s\", \"target\": \"%s\"" : "%s -> %s\n",
		ga_addr_format(&card->source, source, sizeof(source)),
		ga_addr_format(&card->target, target, sizeof(target)));
}

void ga_card_end(struct ga_card *card)
{
	fputs(card->json ? "}\n" : "", card->file);
}

static void put_title(const struct ga_card *card, const char *title)
{
	fprintf(card->file, "%-*s ", NAME_WIDTH, title);
}

void ga_card_section(struct ga_card *card, const char *title, const char *member)
{
	card->section = title;
	card->told = 0;
	if (card->json)
		fprintf(card->file, ", \"%s\": [", member);
}

void ga_card_section_end(struct ga_card *card, const char *none)
{
	if (card->json) {
		putc(']', card->file);
	} else if (card->told == 0) {
		put_title(card, card->section);
		fprintf(card->file, "%s\n", none);
	}
}

void ga_card_section_unknown(struct ga_card *card, const char *title, const char *member)
{
	if (card->json) {
		fprintf(card->file, ", \"%s\": null", member);
	} else {
		put_title(card, title);
		fputs("only who may read nftables sees that: root, or with CAP_NET_ADMIN\n", card->file);
	}
}

/* What a line or object of it begins with. */
static void next(struct ga_card *card)
{
	if (!card->json)
		put_title(card, card->told ? "" : card->section);
	else if (card->told)
		fputs(", ", card->file);
	card->told++;
}

static void put_coloured(const struct ga_card *card, enum ga_colour colour, const char *text)
{
	if (!card->colours)
		colour = GA_COLOUR_NONE;
	fprintf(card->file, "%s%s%s", ga_colour_begin(colour), text, ga_colour_end(colour));
}

static bool is_pair(const struct ga_card *card, const struct ga_addr *source,
		    const struct ga_addr *target)
{
	return ga_addr_equal(source, &card->source) && ga_addr_equal(target, &card->target);
}

/* ---- what stands ---- */

static void put_limits(const struct ga_card *card, const struct ga_drop_row *row)
{
	char left[GA_DURATION_TEXT_MAX], lifetime[GA_DURATION_TEXT_MAX];

	if (row->left_s == GA_CELL_NONE)
		fputs(" for ever", card->file);
	else
		fprintf(card->file, ", %s left of %s",
			ga_duration_format(row->left_s, left, sizeof(left)),
			ga_duration_format(row->lifetime_s, lifetime, sizeof(lifetime)));
	if (row->per_minute != GA_CELL_NONE)
		fprintf(card->file, ", to %" PRIu64 " a minute after %" PRIu64 " at once",
			row->per_minute, row->burst);
	putc('\n', card->file);
}

void ga_card_standing(struct ga_card *card, const struct ga_standing *standing)
{
	bool polices = standing->action == GA_ACTION_POLICE;
	struct ga_drop_row row;
	char why[sizeof(standing->why)];

	ga_drop_row(standing, &row);
	next(card);
	if (card->json) {
		ga_grid_object(&card->grid, card->file, &row);
		return;
	}
	put_coloured(card, polices ? GA_COLOUR_LIMITED : GA_COLOUR_STOPPED, row.action);
	fprintf(card->file, " %s", row.service);
	put_limits(card, &row);
	ga_letters_tame(standing->why, why);
	put_title(card, "");
	fprintf(card->file, "why: %s\n", *why ? why : "put there by hand");
	if (standing->counted) {
		put_title(card, "");
		fprintf(card->file, "caught: %" PRIu64 " packet%s, %" PRIu64 " byte%s\n",
			row.packets, ga_plural(row.packets), row.bytes, ga_plural(row.bytes));
	}
}

/* ---- what is remembered ---- */

static void json_record(const struct ga_card *card, const char *service,
			const struct ga_record *record)
{
	fprintf(card->file,
		"{\"service\": \"%s\", \"drops\": %u, \"polices\": %u, \"doubted\": %s, "
		"\"last\": \"%s\", \"lifetime_s\": %" PRIu32 ", ",
		service, record->drops, record->polices, record->doubted ? "true" : "false",
		ga_action_name(record->last), record->lifetime_s);
	if (record->left_s == 0)
		fputs("\"age_s\": null, \"left_s\": null}", card->file);
	else
		fprintf(card->file, "\"age_s\": %" PRIu32 ", \"left_s\": %" PRIu32 "}",
			record->age_s, record->left_s);
}

static void text_record(const struct ga_card *card, const char *service,
			const struct ga_record *record)
{
	char lifetime[GA_DURATION_TEXT_MAX], age[GA_DURATION_TEXT_MAX], left[GA_DURATION_TEXT_MAX];

	fprintf(card->file, "%s: %u dropped, %u policed; the last for %s", service, record->drops,
		record->polices,
		ga_duration_format(record->lifetime_s, lifetime, sizeof(lifetime)));
	if (record->left_s)
		fprintf(card->file, ", %s ago, remembered for %s",
			ga_duration_format(record->age_s, age, sizeof(age)),
			ga_duration_format(record->left_s, left, sizeof(left)));
	fputs(record->doubted ? "; a guessable nonce was policed\n" : "\n", card->file);
}

int ga_card_record(void *context, const struct ga_service *service, const struct ga_record *record)
{
	struct ga_card *card = context;
	char text[GA_SERVICE_TEXT_MAX];

	if (!is_pair(card, &service->source, &service->target))
		return 0;
	ga_service_format(service->protocol, service->port, text, sizeof(text));
	next(card);
	if (card->json)
		json_record(card, text, record);
	else
		text_record(card, text, record);
	return 0;
}

int ga_card_grant(void *context, const struct ga_grant *grant)
{
	struct ga_card *card = context;
	const struct ga_service *service = &grant->service;
	char text[GA_SERVICE_TEXT_MAX];
	char lifetime[GA_DURATION_TEXT_MAX], left[GA_DURATION_TEXT_MAX];

	if (!is_pair(card, &service->source, &service->target))
		return 0;
	ga_service_format(service->protocol, service->port, text, sizeof(text));
	next(card);
	if (card->json)
		fprintf(card->file,
			"{\"service\": \"%s\", \"complaint\": \"%016" PRIx64
			"\", \"lifetime_s\": %" PRIu32 ", \"left_s\": %" PRIu32 "}",
			text, grant->complaint, grant->lifetime_s, grant->left_s);
	else
		fprintf(card->file, "%s for %s to complaint %016" PRIx64 ", remembered for %s\n",
			text, ga_duration_format(grant->lifetime_s, lifetime, sizeof(lifetime)),
			grant->complaint, ga_duration_format(grant->left_s, left, sizeof(left)));
	return 0;
}

/* Not its nonce: who knows that could answer it. */
int ga_card_request(void *context, const struct ga_asked *asked)
{
	struct ga_card *card = context;

	if (!is_pair(card, &asked->flow.source, &asked->flow.target))
		return 0;
	next(card);
	fprintf(card->file,
		card->json ? "{\"source_port\": %u, \"left_ms\": %" PRIu32 "}"
			   : "an NTP request from port %u, whose answer counts for %" PRIu32 "ms\n",
		asked->flow.source_port, asked->left_ms);
	return 0;
}

/* ---- what keeps it from being stopped ---- */

void ga_card_exempt(struct ga_card *card, bool of_target, const char *addresses)
{
	const char *by = of_target ? "target" : "source";

	if (card->json && addresses) {
		fprintf(card->file, ", \"exempt\": {\"by\": \"%s\", \"prefix\": \"%s\"}", by,
			addresses);
	} else if (card->json) {
		fputs(", \"exempt\": null", card->file);
	} else {
		put_title(card, "exempt");
		put_coloured(card, addresses ? GA_COLOUR_LET : GA_COLOUR_NONE,
			     addresses ? "yes" : "no");
		if (addresses)
			fprintf(card->file, ", the %s is, by %s", by, addresses);
		putc('\n', card->file);
	}
}

void ga_card_guessed(struct ga_card *card, bool guessed, uint32_t left_s)
{
	char left[GA_DURATION_TEXT_MAX];

	if (card->json) {
		fprintf(card->file, ", \"guessed\": %s", guessed ? "true" : "false");
		return;
	}
	put_title(card, "guessed");
	if (guessed)
		fprintf(card->file,
			"somebody is guessing at its nonces: %s%s%sonly random ones are believed\n",
			left_s ? "for " : "",
			left_s ? ga_duration_format(left_s, left, sizeof(left)) : "",
			left_s ? " " : "");
	else
		fputs("nobody is guessing at its nonces\n", card->file);
}
