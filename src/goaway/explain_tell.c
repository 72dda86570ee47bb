/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goaway explain knows, in sentences. */
#include "explain.h"

#include "colour.h"
#include "letters.h"

#include <goaway/event.h>
#include <goaway/nonce.h>
#include <goaway/text.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAME_WIDTH = 10, HISTORY_MAX = 10 };

__attribute__((format(printf, 2, 3))) static void put(const char *title, const char *format, ...)
{
	va_list args;

	printf("%-*s ", NAME_WIDTH, title);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* A text that others may have written. */
static const char *tame(const char *text, char buf[GA_EVENT_TEXT_MAX])
{
	if (!text || strlen(text) >= GA_EVENT_TEXT_MAX)
		return "?";
	ga_letters_tame(text, buf);
	return buf;
}

static bool is(json_object *object, const char *name, const char *text)
{
	const char *value = ga_json_text(object, name);

	return value && strcmp(value, text) == 0;
}

/* ---- what stands ---- */

/* The last thing that happened to put this one there; NULL: it is not remembered. */
static json_object *origin_of(json_object *about, json_object *standing)
{
	json_object *events = ga_json_get(about, "events"), *found = NULL;
	size_t count = events ? json_object_array_length(events) : 0;
	const char *service = ga_json_text(standing, "service");
	const char *action = ga_json_text(standing, "action");

	for (size_t i = 0; service && action && i < count; i++) {
		json_object *event = json_object_array_get_idx(events, i);

		if ((is(event, "kind", "installed") || is(event, "kind", "observed") ||
		     is(event, "kind", "added")) &&
		    is(event, "service", service) && is(event, "action", action))
			found = event;
	}
	return found;
}

/* Whether what stands bites. */
enum force { IN_FORCE, OBSERVED, EXEMPT };

static enum force force_of(json_object *about)
{
	if (ga_json_has(about, "exempt"))
		return EXEMPT;
	return is(about, "mode", "observe") ? OBSERVED : IN_FORCE;
}

static void put_standing(json_object *standing, enum force force)
{
	static const char *const how[] = {
	    [IN_FORCE] = "", [OBSERVED] = "observed only: ", [EXEMPT] = "let through, being exempt: "};
	char left[GA_DURATION_TEXT_MAX], lifetime[GA_DURATION_TEXT_MAX], limit[64] = "";
	const char *action = ga_json_text(standing, "action");

	if (ga_json_has(standing, "rate"))
		(void)snprintf(limit, sizeof(limit), " to %" PRIu64 " a minute after %" PRIu64 " at once",
			       ga_json_number(standing, "rate"), ga_json_number(standing, "burst"));
	if (ga_json_has(standing, "left_s"))
		put("stands", "%s%s %s%s, %s left of %s", how[force], action,
		    ga_json_text(standing, "service"), limit,
		    ga_duration_format(ga_json_number(standing, "left_s"), left, sizeof(left)),
		    ga_duration_format(ga_json_number(standing, "lifetime_s"), lifetime,
				       sizeof(lifetime)));
	else
		put("stands", "%s%s %s%s for ever", how[force], action,
		    ga_json_text(standing, "service"), limit);
}

static void put_proof(json_object *about, json_object *standing, json_object *origin)
{
	const char *target = ga_json_text(about, "target"), *signal = ga_json_text(origin, "signal");
	char text[GA_EVENT_TEXT_MAX], by[GA_EVENT_TEXT_MAX], when[GA_LOCAL_TIME_MAX];

	if (!origin && ga_json_true(about, "daemon"))
		put("why", "%s; what was heard is not remembered any more",
		    ga_json_has(standing, "why") ? tame(ga_json_text(standing, "why"), text)
						 : "not known");
	else if (!origin)
		put("why", "%s", ga_json_has(standing, "why")
					 ? tame(ga_json_text(standing, "why"), text)
					 : "not known");
	else if (signal && strcmp(signal, "operator") == 0)
		put("why", "by hand: %s", tame(ga_json_text(origin, "why"), text));
	else if (signal && ga_json_has(origin, "nonce"))
		put("why", "%s answered a request of the source with %s; its nonce is %s", target, signal,
		    ga_json_text(origin, "nonce"));
	else if (signal)
		put("why", "%s complained of it by %s, complaint %s", target, signal,
		    ga_json_text(origin, "complaint"));
	else
		put("why", "added by %s: %s",
		    ga_json_has(origin, "by") ? tame(ga_json_text(origin, "by"), by) : "somebody",
		    ga_json_has(origin, "why") ? tame(ga_json_text(origin, "why"), text)
					       : "it does not say why");
	if (origin)
		put("when", "%s%s%s", ga_local_time(ga_json_text(origin, "time"), when),
		    ga_json_has(origin, "interface") ? ", in by " : "",
		    ga_json_has(origin, "interface") ? ga_json_text(origin, "interface") : "");
}

static void put_policy(json_object *origin)
{
	char lifetime[GA_DURATION_TEXT_MAX];
	uint64_t offence = ga_json_number(origin, "offence");

	if (offence)
		put("policy", "offence %" PRIu64 " of its kind: %s for %s", offence,
		    ga_json_text(origin, "action"),
		    ga_duration_format(ga_json_number(origin, "lifetime_s"), lifetime,
				       sizeof(lifetime)));
	if (!ga_json_has(origin, "nonce") || !is(origin, "action", "police") ||
	    is(origin, "signal", "KoD RATE"))
		return;
	if (is(origin, "nonce", ga_nonce_class_name(GA_NONCE_REPEATED)))
		put("", "not dropped: another request had that nonce too, and who was told it can say it in "
			"any server's name");
	else
		put("", "not dropped, for such a nonce proves less; if it complains again it will be");
}

/* A drop of all that goes to the target is looked up first: it leaves the others nothing. */
static bool is_left_nothing(json_object *standings, const json_object *standing)
{
	size_t count = json_object_array_length(standings);

	for (size_t i = 0; i < count; i++) {
		json_object *other = json_object_array_get_idx(standings, i);

		if (other != standing && is(other, "service", "all") &&
		    ga_json_number(other, "packets"))
			return true;
	}
	return false;
}

static void put_since(json_object *standings, json_object *standing, enum force force)
{
	static const char *const whats[][2] = {
	    [IN_FORCE] = {"were thrown away", "was thrown away"},
	    [OBSERVED] = {"would be thrown away", "would be thrown away"},
	    [EXEMPT] = {"are let through since it is exempt", "is let through since it is exempt"}};
	uint64_t packets = ga_json_number(standing, "packets");
	const char *what = whats[force][packets == 1];

	if (!ga_json_has(standing, "packets"))
		put("since", "this kernel does not count what a policing throws away");
	else if (ga_json_has(standing, "rate") && packets)
		put("since", "%" PRIu64 " packet%s over the limit %s", packets,
		    ga_plural(packets), what);
	else if (ga_json_has(standing, "rate"))
		put("since", "nothing was over the limit");
	else if (packets)
		put("since", "packets that came and %s: %" PRIu64 "; the source does not obey",
		    whats[force][0], packets);
	else if (is_left_nothing(standings, standing))
		put("since", "what came is counted where all that goes to the target is dropped");
	else
		put("since", "nothing came: the source obeys");
}

/* ---- what would be needed ---- */

static void put_needed(json_object *about)
{
	const char *source = ga_json_text(about, "source"), *target = ga_json_text(about, "target");

	if (ga_json_has(about, "exempt")) {
		put("needed", "that it is no longer exempt, see below; until then no complaint counts");
		return;
	}
	put("needed", "a Kiss-o'-Death of %s that answers, within seconds, an NTP request that %s", target,
	    source);
	put("", "sent through here and that has no answer yet: DENY and RSTR drop, RATE polices,");
	put("", "any other code is counted only. Or an ICMP Go Away of %s about a flow that", target);
	put("", "%s opened", source);
	if (is(about, "zero_nonce", "ignore"))
		put("", "requests without a nonce prove nothing (setting zero_nonce)");
	if (ga_json_true(about, "guessed"))
		put("", "somebody guesses at the nonces of this pair, so now only random ones count");
	put("", "'goaway counters' has what was heard and not believed, by reason");
}

static void put_settings(json_object *about)
{
	json_object *exempt = ga_json_get(about, "exempt");

	if (exempt)
		put("exempt", "yes, the %s is, by %s: nothing is ever stopped for it",
		    ga_json_text(exempt, "by"), ga_json_text(exempt, "prefix"));
	else
		put("exempt", "no");
	if (is(about, "mode", "observe"))
		put("mode", "observe: everything is counted, and nothing stopped");
	else if (ga_json_has(about, "mode"))
		put("mode", "%s", ga_json_text(about, "mode"));
}

/* ---- what is remembered ---- */

static void put_record(json_object *record, const char *title)
{
	char age[GA_DURATION_TEXT_MAX], left[GA_DURATION_TEXT_MAX];

	put(title, "%s: %" PRIu64 " dropped, %" PRIu64 " policed; the last %s ago, remembered for %s",
	    ga_json_text(record, "service"), ga_json_number(record, "drops"),
	    ga_json_number(record, "polices"),
	    ga_duration_format(ga_json_number(record, "age_s"), age, sizeof(age)),
	    ga_duration_format(ga_json_number(record, "left_s"), left, sizeof(left)));
}

static void put_records(json_object *records)
{
	size_t count = json_object_array_length(records);

	for (size_t i = 0; i < count; i++)
		put_record(json_object_array_get_idx(records, i), i ? "" : "offences");
	if (count == 0)
		put("offences", "none are remembered");
}

static void put_history(json_object *about)
{
	json_object *events = ga_json_get(about, "events");
	size_t count = json_object_array_length(events);
	size_t first = count > HISTORY_MAX ? count - HISTORY_MAX : 0;
	char text[GA_EVENT_TEXT_MAX], when[GA_LOCAL_TIME_MAX];

	for (size_t i = first; i < count; i++) {
		json_object *event = json_object_array_get_idx(events, i);

		put(i == first ? "history" : "", "%s  %s",
		    ga_local_time(ga_json_text(event, "time"), when),
		    tame(ga_json_text(event, "text"), text));
	}
	if (first > 0)
		put("", "(%zu more before; --json has them)", first);
	if (count == 0)
		put("history", "nothing since %s, when what goawayd remembers begins",
		    ga_local_time(ga_json_text(about, "history_since"), when));
}

void ga_explain_tell(json_object *about)
{
	json_object *standings = ga_json_get(about, "standing");
	enum force force = force_of(about);
	size_t count = json_object_array_length(standings);

	printf("%s -> %s\n", ga_json_text(about, "source"), ga_json_text(about, "target"));
	for (size_t i = 0; i < count; i++) {
		json_object *standing = json_object_array_get_idx(standings, i);
		json_object *origin = origin_of(about, standing);

		put_standing(standing, force);
		put_proof(about, standing, origin);
		put_policy(origin);
		put_since(standings, standing, force);
	}
	if (ga_json_true(about, "more"))
		put("", "(more stands; 'goaway list --source %s --target %s' has it)",
		    ga_json_text(about, "source"), ga_json_text(about, "target"));
	if (count == 0) {
		put("stands", "nothing");
		put_needed(about);
	}
	put_records(ga_json_get(about, "records"));
	put_settings(about);
	if (ga_json_has(about, "events"))
		put_history(about);
}
