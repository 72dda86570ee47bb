/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway send --release: the packets that take a complaint's grants back, one of each edge, were
 * kept when they were granted. Each is sent as it is, in turn, until its edge says so or a while
 * has passed (protocol, section 1.5): what is behind an edge that still drops may not hear of it
 * before that one has let go.
 */
#include "send.h"

#include <errno.h>
#include <string.h>

enum { ROUNDS = 4 };
/* Between any two GO-AWAYs about one source; and after the first round, then twice as long. */
static const double wait_s = 1;

struct grant {
	const uint8_t *octets;
	size_t len;
	struct ga_message message;
	bool answered, released;
};

struct release {
	struct ga_complaining complaining;
	const struct ga_send_wanted *wanted;
	struct ga_send_outcome *outcome;
	uint8_t octets[GA_KEEP_MAX];
	struct grant grants[GA_KEEP_EDGES];
	unsigned count, next, round;
	ev_timer repeat;
};

/* The first that has not answered, from there on; release->count: all have. */
static unsigned unanswered(const struct release *release, unsigned from)
{
	while (from < release->count && release->grants[from].answered)
		from++;
	return from;
}

static void send_next(struct release *release)
{
	unsigned at = unanswered(release, release->next);
	double pause_s = wait_s;

	if (at == release->count) {
		release->round++;
		at = unanswered(release, 0);
	}
	if (release->round == ROUNDS) {
		ga_complaining_stop(&release->complaining);
		return;
	}
	(void)ga_complaining_send(&release->complaining, &release->wanted->source,
				  release->grants[at].octets, release->grants[at].len);
	release->next = at + 1;
	if (unanswered(release, release->next) == release->count)
		pause_s *= 1 << release->round;
	ev_timer_set(&release->repeat, pause_s, 0);
	ev_timer_start(release->complaining.ev, &release->repeat);
}

static void on_repeat(struct ev_loop *ev, ev_timer *watcher, int events)
{
	(void)ev;
	(void)events;
	send_next(watcher->data);
}

static bool answers(const struct grant *grant, const struct ga_message *result)
{
	return !grant->answered && result->complaint == grant->message.complaint &&
	       memcmp(result->cookie, grant->message.cookie, GA_COOKIE_LEN) == 0 &&
	       ga_addr_equal(&result->quote.flow.source, &grant->message.quote.flow.source);
}

/* A GRANTED is a late one, of before. */
static void on_message(struct ga_complaining *complaining, const struct ga_frame *frame)
{
	struct release *release = (struct release *)complaining; /* its first member */
	struct ga_message result;

	if (ga_message_decode(frame, release->wanted->class_num, &result) != GA_REASON_NONE ||
	    result.type != GA_MESSAGE_RESULT || result.status == GA_STATUS_GRANTED)
		return;
	for (unsigned i = 0; i < release->count; i++) {
		struct grant *grant = &release->grants[i];

		if (!answers(grant, &result))
			continue;
		grant->answered = true;
		grant->released = result.status == GA_STATUS_RELEASED;
		release->outcome->edges++;
		if (unanswered(release, 0) < release->count)
			continue;
		release->outcome->progress = GA_PROGRESS_ANSWERED;
		release->outcome->result = result;
		ga_complaining_stop(complaining);
	}
}

/* The next of the packets that were kept. False if what is there is none. */
static bool take_grant(struct release *release, size_t *at, size_t len)
{
	const uint8_t *octets = release->octets + *at;
	struct grant *grant = &release->grants[release->count];
	size_t ip_len = release->wanted->source.version == 4 ? 20 : 40;
	const struct ga_frame frame = {.octets = octets, .len = ip_len + GA_MESSAGE_LEN};

	if (len - *at < frame.len || release->count == GA_KEEP_EDGES ||
	    ga_message_decode(&frame, release->wanted->class_num, &grant->message) ||
	    grant->message.type != GA_MESSAGE_GO_AWAY || grant->message.lifetime_s)
		return false;
	grant->octets = octets;
	grant->len = frame.len;
	*at += frame.len;
	release->count++;
	return true;
}

static enum ga_exit load(struct release *release)
{
	const struct ga_send_wanted *wanted = release->wanted;
	int len = ga_keep_read(&wanted->source, release->octets, sizeof(release->octets));
	size_t at = 0;

	if (len == -EACCES || len == -EPERM) {
		ga_say("not permitted to read what was granted; run it as root");
		return GA_EXIT_PERMISSION;
	}
	if (len < 0 && len != -ENOENT) {
		ga_say("cannot read what was granted: %s", strerror(-len));
		return GA_EXIT_REFUSED;
	}
	while (len > 0 && at < (size_t)len && take_grant(release, &at, (size_t)len))
		;
	if (release->count == 0) {
		ga_say("no grant about this source is known here that could be taken back");
		return GA_EXIT_REFUSED;
	}
	release->outcome->flow = release->grants[0].message.quote.flow;
	release->outcome->edges_asked = release->count;
	return GA_EXIT_OK;
}

/* Those that are still to be taken back. */
static void keep_rest(const struct release *release)
{
	uint8_t octets[GA_KEEP_MAX];
	size_t len = 0;

	for (unsigned i = 0; i < release->count; i++) {
		const struct grant *grant = &release->grants[i];

		if (grant->released)
			continue;
		memcpy(octets + len, grant->octets, grant->len);
		len += grant->len;
	}
	if (len)
		(void)ga_keep_write(&release->wanted->source, octets, len); /* as it was before */
	else
		ga_keep_remove(&release->wanted->source);
}

enum ga_exit ga_send_release(const struct ga_send_wanted *wanted, struct ga_send_outcome *ret)
{
	struct release release = {
	    .complaining = {.heard = on_message},
	    .wanted = wanted,
	    .outcome = ret,
	};
	enum ga_exit status = ga_complaining_begin(&release.complaining, 1, wanted->class_num);

	if (status == GA_EXIT_OK)
		status = load(&release);
	if (status == GA_EXIT_OK) {
		ret->progress = GA_PROGRESS_UNANSWERED;
		ev_init(&release.repeat, on_repeat);
		release.repeat.data = &release;
		send_next(&release);
		ga_complaining_run(&release.complaining);
		ret->interrupted = release.complaining.signal != 0;
		if (ret->edges)
			keep_rest(&release);
	}
	ga_complaining_end(&release.complaining);
	return status;
}
