/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a flushed ruleset took away, put back.
 *
 * Drops of NTP go back many in a transaction, and one by one if that is refused,
 * for what one lacks the others need not. All other drops need their pair in
 * `stopped` for as long as the longest of them lasts: these go back one by one.
 */
#include "nft_table.h"

#include <errno.h>

enum { AT_ONCE = 64 };

static bool is_ntp(const struct ga_standing *standing)
{
	return standing->action == GA_ACTION_POLICE ||
	       (standing->service.protocol == GA_PROTOCOL_UDP &&
		standing->service.port == GA_PORT_NTP);
}

static void put_stop(struct ga_table *table, struct ga_batch *batch,
		     const struct ga_standing *standing)
{
	struct ga_element_ask place = ga_place_of(standing->action, &standing->service);
	struct ga_element element = {
		.key = place.key,
		.timeout_ms = standing->lifetime_ms,
		.left_ms = standing->lifetime_ms ? standing->left_ms : 0,
		.comment = standing->why,
	};

	ga_element_state(table, standing->action, standing->per_minute, standing->burst, &element);
	ga_element_add(batch, place.set, place.version, &element, 0);
}

/* The pair in `stopped`, at least as long as this one. */
static int put_pair(struct ga_table *table, struct ga_batch *batch,
		    const struct ga_standing *standing)
{
	uint64_t left_ms;
	int error = ga_stopped_left(table, &standing->service, &left_ms);

	if (!error)
		ga_stopped_put(batch, &standing->service,
			       standing->lifetime_ms ? standing->left_ms : UINT64_MAX, left_ms);
	return error;
}

static int restore(struct ga_table *table, const struct ga_standing *standing, size_t count)
{
	struct ga_batch batch;
	int error = 0;

	if (!is_ntp(standing))
		error = ga_table_need_all_services(table);
	ga_batch_begin(&batch, &table->link);
	for (size_t i = 0; !error && i < count; i++) {
		if (!is_ntp(&standing[i]))
			error = put_pair(table, &batch, &standing[i]);
		put_stop(table, &batch, &standing[i]);
	}
	if (!error)
		error = ga_link_commit_surely(&batch, 0);
	ga_batch_free(&batch);
	return error ? ga_link_fail(&table->link, error, "cannot put back what stood") : 0;
}

/* How many go into one transaction from here on. */
static size_t run_of(const struct ga_standing *standing, size_t count)
{
	size_t run = 0;

	while (run < count && run < AT_ONCE && is_ntp(&standing[run]))
		run++;
	return run ? run : 1;
}

/* Not for want of room, but because the table is gone again, the answer lost, or memory short. */
static bool may_pass(int error)
{
	return error == -ENOENT || error == -ENOBUFS || error == -ENOMEM || error == -EINTR ||
	       error == -EBUSY || error == -EAGAIN;
}

static size_t restore_each(struct ga_table *table, const struct ga_standing *standing, size_t count,
			   bool *ret_again)
{
	size_t restored = 0;
	bool again = false;

	for (size_t i = 0; i < count && !again; i++) {
		int error = restore(table, standing + i, 1);

		restored += !error;
		again = may_pass(error);
	}
	*ret_again = again;
	return restored;
}

size_t ga_table_restore(struct ga_table *table, const struct ga_standing *standing, size_t count,
			bool *ret_again)
{
	size_t restored = 0;
	bool again = false;

	for (size_t at = 0, run; at < count && !again; at += run) {
		run = run_of(standing + at, count - at);
		int error = restore(table, standing + at, run);

		again = may_pass(error);
		if (!error)
			restored += run;
		else if (run > 1 && !again)
			restored += restore_each(table, standing + at, run, &again);
	}
	*ret_again = again;
	return restored;
}

static void put_offence(struct ga_batch *batch, const struct ga_offence *offence)
{
	const struct ga_record *record = &offence->record;
	char text[GA_RECORD_TEXT_MAX];
	uint64_t left_ms = record->left_s * UINT64_C(1000);
	struct ga_element element = {
		.key = ga_key_service(&offence->service),
		.timeout_ms = left_ms + record->age_s * UINT64_C(1000),
		.left_ms = left_ms,
		.comment = ga_record_format(record, text, sizeof(text)),
	};

	if (left_ms)
		ga_element_add(batch, GA_SET_RECORD, offence->service.source.version, &element, 0);
}

size_t ga_table_restore_offences(struct ga_table *table, const struct ga_offence *offences,
				 size_t count, bool *ret_again)
{
	size_t restored = 0;
	bool again = false;

	for (size_t at = 0; at < count && !again; at += AT_ONCE) {
		size_t run = count - at < AT_ONCE ? count - at : AT_ONCE;
		struct ga_batch batch;

		ga_batch_begin(&batch, &table->link);
		for (size_t i = 0; i < run; i++)
			put_offence(&batch, &offences[at + i]);
		int error = ga_link_commit_surely(&batch, 0);

		ga_batch_free(&batch);
		again = may_pass(error);
		if (error)
			ga_link_fail(&table->link, error, "cannot put back what was remembered");
		else
			restored += run;
	}
	*ret_again = again;
	return restored;
}
