/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway show: all that the table has about one source and one target.
 */
#include "show.h"
#include "view.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { READ_TRIES = 4 };

static enum ga_exit put_standing(struct ga_card *card)
{
	const struct ga_drops_wanted wanted = {
	    .source = {card->source, (uint8_t)(ga_addr_len(&card->source) * 8)},
	    .target = {card->target, (uint8_t)(ga_addr_len(&card->target) * 8)},
	    .socket = card->socket,
	};
	CLEAN_DROPS struct ga_drops drops = {0};
	enum ga_exit status = ga_drops_read(&wanted, &drops);
	struct ga_drops_order order;

	if (status != GA_EXIT_OK)
		return status;
	ga_drops_order_parse("service,action", &order);
	ga_drops_sort(&drops, &order);
	ga_card_section(card, "stands", "standing");
	for (size_t i = 0; i < drops.count; i++)
		ga_card_standing(card, &drops.items[i]);
	card->stands = drops.count > 0;
	ga_card_section_end(card, "nothing");
	return GA_EXIT_OK;
}

/* The first that holds is told; the source's comes before the target's. */
static int find_exempt(void *context, const struct ga_exempt_range *range)
{
	struct ga_card *card = context;
	char text[GA_RANGE_TEXT_MAX];

	if (!ga_range_contains(&range->first, &range->last,
			       range->of_targets ? &card->target : &card->source))
		return 0;
	ga_card_exempt(card, range->of_targets,
		       ga_range_format(&range->first, &range->last, text, sizeof(text)));
	return 1;
}

/* -EINTR: all was told, but the table changed meanwhile, so some of it may be missing. */
static int put_remembered(struct ga_card *card, struct ga_table *table)
{
	int errors[5];
	uint32_t guessed_s;

	ga_card_section(card, "offences", "records");
	errors[0] = ga_table_records(table, ga_card_record, card);
	ga_card_section_end(card, "none are remembered");
	ga_card_section(card, "granted", "grants");
	errors[1] = ga_table_grants(table, ga_card_grant, card);
	ga_card_section_end(card, "nothing");
	ga_card_section(card, "asks", "requests");
	errors[2] = ga_table_requests(table, ga_card_request, card);
	ga_card_section_end(card, "nothing now");
	errors[3] = ga_table_exempt(table, find_exempt, card);
	if (errors[3] == 0)
		ga_card_exempt(card, false, NULL);
	errors[4] = ga_table_guessed(table, &card->source, &card->target, &guessed_s);
	if (errors[4] >= 0)
		ga_card_guessed(card, errors[4] > 0, guessed_s);

	int interrupted = 0;

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i] == -EINTR)
			interrupted = -EINTR;
		else if (errors[i] < 0)
			return errors[i];
	}
	return interrupted;
}

/* The same from the daemon, as far as it tells. */
static enum ga_exit put_viewed(struct ga_card *card)
{
	struct ga_view_pair viewed;
	char text[GA_ADDR_TEXT_MAX];
	enum ga_exit status;

	ga_card_section(card, "offences", "records");
	status = ga_view_pair(card->socket, &card->source, &card->target, ga_card_record, card,
			      &viewed);
	if (status != GA_EXIT_OK)
		return status;
	ga_card_section_end(card, "none are remembered");
	ga_card_section_unknown(card, "granted", "grants");
	ga_card_section_unknown(card, "asks", "requests");
	ga_card_exempt(card, viewed.of_target,
		       viewed.is_exempt ? ga_prefix_format(&viewed.exempt_by, text, sizeof(text))
					: NULL);
	ga_card_guessed(card, viewed.guessed, 0);
	ga_card_end(card);
	return GA_EXIT_OK;
}

/* One try; *ret_again: the table changed meanwhile. What failed was told. */
static enum ga_exit put(struct ga_card *card, bool *ret_again)
{
	CLEAN_TABLE struct ga_table *table = NULL;
	enum ga_exit status;
	int error;

	ga_card_begin(card);
	status = put_standing(card);
	if (status != GA_EXIT_OK)
		return status;
	error = ga_table_open(&table);
	if (ga_view_elsewhere(error))
		return put_viewed(card);
	if (error < 0)
		return ga_failed(NULL, error, "talk to nftables");
	error = put_remembered(card, table);
	ga_card_end(card);
	*ret_again = error == -EINTR;
	return error < 0 && error != -EINTR ? ga_failed(table, error, "read what is remembered")
					    : GA_EXIT_OK;
}

/* Told at the end, for it may have to be read again. */
static enum ga_exit show(struct ga_card *card)
{
	enum ga_exit status = GA_EXIT_OK;
	bool again = true;

	for (int i = 0; status == GA_EXIT_OK && again && i < READ_TRIES; i++) {
		char *text = NULL;
		size_t len;

		again = false;
		card->file = open_memstream(&text, &len);
		if (!card->file)
			return ga_failed(NULL, -ENOMEM, "show it");
		status = put(card, &again);
		fclose(card->file);
		if (status == GA_EXIT_OK && !(again && i + 1 < READ_TRIES))
			fputs(text, stdout);
		free(text);
	}
	if (status == GA_EXIT_OK && card->stands && !card->json)
		ga_view_tell_mode(card->socket);
	return status;
}

static const struct option options[] = {
    {"json", no_argument, NULL, 'J'},
    {"socket", required_argument, NULL, 'S'},
    {0},
};

static enum ga_exit run(int argc, char **argv)
{
	const struct ga_grid_format format = {.json = true};
	struct ga_card card = {.colours = ga_colour_wanted(stdout)};
	enum ga_exit status;
	int option;

	while ((option = ga_option(&ga_command_show, argc, argv)) != -1) {
		if (option == 'J')
			card.json = true;
		else if (option == 'S')
			card.socket = optarg;
		else
			return GA_EXIT_USAGE;
	}
	status = ga_take_pair(&ga_command_show, argc, argv, &card.source, &card.target);
	if (status != GA_EXIT_OK)
		return status;
	if (ga_grid_init(&card.grid, "standing", ga_drop_columns, GA_DROP_COLUMNS, &format) < 0)
		status = ga_failed(NULL, -ENOMEM, "show it");
	else
		status = show(&card);
	ga_grid_free(&card.grid);
	return status;
}

const struct ga_command ga_command_show = {
    .name = "show",
    .summary = "all about one source and one target",
    .usage = "Usage: goaway show [OPTIONS] SOURCE TARGET\n"
	     "\n"
	     "Show what stands between SOURCE and TARGET, the offences that are remembered,\n"
	     "what was granted, what is asked now, and whether the pair is exempt.\n"
	     "\n"
	     "  -J, --json             JSON; durations in seconds\n"
	     "  -S, --socket PATH      of goawayd, for its mode, and where the kernel may not be read\n",
    .options = options,
    .run = run,
};
