/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway sender: what a rule of the firewall logs, it complains of, until it is ended.
 *
 * Sources can be forged, so everything is bounded: sources at a time, GO-AWAYs a second in all,
 * lines. What is left out is counted, and told once a minute.
 */
#include "answer.h"
#include "complaining.h"
#include "sources.h"

#include <goaway/nflog.h>
#include <goaway/text.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	SOURCES_MAX = 4096,
	LINES_BURST = 20, /* then one a second */
	CLASS = 256,
};
static const double sweep_s = 1, summary_s = 60;
static const uint64_t second_ns = 1000000000;

struct wanted {
	uint32_t group;
	uint32_t sources;
	uint32_t rate;
	struct ga_wish wish;
	uint8_t class_num;
};

/* What was not complained of, and why. */
struct left_out {
	uint64_t no_room;   /* sources beyond --limit */
	uint64_t held_back; /* beyond --rate */
	uint64_t lost;	    /* came faster than they were taken */
	uint64_t passing;   /* not to an address of this host */
	uint64_t lines;	    /* outcomes that were not told */
};

struct sender {
	struct ga_complaining complaining;
	const struct wanted *wanted;
	struct ga_nflog *log;
	struct ga_sources sources;
	struct ga_addr ours; /* an address that is known to be of this host */
	struct left_out left_out, told;
	uint64_t lines, lines_ns; /* that may be told, since when */
	enum ga_exit status;
	ev_io logged;
	ev_timer sweep, summary;
};

static bool may_tell(struct sender *sender)
{
	uint64_t gone_s = (sender->complaining.now_ns - sender->lines_ns) / second_ns;

	sender->lines_ns += gone_s * second_ns;
	sender->lines += gone_s;
	if (sender->lines > LINES_BURST)
		sender->lines = LINES_BURST;
	if (sender->lines == 0) {
		sender->left_out.lines++;
		return false;
	}
	sender->lines--;
	return true;
}

static void tell(struct sender *sender, const struct ga_source *source,
		 const struct ga_message *result)
{
	char text[GA_ANSWER_TEXT_MAX];

	if (may_tell(sender))
		ga_say("%s", ga_answer_format(result, &source->flow, &sender->wanted->wish, text));
}

static bool is_ours(struct sender *sender, const struct ga_addr *addr)
{
	if (ga_addr_equal(&sender->ours, addr))
		return true;
	if (!ga_icmp_is_ours(addr))
		return false;
	sender->ours = *addr;
	return true;
}

/* The entry of a source that may be complained of now, or NULL. */
static struct ga_source *admit(struct sender *sender, const struct ga_flow *flow)
{
	struct ga_complaining *complaining = &sender->complaining;
	struct ga_source *source = ga_sources_find(&sender->sources, &flow->source);

	if (source)
		source->last_ns = complaining->now_ns;
	if (source && source->open)
		return source;
	if (source && !ga_source_ripe(source, flow, complaining->now_ns))
		return NULL;
	if (!ga_complaining_may_complain(complaining)) {
		complaining->held_back++;
		return NULL;
	}
	if (!source)
		source = ga_sources_take(&sender->sources, &flow->source);
	if (!source)
		sender->left_out.no_room++;
	return source;
}

static void on_packet(void *context, const struct ga_frame *frame)
{
	struct sender *sender = context;
	struct ga_complaining *complaining = &sender->complaining;
	const struct ga_complaint *complaint;
	struct ga_source *source;
	struct ga_quote quote;

	if (ga_quote_decode(frame, &quote) != GA_REASON_NONE)
		return;
	if (!is_ours(sender, &quote.flow.target)) {
		sender->left_out.passing++;
		return;
	}
	source = admit(sender, &quote.flow);
	if (!source ||
	    ga_complainant_offended(complaining->complainant, frame, &sender->wanted->wish,
				    ga_complaining_send, complaining) != GA_REASON_NONE)
		return;
	complaint = ga_complainant_find(complaining->complainant, &quote.flow.source);
	source->last_ns = complaining->now_ns;
	if (!complaint || complaint->progress != GA_PROGRESS_COMPLAINED)
		return;
	source->flow = quote.flow;
	ga_sources_open(&sender->sources, source);
	if (!ev_is_active(&sender->sweep))
		ev_timer_again(complaining->ev, &sender->sweep);
}

static void on_logged(struct ev_loop *ev, ev_io *watcher, int events)
{
	struct sender *sender = watcher->data;
	int heard =
	    ga_nflog_run(sender->log, ga_complaining_now(&sender->complaining), on_packet, sender);

	(void)ev;
	(void)events;
	if (heard < 0) {
		ga_say("cannot read what is logged any more: %s", strerror(-heard));
		sender->status = GA_EXIT_REFUSED;
		ga_complaining_stop(&sender->complaining);
		return;
	}
	ga_complaining_schedule(&sender->complaining);
}

/* Tell what came of a complaint since it was last looked at. */
static void look(struct sender *sender, struct ga_source *source)
{
	static const struct ga_message silence = {.status = GA_STATUS_NONE};
	struct ga_complaining *complaining = &sender->complaining;
	const struct ga_complaint *complaint =
	    ga_complainant_find(complaining->complainant, &source->flow.source);

	if (!complaint) {
		ga_sources_close(&sender->sources, source, NULL, complaining->now_ns);
	} else if (complaint->progress == GA_PROGRESS_ANSWERED &&
		   complaint->results > source->results) {
		source->results = complaint->results;
		tell(sender, source, &complaint->result);
		ga_sources_close(&sender->sources, source, &complaint->result, complaining->now_ns);
	} else if (complaint->progress == GA_PROGRESS_UNANSWERED && source->open) {
		tell(sender, source, &silence);
		ga_sources_close(&sender->sources, source, NULL, complaining->now_ns);
	}
}

static void on_message(struct ga_complaining *complaining, const struct ga_frame *frame)
{
	struct sender *sender = (struct sender *)complaining; /* its first member */
	struct ga_source *source;
	struct ga_message message;

	if (ga_complainant_heard(complaining->complainant, frame, ga_complaining_send,
				 complaining) != GA_REASON_NONE ||
	    ga_message_decode(frame, sender->wanted->class_num, &message) != GA_REASON_NONE)
		return;
	source = ga_sources_find(&sender->sources, &message.quote.flow.source);
	if (source)
		look(sender, source);
}

static void on_sweep(struct ev_loop *ev, ev_timer *watcher, int events)
{
	struct sender *sender = watcher->data;

	(void)events;
	ga_complaining_now(&sender->complaining);
	for (size_t i = 0; i < sender->sources.used; i++) {
		if (sender->sources.entries[i].open)
			look(sender, &sender->sources.entries[i]);
	}
	if (sender->sources.open == 0)
		ev_timer_stop(ev, watcher);
}

static void sum_up(struct sender *sender)
{
	struct left_out *now = &sender->left_out, *told = &sender->told;

	now->held_back = sender->complaining.held_back;
	now->lost = ga_nflog_lost(sender->log);
	if (memcmp(now, told, sizeof(*now)) == 0)
		return;
	ga_say("left out: %" PRIu64 " packets of sources over --limit, %" PRIu64
	       " over --rate, %" PRIu64 " that came too fast, %" PRIu64
	       " not to this host; %" PRIu64 " outcomes not told",
	       now->no_room - told->no_room, now->held_back - told->held_back,
	       now->lost - told->lost, now->passing - told->passing, now->lines - told->lines);
	*told = *now;
}

static void on_summary(struct ev_loop *ev, ev_timer *watcher, int events)
{
	(void)ev;
	(void)events;
	sum_up(watcher->data);
}

static enum ga_exit open_log(struct sender *sender)
{
	int error = ga_nflog_open((uint16_t)sender->wanted->group, &sender->log);

	switch (-error) {
	case 0:
		return GA_EXIT_OK;
	case EPERM:
	case EACCES:
		ga_say("not permitted to read what is logged; run it as root, or with "
		       "CAP_NET_ADMIN");
		return GA_EXIT_PERMISSION;
	case EBUSY:
		ga_say("another process reads group %" PRIu32 "; choose another number, here and "
		       "in the rules",
		       sender->wanted->group);
		return GA_EXIT_REFUSED;
	default:
		ga_say("cannot read what is logged: %s", strerror(-error));
		return GA_EXIT_REFUSED;
	}
}

static void set_timer(struct sender *sender, ev_timer *timer,
		      void (*callback)(struct ev_loop *, ev_timer *, int), double every_s)
{
	ev_init(timer, callback);
	timer->repeat = every_s;
	timer->data = sender;
}

static void go(struct sender *sender)
{
	struct ga_complaining *complaining = &sender->complaining;

	sender->lines = LINES_BURST;
	sender->lines_ns = complaining->now_ns;
	ga_complaining_watch(complaining, &sender->logged, on_logged, ga_nflog_fd(sender->log),
			     sender);
	set_timer(sender, &sender->sweep, on_sweep, sweep_s);
	set_timer(sender, &sender->summary, on_summary, summary_s);
	ev_timer_again(complaining->ev, &sender->summary);
	ga_say("ready: complaining of what is logged to group %" PRIu32, sender->wanted->group);
	ga_complaining_run(complaining);
	sum_up(sender);
}

static enum ga_exit serve(const struct wanted *wanted)
{
	struct sender sender = {
	    .complaining = {.heard = on_message, .rate = wanted->rate},
	    .wanted = wanted,
	};

	sender.status =
	    ga_complaining_begin(&sender.complaining, wanted->sources, wanted->class_num);
	if (sender.status == GA_EXIT_OK)
		sender.status = open_log(&sender);
	if (sender.status == GA_EXIT_OK && ga_sources_init(&sender.sources, wanted->sources) < 0) {
		ga_say("cannot start: %s", strerror(ENOMEM));
		sender.status = GA_EXIT_REFUSED;
	}
	if (sender.status == GA_EXIT_OK)
		go(&sender);
	ga_complaining_end(&sender.complaining);
	ga_nflog_close(sender.log);
	ga_sources_free(&sender.sources);
	return sender.status;
}

/* One option's value into *wanted. 0, or what it is not. */
static const char *take(struct wanted *wanted, int option, const char *text)
{
	uint32_t number;

	switch (option) {
	case 'g':
		return ga_number_parse(text, UINT16_MAX, &wanted->group) < 0 ? "group" : NULL;
	case 'l':
		if (ga_duration_parse(text, &wanted->wish.lifetime_s) < 0 ||
		    !wanted->wish.lifetime_s)
			return "lifetime";
		return NULL;
	case 'H':
		wanted->wish.scope = GA_SCOPE_HOST;
		return NULL;
	case 'n':
		if (ga_number_parse(text, SOURCES_MAX, &wanted->sources) < 0 || !wanted->sources)
			return "number of sources from 1 to 4096";
		return NULL;
	case 'r':
		if (ga_number_parse(text, 1000, &wanted->rate) < 0 || !wanted->rate)
			return "rate from 1 to 1000 a second";
		return NULL;
	default: /* CLASS */
		if (ga_number_parse(text, UINT8_MAX, &number) < 0 || !number)
			return "class number";
		wanted->class_num = (uint8_t)number;
		return NULL;
	}
}

static const struct option options[] = {
    {"group", required_argument, NULL, 'g'},
    {"lifetime", required_argument, NULL, 'l'},
    {"host", no_argument, NULL, 'H'},
    {"limit", required_argument, NULL, 'n'},
    {"rate", required_argument, NULL, 'r'},
    {"class", required_argument, NULL, CLASS},
    {0},
};

static enum ga_exit run(int argc, char **argv)
{
	struct wanted wanted = {
	    .group = UINT32_MAX,
	    .sources = 256,
	    .rate = 20,
	    .wish = {.scope = GA_SCOPE_SERVICE, .lifetime_s = 3600},
	    .class_num = GA_CLASS_DEFAULT,
	};
	int option;

	while ((option = ga_option(&ga_command_sender, argc, argv)) != -1) {
		const char *bad;

		if (option == '?')
			return GA_EXIT_USAGE;
		bad = take(&wanted, option, optarg);
		if (bad)
			return ga_misused(&ga_command_sender, "'%s' is no %s", optarg, bad);
	}
	if (optind < argc)
		return ga_misused(&ga_command_sender, "'%s' is too much", argv[optind]);
	if (wanted.group == UINT32_MAX)
		return ga_misused(&ga_command_sender, "--group is needed");
	return serve(&wanted);
}

const struct ga_command ga_command_sender = {
    .name = "sender",
    .summary = "complain of all that a rule of the firewall logs, until it is ended",
    .usage = "Usage: goaway sender [OPTIONS] --group NUMBER\n"
	     "\n"
	     "Complain with ICMP Go Away of each source whose packets a rule of nftables logs\n"
	     "to this group, as in 'log group 247', and say what came of it. It stays in the\n"
	     "foreground.\n"
	     "\n"
	     "  -g, --group NUMBER    of the rule\n"
	     "  -l, --lifetime TIME   ask for so long (default 1h)\n"
	     "  -H, --host            ask that all they send to this host be stopped\n"
	     "  -n, --limit NUMBER    sources at a time (default 256, at most 4096)\n"
	     "  -r, --rate NUMBER     complaints a second in all (default 20, at most 1000)\n"
	     "      --class NUMBER    of the RFC 4884 object (default 247)\n",
    .options = options,
    .run = run,
};
