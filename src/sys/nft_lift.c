/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_table.h"

#include <errno.h>

int ga_table_lift(struct ga_table *table, enum ga_action action, const struct ga_service *service)
{
	struct ga_element_ask place = ga_place_of(action, service);
	struct ga_element_ask record = {GA_SET_RECORD, place.version, ga_key_service(service)};
	struct ga_element_seen seen;
	struct ga_batch batch;
	int stands = ga_element_find(table, &place, &seen);
	int recorded = stands < 0 ? stands : ga_element_find(table, &record, &seen);

	if (recorded < 0)
		return recorded;
	ga_batch_begin(&batch, &table->link);
	if (stands)
		ga_element_delete(&batch, place.set, place.version, &place.key);
	if (recorded)
		ga_element_delete(&batch, GA_SET_RECORD, place.version, &record.key);
	int error = ga_link_commit_surely(&batch, ENOENT);

	ga_batch_free(&batch);
	if (error && error != -ENOENT)
		return ga_link_fail(&table->link, error, "cannot lift");
	return !error && !stands ? -ENOENT : error;
}
