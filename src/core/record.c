/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record as text, for people and for the element's comment:
 *
 *	drops 1, polices 2, for 3600
 *
 * what was never is left out. Followed by ", doubted" where a doubted DENY was
 * policed, and by ", last police" where the last offence was, and the rest would
 * not say so. Up to 20 octets an element of an IPv4 pair takes 96, else 128.
 */
#include <goaway/order.h>

#include <errno.h>
#include <string.h>

#include "put.h"

enum ga_action ga_record_implies(const struct ga_record *record)
{
	if (record->drops > 0)
		return GA_ACTION_DROP;
	return record->polices > 0 || record->doubted ? GA_ACTION_POLICE : GA_ACTION_NONE;
}

static bool is_last_to_be_said(const struct ga_record *record)
{
	return record->last == GA_ACTION_POLICE && ga_record_implies(record) != GA_ACTION_POLICE;
}

const char *ga_record_format(const struct ga_record *record, char *buf, size_t size)
{
	const struct {
		const char *name;
		uint32_t count;
		bool left_out;
	} counts[] = {
		{", drops ", record->drops, !record->drops},
		{", polices ", record->polices, !record->polices},
		{", for ", record->lifetime_s, false},
	};
	struct ga_put put = ga_put_into(buf, size);

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (counts[i].left_out)
			continue;
		ga_put_text(&put, counts[i].name + (put.at == buf ? 2 : 0));
		ga_put_number(&put, counts[i].count);
	}
	if (record->doubted)
		ga_put_text(&put, ", doubted");
	if (is_last_to_be_said(record))
		ga_put_text(&put, ", last police");
	ga_put_end(&put);
	return buf;
}

/* True, and moves *text on, if it starts with the word. */
static bool word_take(const char **text, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*text, word, len) != 0)
		return false;
	*text += len;
	return true;
}

static bool number_take(const char **text, uint32_t most, uint32_t *ret)
{
	const char *at = *text;
	uint64_t value = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		value = value * 10 + (uint64_t)(*at - '0');
		if (value > most)
			return false;
	}
	if (at == *text)
		return false;
	*text = at;
	*ret = (uint32_t)value;
	return true;
}

/* None is none. False: there is something else. */
static bool count_take(const char **text, const char *name, uint16_t *ret)
{
	uint32_t count = 0;

	if (!word_take(text, name))
		return true;
	if (!number_take(text, UINT16_MAX, &count) || !word_take(text, ", "))
		return false;
	*ret = (uint16_t)count;
	return true;
}

struct ga_record ga_record_kept(const struct ga_record *record)
{
	return (struct ga_record){
	    .drops = record->drops,
	    .polices = record->polices,
	    .doubted = record->doubted,
	    .last = is_last_to_be_said(record) ? GA_ACTION_POLICE : ga_record_implies(record),
	    .lifetime_s = record->lifetime_s,
	};
}

int ga_record_parse(const char *text, struct ga_record *ret)
{
	struct ga_record record = {0};

	if (!count_take(&text, "drops ", &record.drops) ||
	    !count_take(&text, "polices ", &record.polices) || !word_take(&text, "for ") ||
	    !number_take(&text, UINT32_MAX, &record.lifetime_s))
		return -EINVAL;
	record.doubted = word_take(&text, ", doubted");
	record.last = word_take(&text, ", last police") ? GA_ACTION_POLICE : ga_record_implies(&record);
	if (*text != '\0')
		return -EINVAL;
	*ret = record;
	return 0;
}
