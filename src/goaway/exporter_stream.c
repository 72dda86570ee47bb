/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GET /events: the events that are kept, then each as it comes, as server-sent
 * events (HTML, section 9.2). A stream sleeps while there is nothing to tell; one
 * that is told slower than events come loses the oldest, and is told how many.
 */
#include "exporter.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>

static void compose(struct ga_stream *stream, const char *name, const char *data)
{
	stream->len = (size_t)snprintf(stream->out, sizeof(stream->out), "event: %s\ndata: %s\n\n",
				       name, data);
}

static void compose_event(struct ga_stream *stream, const struct ga_feed *feed)
{
	size_t slot = (size_t)(stream->next++ % GA_FEED_MAX);

	stream->len = (size_t)snprintf(
	    stream->out, sizeof(stream->out), "id: %" PRIu64 ".%" PRIu64 "\ndata: %s\n\n",
	    feed->events[slot].place.boot_ns, feed->events[slot].place.id, feed->events[slot].json);
}

static void compose_left_out(struct ga_stream *stream, uint64_t first)
{
	char data[48];

	(void)snprintf(data, sizeof(data), "{\"count\":%" PRIu64 "}", first - stream->next);
	stream->next = first;
	compose(stream, "left-out", data);
}

/* The next thing to tell into stream->out. False: there is none. */
static bool compose_next(struct ga_stream *stream)
{
	const struct ga_feed *feed = &stream->exporter->feed;
	bool up = feed->client != NULL;

	stream->used = 0;
	if (!stream->greeted) {
		stream->greeted = true;
		compose(stream, "hello", "{}");
	} else if (stream->next < ga_feed_first(feed)) {
		compose_left_out(stream, ga_feed_first(feed));
	} else if (stream->next < feed->count) {
		compose_event(stream, feed);
	} else if (!stream->caught_up) {
		stream->caught_up = true;
		stream->up = up;
		compose(stream, "caught-up", "{}");
	} else if (stream->up != up) {
		stream->up = up;
		compose(stream, "state", up ? "{\"up\":true}" : "{\"up\":false}");
	} else if (stream->ping) {
		stream->len = (size_t)snprintf(stream->out, sizeof(stream->out), ":\n\n");
	} else {
		stream->len = 0;
		return false;
	}
	stream->ping = false;
	/* Longer than any line of the daemon's: it is not told by halves. */
	if (stream->len >= sizeof(stream->out))
		stream->len = 0;
	return true;
}

static ssize_t tell(void *context, uint64_t position, char *buf, size_t max)
{
	struct ga_stream *stream = context;

	(void)position;
	if (stream->exporter->ending)
		return MHD_CONTENT_READER_END_OF_STREAM;
	while (stream->used == stream->len) {
		if (compose_next(stream))
			continue;
		stream->asleep = true;
		MHD_suspend_connection(stream->connection);
		return 0;
	}
	size_t some = stream->len - stream->used;

	some = some < max ? some : max;
	memcpy(buf, stream->out + stream->used, some);
	stream->used += some;
	return (ssize_t)some;
}

static void end(void *context)
{
	struct ga_stream *stream = context;

	stream->connection = NULL;
}

static void wake(struct ga_stream *stream)
{
	if (!stream->asleep)
		return;
	stream->asleep = false;
	stream->exporter->woken = true;
	MHD_resume_connection(stream->connection);
}

void ga_stream_wake(struct ga_exporter *exporter, bool ping)
{
	for (size_t i = 0; i < GA_EXPORTER_STREAMS_MAX; i++) {
		struct ga_stream *stream = &exporter->streams[i];

		if (!stream->connection)
			continue;
		stream->ping |= ping;
		wake(stream);
	}
}

void ga_stream_stop(struct ga_exporter *exporter)
{
	exporter->ending = true;
	ga_stream_wake(exporter, false);
}

struct MHD_Response *ga_stream_open(struct ga_exporter *exporter, struct MHD_Connection *connection,
				    const char *last_place)
{
	for (size_t i = 0; i < GA_EXPORTER_STREAMS_MAX; i++) {
		struct ga_stream *stream = &exporter->streams[i];

		if (stream->connection)
			continue;
		*stream = (struct ga_stream){
		    .connection = connection,
		    .next = ga_feed_after(&exporter->feed, last_place),
		    .exporter = exporter,
		};
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, tell, stream, end);
	}
	/* Whose reader is gone is found out by writing to it: there may be room soon. */
	ga_stream_wake(exporter, true);
	return NULL;
}
