/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading ahead: a thread of its own takes packets from the file and decodes them, batch by batch,
 * while the signals of the batch before are judged. What is no signal it only counts. A batch is
 * handed on when it is full; where the thread may have to wait for more, before it does so: what a
 * pipe brings is judged at once. It alone gets the signals of the process, so that they end its read.
 */
#include "replay.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

/* To wake the other costs more than a batch does: each sleeps until half of them wait for it. */
enum { BATCHES = 8 };

struct ga_replay_reader {
	struct ga_capture_file *file;
	const struct ga_replay *replay;
	bool all;
	bool (*stop)(void);
	struct ga_replay_counts counts; /* the thread's, until it has ended */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Under the lock. Numbers of batches, each at its number modulo BATCHES. */
	size_t filled, taken;
	bool lent; /* that number `taken` is being judged */
	bool ended;
	int status; /* of the last read */
	const char *fault;
	struct ga_replay_batch batches[BATCHES];
};

static struct ga_replay_batch *filling(struct ga_replay_reader *reader)
{
	return &reader->batches[reader->filled % BATCHES];
}

/* Waits until there is room for another. */
static void hand_on(struct ga_replay_reader *reader, bool at_once)
{
	struct ga_replay_batch *batch = filling(reader);

	batch->packets = reader->counts.packets;
	batch->octets = ga_capture_file_at(reader->file);
	pthread_mutex_lock(&reader->lock);
	reader->filled++;
	if (at_once || reader->filled - reader->taken == BATCHES / 2)
		pthread_cond_signal(&reader->changed);
	while (reader->filled - reader->taken == BATCHES)
		pthread_cond_wait(&reader->changed, &reader->lock);
	pthread_mutex_unlock(&reader->lock);
	filling(reader)->count = 0;
}

static void stamp(struct ga_replay_counts *counts, uint64_t time_ns)
{
	if (counts->packets++ == 0)
		counts->first_ns = counts->last_ns = time_ns;
	if (time_ns < counts->first_ns)
		counts->first_ns = time_ns;
	if (time_ns > counts->last_ns)
		counts->last_ns = time_ns;
}

static void on_packet(void *context, enum ga_reason link, const struct ga_frame *frame)
{
	struct ga_replay_reader *reader = context;
	struct ga_replay_batch *batch = filling(reader);
	struct ga_seen *seen = &batch->seen[batch->count];

	stamp(&reader->counts, frame->time_ns);
	if (link != GA_REASON_NONE) {
		ga_replay_count_refused(&reader->counts, link);
		return;
	}
	ga_replay_see(reader->replay, frame, seen);
	/* Only what is told waits for its turn. */
	if (seen->kind == GA_STEP_REFUSED && !(reader->all && ga_replay_is_spoilt(seen->refused)))
		ga_replay_count_refused(&reader->counts, seen->refused);
	else if (++batch->count == GA_REPLAY_BATCH)
		hand_on(reader, false);
}

static void *read_all(void *context)
{
	struct ga_replay_reader *reader = context;
	bool waits = ga_capture_file_size(reader->file) == 0;
	const char *fault = NULL;
	int status;

	ga_replay_signals(SIG_UNBLOCK);
	do {
		status = ga_capture_file_run(reader->file, on_packet, reader, &fault);
		if (waits)
			hand_on(reader, true);
	} while (status > 0 && !reader->stop());
	hand_on(reader, true);
	pthread_mutex_lock(&reader->lock);
	reader->status = status;
	reader->fault = fault;
	reader->ended = true;
	pthread_cond_signal(&reader->changed);
	pthread_mutex_unlock(&reader->lock);
	return NULL;
}

int ga_replay_reader_start(struct ga_capture_file *file, const struct ga_replay *replay, bool all,
			   bool (*stop)(void), struct ga_replay_reader **ret)
{
	struct ga_replay_reader *reader = calloc(1, sizeof(*reader));
	int error;

	if (!reader)
		return -ENOMEM;
	reader->file = file;
	reader->replay = replay;
	reader->all = all;
	reader->stop = stop;
	pthread_mutex_init(&reader->lock, NULL);
	pthread_cond_init(&reader->changed, NULL);
	ga_replay_signals(SIG_BLOCK);
	error = pthread_create(&reader->thread, NULL, read_all, reader);
	if (error) {
		ga_replay_signals(SIG_UNBLOCK);
		free(reader);
		return -error;
	}
	*ret = reader;
	return 0;
}

const struct ga_replay_batch *ga_replay_reader_next(struct ga_replay_reader *reader)
{
	const struct ga_replay_batch *batch = NULL;

	pthread_mutex_lock(&reader->lock);
	reader->taken += reader->lent;
	if (reader->filled - reader->taken == BATCHES / 2)
		pthread_cond_signal(&reader->changed);
	while (reader->taken == reader->filled && !reader->ended)
		pthread_cond_wait(&reader->changed, &reader->lock);
	reader->lent = reader->taken < reader->filled;
	if (reader->lent)
		batch = &reader->batches[reader->taken % BATCHES];
	pthread_mutex_unlock(&reader->lock);
	return batch;
}

int ga_replay_reader_end(struct ga_replay_reader *reader, struct ga_replay_counts *counts,
			 const char **ret_fault)
{
	int status;

	pthread_join(reader->thread, NULL);
	ga_replay_signals(SIG_UNBLOCK);
	counts->packets = reader->counts.packets;
	counts->first_ns = reader->counts.first_ns;
	counts->last_ns = reader->counts.last_ns;
	counts->not_signals += reader->counts.not_signals;
	for (unsigned i = 0; i < GA_REASON_COUNT; i++)
		counts->refused[i] += reader->counts.refused[i];
	*ret_fault = reader->fault;
	status = reader->status;
	pthread_cond_destroy(&reader->changed);
	pthread_mutex_destroy(&reader->lock);
	free(reader);
	return status;
}
