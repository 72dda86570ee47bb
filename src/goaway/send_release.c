/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway send --release: the packet that takes the grant back was kept when it was granted; it is
 * sent as it is, until its edge says so or a while has passed (protocol, section 1.5).
 */
#include "send.h"

#include <errno.h>
#include <string.h>

enum { TRIES = 4 };
static const double first_wait_s = 1; /* then twice as long for each */

struct release {
	struct ga_complaining complaining;
	const struct ga_send_wanted *wanted;
	struct ga_send_outcome *outcome;
	uint8_t octets[GA_MESSAGE_PACKET_MAX];
	size_t len;
	struct ga_message message;
	unsigned tries;
	ev_timer repeat;
};

static void send_release(struct release *release)
{
	(void)ga_complaining_send(&release->complaining, &release->wanted->source, release->octets,
				  release->len);
	ev_timer_set(&release->repeat, first_wait_s * (1 << release->tries), 0);
	ev_timer_start(release->complaining.ev, &release->repeat);
	release->tries++;
}

static void on_repeat(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct release *release = watcher->data;

	(void)ev;
	(void)events;
	if (release->tries < TRIES) {
		send_release(release);
		return;
	}
	release->outcome->progress = GA_PROGRESS_UNANSWERED;
	ga_complaining_stop(&release->complaining);
}

static void on_message(struct ga_complaining *complaining, const struct ga_frame *frame)
{
	struct release *release = (struct release *)complaining; /* its first member */
	const struct ga_message *asked = &release->message;
	struct ga_message result;

	if (ga_message_decode(frame, release->wanted->class_num, &result) != GA_REASON_NONE ||
	    result.type != GA_MESSAGE_RESULT || result.complaint != asked->complaint ||
	    memcmp(result.cookie, asked->cookie, GA_COOKIE_LEN) != 0 ||
	    !ga_addr_equal(&result.quote.flow.source, &asked->quote.flow.source))
		return;
	release->outcome->progress = GA_PROGRESS_ANSWERED;
	release->outcome->result = result;
	release->outcome->edges = 1;
	ga_complaining_stop(complaining);
}

static enum ga_exit load(struct release *release)
{
	const struct ga_send_wanted *wanted = release->wanted;
	int len = ga_keep_read(&wanted->source, release->octets, sizeof(release->octets));
	const struct ga_frame frame = {.octets = release->octets, .len = len < 0 ? 0 : (size_t)len};

	if (len == -EACCES || len == -EPERM) {
		ga_say("not permitted to read what was granted; run it as root");
		return GA_EXIT_PERMISSION;
	}
	if (len < 0 && len != -ENOENT) {
		ga_say("cannot read what was granted: %s", strerror(-len));
		return GA_EXIT_REFUSED;
	}
	if (len < 0 || ga_message_decode(&frame, wanted->class_num, &release->message) ||
	    release->message.type != GA_MESSAGE_GO_AWAY || release->message.lifetime_s) {
		ga_say("no grant about this source is known here that could be taken back");
		return GA_EXIT_REFUSED;
	}
	release->len = frame.len;
	release->outcome->flow = release->message.quote.flow;
	return GA_EXIT_OK;
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
		ev_init(&release.repeat, on_repeat);
		release.repeat.data = &release;
		send_release(&release);
		ga_complaining_run(&release.complaining);
		ret->interrupted = release.complaining.signal != 0;
	}
	ga_complaining_end(&release.complaining);
	if (ret->result.status == GA_STATUS_RELEASED)
		ga_keep_remove(&wanted->source);
	return status;
}
