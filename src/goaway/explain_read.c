/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "drops.h"
#include "explain.h"

#include <goaway/text.h>

#include <errno.h>

/* ---- from the daemon ---- */

static int keep(void *context, json_object *item)
{
	static const struct {
		const char *item;
		const char *array;
	} kinds[] = {{"standing", "standing"}, {"record", "records"}, {"event", "events"}};
	json_object *about = context;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (ga_json_has(item, kinds[i].item))
			json_object_array_add(ga_json_get(about, kinds[i].array),
					      json_object_get(ga_json_get(item, kinds[i].item)));
	return 0;
}

/* What the pair of the object is, as arguments or in the answer. */
static void put_pair(json_object *object, const struct ga_addr *source,
		     const struct ga_addr *target)
{
	ga_json_put_addr(object, "source", source);
	ga_json_put_addr(object, "target", target);
}

static enum ga_exit ask(struct ga_client *client, const struct ga_addr *source,
			const struct ga_addr *target, json_object *about)
{
	static const char *const members[] = {"exempt",	   "guessed", "mode",
					     "zero_nonce", "more",    "history_since"};
	CLEAN_JSON json_object *arguments = json_object_new_object(), *done = NULL;

	put_pair(arguments, source, target);
	json_object_object_add(about, "events", json_object_new_array());
	if (ga_client_call(client, "explain", arguments, keep, about, &done))
		return ga_ask_failed(client);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_object_add(about, members[i],
				       json_object_get(ga_json_get(done, members[i])));
	return GA_EXIT_OK;
}

/* ---- from the kernel ---- */

struct reader {
	json_object *about;
	const struct ga_addr *source;
	const struct ga_addr *target;
};

static json_object *number_or_null(uint64_t number)
{
	return number == GA_CELL_NONE ? NULL : json_object_new_uint64(number);
}

static void add_standing(json_object *about, const struct ga_standing *standing)
{
	json_object *object = json_object_new_object();
	char why[sizeof(standing->why)];
	struct ga_drop_row row;

	ga_drop_row(standing, &row);
	ga_json_put_text(object, "source", row.source);
	ga_json_put_text(object, "target", row.target);
	ga_json_put_text(object, "service", row.service);
	ga_json_put_text(object, "action", row.action);
	json_object_object_add(object, "left_s", number_or_null(row.left_s));
	json_object_object_add(object, "lifetime_s", number_or_null(row.lifetime_s));
	json_object_object_add(object, "packets", number_or_null(row.packets));
	json_object_object_add(object, "bytes", number_or_null(row.bytes));
	json_object_object_add(object, "rate", number_or_null(row.per_minute));
	json_object_object_add(object, "burst", number_or_null(row.burst));
	json_object_object_add(object, "why", row.why ? json_object_new_string(ga_utf8_clean(
							    row.why, why, sizeof(why)))
						      : NULL);
	json_object_array_add(ga_json_get(about, "standing"), object);
}

static int add_record(void *context, const struct ga_service *service,
		      const struct ga_record *record)
{
	const struct reader *reader = context;
	json_object *object;
	char text[GA_SERVICE_TEXT_MAX];

	if (!ga_addr_equal(&service->source, reader->source) ||
	    !ga_addr_equal(&service->target, reader->target))
		return 0;
	object = json_object_new_object();
	put_pair(object, &service->source, &service->target);
	ga_json_put_text(object, "service", ga_service_format(service->protocol, service->port,
							      text, sizeof(text)));
	json_object_object_add(object, "drops", json_object_new_int(record->drops));
	json_object_object_add(object, "polices", json_object_new_int(record->polices));
	json_object_object_add(object, "doubted", json_object_new_boolean(record->doubted));
	ga_json_put_text(object, "last", ga_action_name(record->last));
	json_object_object_add(object, "lifetime_s", json_object_new_uint64(record->lifetime_s));
	json_object_object_add(object, "age_s", json_object_new_uint64(record->age_s));
	json_object_object_add(object, "left_s", json_object_new_uint64(record->left_s));
	json_object_array_add(ga_json_get(reader->about, "records"), object);
	return 0;
}

static int add_exempt(void *context, const struct ga_exempt_range *range)
{
	const struct reader *reader = context;
	const struct ga_addr *addr = range->of_targets ? reader->target : reader->source;
	char text[GA_RANGE_TEXT_MAX];
	json_object *object;

	if (!ga_range_contains(&range->first, &range->last, addr))
		return 0;
	object = json_object_new_object();
	ga_json_put_text(object, "by", range->of_targets ? "target" : "source");
	ga_json_put_text(object, "prefix",
			 ga_range_format(&range->first, &range->last, text, sizeof(text)));
	json_object_object_add(reader->about, "exempt", object);
	return 1;
}

/* What changes while it is read may be missing: it is told as it was just before. */
static int settled(int result)
{
	return result == -EINTR || result > 0 ? 0 : result;
}

static enum ga_exit read_kernel(const struct reader *reader)
{
	const struct ga_drops_wanted wanted = {
	    {*reader->source, (uint8_t)(ga_addr_len(reader->source) * 8)},
	    {*reader->target, (uint8_t)(ga_addr_len(reader->target) * 8)},
	};
	CLEAN_TABLE struct ga_table *table = NULL;
	CLEAN_DROPS struct ga_drops drops = {0};
	enum ga_exit status = ga_drops_read(&wanted, &drops);
	uint32_t left_s;
	int error, guessed;

	if (status == GA_EXIT_OK)
		status = ga_open(&table);
	if (status != GA_EXIT_OK)
		return status;
	for (size_t i = 0; i < drops.count; i++)
		add_standing(reader->about, &drops.items[i]);
	error = settled(ga_table_records(table, add_record, (void *)reader));
	if (!error)
		error = settled(ga_table_exempt(table, add_exempt, (void *)reader));
	guessed = ga_table_guessed(table, reader->source, reader->target, &left_s);
	if (!error && guessed < 0)
		error = guessed;
	json_object_object_add(reader->about, "guessed", json_object_new_boolean(guessed > 0));
	return error ? ga_failed(table, error, "read what is remembered") : GA_EXIT_OK;
}

enum ga_exit ga_explain_read(const char *socket, const struct ga_addr *source,
			     const struct ga_addr *target, json_object **ret)
{
	CLEAN_CLIENT struct ga_client *client = NULL;
	char error[GA_CONTROL_ERROR_MAX];
	enum ga_code code = ga_client_open(socket, GA_ASK_WAIT_MS, &client, error);
	json_object *about = json_object_new_object();
	struct reader reader = {about, source, target};

	*ret = about;
	put_pair(about, source, target);
	json_object_object_add(about, "daemon", json_object_new_boolean(code == GA_CODE_NONE));
	json_object_object_add(about, "standing", json_object_new_array());
	json_object_object_add(about, "records", json_object_new_array());
	json_object_object_add(about, "events", NULL);
	json_object_object_add(about, "exempt", NULL);
	json_object_object_add(about, "guessed", json_object_new_boolean(false));
	json_object_object_add(about, "mode", NULL);
	json_object_object_add(about, "zero_nonce", NULL);
	json_object_object_add(about, "more", json_object_new_boolean(false));
	json_object_object_add(about, "history_since", NULL);
	if (code == GA_CODE_NONE)
		return ask(client, source, target, about);
	ga_say("%s", error);
	ga_say("what follows is from the kernel alone; what happened, and the mode, only goawayd "
	       "knows");
	return read_kernel(&reader);
}
