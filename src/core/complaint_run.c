/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a complaint sends, and what it does as time goes by. */
#include "complaint.h"

#include <string.h>

enum {
	GO_AWAY_S = 1,	 /* between any two about one source */
	LAST_WAIT_S = 4, /* after the last try */
};

/* When to go on after so many were sent: 1, 2 and 4 s later. */
static uint64_t next_ns(uint64_t now_ns, uint32_t sent)
{
	return ga_after(now_ns, sent < GA_TRIES ? 1U << (sent - 1) : LAST_WAIT_S);
}

static bool is_due(uint64_t due_ns, uint64_t now_ns)
{
	return due_ns != 0 && due_ns <= now_ns;
}

static int say(const struct ga_voice *voice, const struct ga_message *message,
	       const struct ga_quoted *about)
{
	struct ga_frame offending = {.octets = about->octets, .len = about->len};
	uint8_t octets[GA_MESSAGE_PACKET_MAX];
	size_t len = ga_message_build(message, voice->class_num, &offending, octets);

	return voice->send(voice->context, &message->quote.flow.source, octets, len);
}

int ga_case_go_away(struct ga_case *subject, const struct ga_voice *voice)
{
	uint32_t number = subject->next_try;
	struct ga_try *try = &subject->tries[number];
	struct ga_message message;

	*try = (struct ga_try){
	    .sent = true,
	    .complaint = voice->random(),
	    .sent_ns = voice->now_ns,
	    .wish = subject->wish,
	    .about = subject->newest,
	};
	message = (struct ga_message){
	    .type = GA_MESSAGE_GO_AWAY,
	    .scope = try->wish.scope,
	    .lifetime_s = try->wish.lifetime_s,
	    .complaint = try->complaint,
	    .quote = try->about.quote,
	};
	subject->next_try = (number + 1) % GA_TRIES;
	subject->try_count++;
	subject->limited_ns = ga_after(voice->now_ns, GO_AWAY_S);
	subject->repeat_ns = next_ns(voice->now_ns, subject->try_count);
	return say(voice, &message, &try->about);
}

void ga_case_confirm(struct ga_case *subject, const struct ga_voice *voice,
		     struct ga_confirmed *cookie)
{
	const struct ga_try *try = &subject->tries[cookie->try];
	struct ga_message message = {
	    .type = GA_MESSAGE_CONFIRM,
	    .scope = try->wish.scope,
	    .lifetime_s = try->wish.lifetime_s,
	    .complaint = try->complaint,
	    .quote = try->about.quote,
	};

	memcpy(message.cookie, cookie->cookie, GA_COOKIE_LEN);
	cookie->sent++;
	cookie->due_ns = next_ns(voice->now_ns, cookie->sent);
	(void)say(voice, &message, &try->about); /* it is sent again */
}

static uint64_t earlier(uint64_t a_ns, uint64_t b_ns)
{
	if (a_ns == 0 || b_ns == 0)
		return a_ns + b_ns;
	return a_ns < b_ns ? a_ns : b_ns;
}

uint64_t ga_case_due(const struct ga_case *subject)
{
	uint64_t due_ns = subject->repeat_ns;

	for (uint32_t i = 0; i < subject->cookie_count; i++)
		due_ns = earlier(due_ns, subject->cookies[i].due_ns);
	return due_ns;
}

void ga_case_run(struct ga_case *subject, const struct ga_voice *voice)
{
	if (is_due(subject->repeat_ns, voice->now_ns)) {
		subject->repeat_ns = 0;
		if (subject->try_count < GA_TRIES)
			(void)ga_case_go_away(subject, voice);
	}
	for (uint32_t i = 0; i < subject->cookie_count; i++) {
		struct ga_confirmed *cookie = &subject->cookies[i];

		if (!is_due(cookie->due_ns, voice->now_ns))
			continue;
		cookie->due_ns = 0;
		if (cookie->sent < GA_TRIES)
			ga_case_confirm(subject, voice, cookie);
	}
	if (ga_case_due(subject) == 0 && (subject->told.progress == GA_PROGRESS_COMPLAINED ||
					  subject->told.progress == GA_PROGRESS_CONFIRMED)) {
		subject->told.progress = GA_PROGRESS_UNANSWERED;
		subject->hold_ns = ga_after(voice->now_ns, GA_HOLD_S);
	}
}
