/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A complaint is open while something is due: GO-AWAY again, CONFIRM again, or
 * giving one of them up. Each GO-AWAY stands on its own, with the packets of the
 * service that it was about, because what it asks for is what the edge's cookie
 * is good for; so its CONFIRM quotes that service, even if the whole host is
 * meant and other services are being hit by now.
 *
 * A RESULT may be the source's own, so it never silences us for long.
 */
#include "complaint.h"

#include <string.h>

enum {
	ANSWER_S = 16, /* edges' cookies are good for no longer */
	SETTLE_S = 4,  /* packets under way when a drop is granted, and the drop itself */
};

static bool same_service(const struct ga_quoted *a, const struct ga_quoted *b)
{
	const struct ga_flow *one = &a->quote.flow, *other = &b->quote.flow;

	return ga_addr_equal(&one->target, &other->target) && one->protocol == other->protocol &&
	       one->target_port == other->target_port;
}

static bool in_scope(enum ga_scope scope, const struct ga_quoted *about,
		     const struct ga_quoted *quoted)
{
	if (scope == GA_SCOPE_HOST)
		return ga_addr_equal(&about->quote.flow.target, &quoted->quote.flow.target);
	return same_service(about, quoted);
}

static void begin(struct ga_case *subject, const struct ga_voice *voice, const struct ga_wish *wish)
{
	struct ga_complaint *told = &subject->told;

	subject->wish = *wish;
	/* Whose CHALLENGE was confirmed is over: else it would be again, and have its four cookies
	 * again. */
	for (uint32_t i = 0; i < subject->cookie_count; i++)
		subject->tries[subject->cookies[i].try].sent = false;
	subject->try_count = subject->cookie_count = 0;
	*told = (struct ga_complaint){
	    .source = told->source,
	    .progress = GA_PROGRESS_COMPLAINED,
	    .offending = 1,
	    .last_offending_ns = voice->now_ns,
	};
	if (ga_case_go_away(subject, voice) == 0)
		return;
	/* It did not leave: the next packet begins anew, a second from now. */
	told->progress = GA_PROGRESS_WAITING;
	subject->repeat_ns = 0;
}

/* Where a complaint may be repeated or confirmed, the newest packet is what it quotes. */
static void remember(struct ga_case *subject, const struct ga_quoted *quoted)
{
	if (ga_case_due(subject) == 0 || in_scope(subject->wish.scope, &subject->newest, quoted))
		subject->newest = *quoted;
	for (uint32_t i = 0; i < GA_TRIES; i++)
		if (subject->tries[i].sent && same_service(&subject->tries[i].about, quoted))
			subject->tries[i].about = *quoted;
	if (subject->grant.held && same_service(&subject->grant.about, quoted))
		subject->grant.about = *quoted;
}

static bool may_begin(const struct ga_case *subject, const struct ga_quoted *quoted,
		      const struct ga_wish *wish, uint64_t now_ns)
{
	const struct ga_grant *grant = &subject->grant;

	if (wish->lifetime_s == 0 || ga_case_due(subject) != 0 || now_ns < subject->limited_ns ||
	    now_ns < subject->hold_ns)
		return false;
	return !grant->held || now_ns >= ga_after(grant->since_ns, SETTLE_S) ||
	       !in_scope(grant->scope, &grant->about, quoted);
}

void ga_case_offended(struct ga_case *subject, const struct ga_voice *voice,
		      const struct ga_quoted *quoted, const struct ga_wish *wish)
{
	subject->told.offending++;
	subject->told.last_offending_ns = voice->now_ns;
	remember(subject, quoted);
	if (may_begin(subject, quoted, wish, voice->now_ns))
		begin(subject, voice, wish);
}

static bool try_fits(const struct ga_try *try, const struct ga_message *challenge, uint64_t now_ns)
{
	return try->sent && try->complaint == challenge->complaint &&
	       try->wish.scope == challenge->scope &&
	       try->wish.lifetime_s == challenge->lifetime_s &&
	       now_ns <= ga_after(try->sent_ns, ANSWER_S) &&
	       ga_addr_equal(&try->about.quote.flow.target, &challenge->quote.flow.target);
}

static struct ga_confirmed *cookie_find(struct ga_case *subject, const struct ga_message *message)
{
	for (uint32_t i = 0; i < subject->cookie_count; i++) {
		struct ga_confirmed *cookie = &subject->cookies[i];

		if (subject->tries[cookie->try].complaint == message->complaint &&
		    memcmp(cookie->cookie, message->cookie, GA_COOKIE_LEN) == 0)
			return cookie;
	}
	return NULL;
}

enum ga_reason ga_case_challenged(struct ga_case *subject, const struct ga_voice *voice,
				  const struct ga_message *challenge)
{
	struct ga_confirmed *cookie;
	uint32_t number = 0;

	while (number < GA_TRIES && !try_fits(&subject->tries[number], challenge, voice->now_ns))
		number++;
	/* One that was doubled on the way is confirmed by what is repeated anyway. */
	if (number == GA_TRIES || cookie_find(subject, challenge) ||
	    subject->cookie_count == GA_COOKIES)
		return GA_REASON_UNMATCHED;
	cookie = &subject->cookies[subject->cookie_count++];
	*cookie = (struct ga_confirmed){.try = number};
	memcpy(cookie->cookie, challenge->cookie, GA_COOKIE_LEN);
	subject->repeat_ns = 0;
	if (subject->told.progress != GA_PROGRESS_ANSWERED)
		subject->told.progress = GA_PROGRESS_CONFIRMED;
	ga_case_confirm(subject, voice, cookie);
	return GA_REASON_NONE;
}

static void granted(struct ga_case *subject, const struct ga_confirmed *cookie,
		    const struct ga_message *result, uint64_t now_ns)
{
	const struct ga_try *try = &subject->tries[cookie->try];

	subject->grant = (struct ga_grant){
	    .held = true,
	    .scope = result->scope,
	    .since_ns = now_ns,
	    .about = try->about,
	};
	subject->hold_ns = 0;
}

/* By any edge that has answered this complaint. */
static bool is_granted(const struct ga_case *subject)
{
	for (uint32_t i = 0; i < subject->cookie_count; i++)
		if (subject->cookies[i].granted)
			return true;
	return false;
}

enum ga_reason ga_case_answered(struct ga_case *subject, const struct ga_voice *voice,
				const struct ga_message *result)
{
	struct ga_confirmed *cookie = cookie_find(subject, result);

	if (!cookie || cookie->answered)
		return GA_REASON_UNMATCHED;
	cookie->answered = true;
	cookie->granted = result->status == GA_STATUS_GRANTED;
	cookie->due_ns = 0;
	subject->told.results++;
	if (cookie->granted)
		granted(subject, cookie, result, voice->now_ns);
	else if (!is_granted(subject))
		subject->hold_ns = ga_after(voice->now_ns, GA_HOLD_S);
	subject->told.progress = GA_PROGRESS_ANSWERED;
	subject->told.result = *result;
	subject->told.answered_ns = voice->now_ns;
	return GA_REASON_NONE;
}
