/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cases in a table hashed by source. A case is either open, and due at some
 * time, or finished, and in the list of those, the oldest of which makes room.
 * Whoever floods us in the name of many sources so gets no more than the table,
 * and costs a look-up and the work of one case a packet.
 */
#include <goaway/complainant.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "complaint.h"
#include "due.h"
#include "hash.h"

#define NONE UINT32_MAX

struct entry {
	struct ga_case subject;
	uint32_t next; /* of the same bucket */
	bool finished;
	uint32_t newer, older; /* of the finished */
};

struct ga_complainant {
	uint32_t capacity, count;
	uint32_t bucket_mask;
	uint32_t newest, oldest; /* of the finished */
	uint8_t class_num;
	uint64_t (*random)(void);
	uint64_t seed; /* so that nobody can choose sources of one bucket */
	uint64_t no_room;
	uint32_t *buckets;
	struct entry *entries;
	struct ga_due *due;
};

struct ga_complainant *ga_complainant_new(uint32_t complaints, uint8_t class_num,
					  uint64_t (*random)(void))
{
	struct ga_complainant *complainant = calloc(1, sizeof(*complainant));
	uint32_t buckets;

	if (!complainant)
		return NULL;
	complainant->capacity = complaints > 0 ? complaints : 1;
	complainant->newest = complainant->oldest = NONE;
	complainant->class_num = class_num;
	complainant->random = random;
	complainant->seed = random();
	buckets = ga_hash_buckets(complainant->capacity);
	complainant->bucket_mask = buckets - 1;
	complainant->buckets = calloc(buckets, sizeof(*complainant->buckets));
	complainant->entries = calloc(complainant->capacity, sizeof(*complainant->entries));
	complainant->due = ga_due_new(complainant->capacity);
	if (!complainant->buckets || !complainant->entries || !complainant->due) {
		ga_complainant_free(complainant);
		errno = ENOMEM;
		return NULL;
	}
	memset(complainant->buckets, 0xff, buckets * sizeof(*complainant->buckets)); /* NONE */
	return complainant;
}

void ga_complainant_free(struct ga_complainant *complainant)
{
	if (!complainant)
		return;
	free(complainant->buckets);
	free(complainant->entries);
	ga_due_free(complainant->due);
	free(complainant);
}

static uint32_t *bucket_of(const struct ga_complainant *complainant, const struct ga_addr *source)
{
	uint64_t hash = ga_hash_addr(complainant->seed, source);

	return &complainant->buckets[(uint32_t)hash & complainant->bucket_mask];
}

static uint32_t slot_find(const struct ga_complainant *complainant, const struct ga_addr *source)
{
	uint32_t slot = *bucket_of(complainant, source);

	while (slot != NONE &&
	       !ga_addr_equal(&complainant->entries[slot].subject.told.source, source))
		slot = complainant->entries[slot].next;
	return slot;
}

static void finished_add(struct ga_complainant *complainant, uint32_t slot)
{
	struct entry *entry = &complainant->entries[slot];

	entry->finished = true;
	entry->newer = NONE;
	entry->older = complainant->newest;
	if (entry->older != NONE)
		complainant->entries[entry->older].newer = slot;
	else
		complainant->oldest = slot;
	complainant->newest = slot;
}

static void finished_remove(struct ga_complainant *complainant, uint32_t slot)
{
	struct entry *entry = &complainant->entries[slot];

	entry->finished = false;
	if (entry->newer != NONE)
		complainant->entries[entry->newer].older = entry->older;
	else
		complainant->newest = entry->older;
	if (entry->older != NONE)
		complainant->entries[entry->older].newer = entry->newer;
	else
		complainant->oldest = entry->newer;
}

/* To be called after anything was done with the case. */
static void settle(struct ga_complainant *complainant, uint32_t slot)
{
	struct entry *entry = &complainant->entries[slot];
	uint64_t due_ns = ga_case_due(&entry->subject);

	ga_due_set(complainant->due, slot, due_ns);
	if (entry->finished && due_ns != 0)
		finished_remove(complainant, slot);
	else if (!entry->finished && due_ns == 0)
		finished_add(complainant, slot);
}

static void forget(struct ga_complainant *complainant, uint32_t slot)
{
	struct entry *entry = &complainant->entries[slot];
	uint32_t *link = bucket_of(complainant, &entry->subject.told.source);

	while (*link != slot)
		link = &complainant->entries[*link].next;
	*link = entry->next;
	finished_remove(complainant, slot);
}

/* A slot that nobody uses, or NONE. Whom we sent a GO-AWAY within a second is remembered for that,
 * finished or not. */
static uint32_t slot_free(struct ga_complainant *complainant, uint64_t now_ns)
{
	uint32_t slot = complainant->oldest;

	if (complainant->count < complainant->capacity)
		return complainant->count++;
	if (slot == NONE || now_ns < complainant->entries[slot].subject.limited_ns)
		return NONE;
	forget(complainant, slot);
	return slot;
}

static uint32_t slot_take(struct ga_complainant *complainant, const struct ga_addr *source,
			  uint64_t now_ns)
{
	uint32_t slot = slot_free(complainant, now_ns);
	uint32_t *bucket = bucket_of(complainant, source);

	if (slot == NONE)
		return NONE;
	complainant->entries[slot] = (struct entry){
	    .subject.told.source = *source,
	    .next = *bucket,
	};
	*bucket = slot;
	finished_add(complainant, slot);
	return slot;
}

static struct ga_voice voice_of(const struct ga_complainant *complainant, uint64_t now_ns,
				ga_complainant_send send, void *context)
{
	return (struct ga_voice){
	    .now_ns = now_ns,
	    .class_num = complainant->class_num,
	    .random = complainant->random,
	    .send = send,
	    .context = context,
	};
}

enum ga_reason ga_complainant_offended(struct ga_complainant *complainant,
				       const struct ga_frame *packet, const struct ga_wish *wish,
				       ga_complainant_send send, void *context)
{
	struct ga_voice voice = voice_of(complainant, packet->time_ns, send, context);
	struct ga_quoted quoted = {.len = packet->len < GA_QUOTE_LEN ? packet->len : GA_QUOTE_LEN};
	enum ga_reason reason = ga_quote_decode(packet, &quoted.quote);
	uint32_t slot;

	if (reason != GA_REASON_NONE)
		return reason;
	memcpy(quoted.octets, packet->octets, quoted.len);
	slot = slot_find(complainant, &quoted.quote.flow.source);
	if (slot == NONE)
		slot = slot_take(complainant, &quoted.quote.flow.source, packet->time_ns);
	if (slot == NONE) {
		complainant->no_room++;
		return GA_REASON_NONE;
	}
	ga_case_offended(&complainant->entries[slot].subject, &voice, &quoted, wish);
	settle(complainant, slot);
	return GA_REASON_NONE;
}

enum ga_reason ga_complainant_heard(struct ga_complainant *complainant,
				    const struct ga_frame *packet, ga_complainant_send send,
				    void *context)
{
	struct ga_voice voice = voice_of(complainant, packet->time_ns, send, context);
	struct ga_message message;
	enum ga_reason reason = ga_message_decode(packet, complainant->class_num, &message);
	uint32_t slot;

	if (reason != GA_REASON_NONE)
		return reason;
	slot = slot_find(complainant, &message.quote.flow.source);
	if (slot == NONE)
		return GA_REASON_UNMATCHED;
	if (message.type == GA_MESSAGE_CHALLENGE)
		reason = ga_case_challenged(&complainant->entries[slot].subject, &voice, &message);
	else if (message.type == GA_MESSAGE_RESULT)
		reason = ga_case_answered(&complainant->entries[slot].subject, &voice, &message);
	else
		reason = GA_REASON_UNMATCHED; /* for a source */
	settle(complainant, slot);
	return reason;
}

uint64_t ga_complainant_tick(struct ga_complainant *complainant, uint64_t now_ns,
			     ga_complainant_send send, void *context)
{
	struct ga_voice voice = voice_of(complainant, now_ns, send, context);
	uint64_t due_ns;
	uint32_t slot;

	while ((due_ns = ga_due_first(complainant->due, &slot)) != 0 && due_ns <= now_ns) {
		ga_case_run(&complainant->entries[slot].subject, &voice);
		settle(complainant, slot);
	}
	return due_ns;
}

const struct ga_complaint *ga_complainant_find(const struct ga_complainant *complainant,
					       const struct ga_addr *source)
{
	uint32_t slot = slot_find(complainant, source);

	return slot == NONE ? NULL : &complainant->entries[slot].subject.told;
}

uint64_t ga_complainant_no_room(const struct ga_complainant *complainant)
{
	return complainant->no_room;
}
