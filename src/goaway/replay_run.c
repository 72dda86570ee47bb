/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop of goaway replay. Time is that of the packets. Only progress, on a terminal, goes by a
 * clock, and that one ticks: a signal a second.
 */
#include "replay.h"

#include <goaway/capture_file.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define SECOND_NS UINT64_C(1000000000)

/* All other memory is sized as the daemon's. */
enum { HANDSHAKES = 1 << 12 };

enum { OUTPUT_ROOM = 1 << 16 };

struct run {
	const struct ga_replay_wanted *wanted;
	struct ga_capture_file *file;
	struct ga_replay replay;
	struct ga_step step;
	struct ga_replay_counts counts;
	bool progress; /* is shown */
	unsigned seconds;
	uint64_t packets_told;
};

static volatile sig_atomic_t ticked, interrupted;

static void on_alarm(int number)
{
	(void)number;
	ticked = 1;
}

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static bool count_answer(struct ga_replay_counts *counts, const struct ga_step *step)
{
	enum ga_reason verdict = step->verdict.reason;

	if (step->sighting.stratum != 0) {
		counts->times++;
		return false;
	}
	if (step->order.action != GA_ACTION_NONE) {
		counts->orders[step->order.action] += step->outcome == GA_OUTCOME_INSTALLED;
		counts->full += step->outcome != GA_OUTCOME_INSTALLED;
	}
	if (verdict != GA_REASON_NONE) {
		counts->refused[verdict]++;
		return step->order.action != GA_ACTION_NONE;
	}
	if (step->decided != GA_REASON_NONE)
		counts->left[step->decided]++;
	if (step->sighting.kiss == GA_KISS_DENY)
		counts->believed[GA_REPLAY_DENY]++;
	else if (step->sighting.kiss == GA_KISS_RSTR)
		counts->believed[GA_REPLAY_RSTR]++;
	else
		counts->believed[GA_REPLAY_RATE]++;
	return true;
}

/* Of what is refused, that is a signal which is known to be one. */
static bool is_spoilt_message(enum ga_reason reason)
{
	return (reason >= GA_REASON_GOAWAY_LENGTH && reason <= GA_REASON_GOAWAY_MISMATCH) ||
	       reason == GA_REASON_FROM_INSIDE;
}

/* Returns true if the step is to be told. */
static bool count(struct ga_replay_counts *counts, const struct ga_step *step, bool all)
{
	switch (step->kind) {
	case GA_STEP_REFUSED:
		if (step->refused == GA_REASON_NOT_A_SIGNAL || step->refused == GA_REASON_NOT_IP)
			counts->not_signals++;
		else
			counts->refused[step->refused]++;
		return all && is_spoilt_message(step->refused);
	case GA_STEP_REQUEST:
		counts->requests++;
		return false;
	case GA_STEP_ANSWER:
		return count_answer(counts, step) || (all && step->sighting.stratum == 0);
	case GA_STEP_MESSAGE:
		counts->messages++;
		counts->proven += step->proven;
		return step->proven;
	}
	return false;
}

static void progress_clear(struct run *run)
{
	if (run->packets_told)
		fputs("\r\033[K", stderr);
	run->packets_told = 0;
}

static void on_packet(void *context, enum ga_reason link, const struct ga_frame *frame)
{
	struct run *run = context;
	struct ga_replay_counts *counts = &run->counts;
	struct ga_step *step = &run->step;

	if (counts->packets++ == 0)
		counts->first_ns = counts->last_ns = frame->time_ns;
	if (frame->time_ns < counts->first_ns)
		counts->first_ns = frame->time_ns;
	if (frame->time_ns > counts->last_ns)
		counts->last_ns = frame->time_ns;
	if (link == GA_REASON_NONE) {
		ga_replay_frame(&run->replay, frame, (int64_t)(frame->time_ns / SECOND_NS), step);
	} else {
		step->kind = GA_STEP_REFUSED;
		step->refused = link;
	}
	if (!count(counts, step, run->wanted->all))
		return;
	progress_clear(run);
	ga_replay_tell_step(run->wanted, step, frame->time_ns);
}

static void progress_tell(struct run *run)
{
	uint64_t size = ga_capture_file_size(run->file), at = ga_capture_file_at(run->file);
	uint64_t packets = run->counts.packets;

	if (!run->progress || !ticked)
		return;
	ticked = 0;
	run->seconds++;
	fprintf(stderr, "\r\033[K%" PRIu64 " packets, %" PRIu64 " a second", packets,
		packets / run->seconds);
	if (size)
		fprintf(stderr, ", %" PRIu64 " %% of %" PRIu64 " MB",
			at < size ? at * 100 / size : 100, (size + 999999) / 1000000);
	fflush(stderr);
	run->packets_told = packets;
}

static void signals_start(struct run *run)
{
	struct sigaction tick = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
	/* Without SA_RESTART: the read of a silent pipe is to end. */
	struct sigaction stop = {.sa_handler = on_interrupt};
	struct itimerval second = {.it_interval = {.tv_sec = 1}, .it_value = {.tv_sec = 1}};

	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	run->progress = isatty(STDERR_FILENO) == 1;
	if (!run->progress)
		return;
	sigaction(SIGALRM, &tick, NULL);
	setitimer(ITIMER_REAL, &second, NULL);
}

static void signals_stop(void)
{
	static const struct itimerval none = {0};

	setitimer(ITIMER_REAL, &none, NULL);
}

static enum ga_exit read_all(struct run *run)
{
	const char *fault = NULL;
	int status;

	signals_start(run);
	do {
		status = ga_capture_file_run(run->file, on_packet, run, &fault);
		/* What a pipe brought is told before waiting for more. */
		fflush(stdout);
		progress_tell(run);
	} while (status > 0 && !interrupted);
	signals_stop();
	progress_clear(run);
	ga_replay_tell_summary(run->wanted, &run->counts, status == 0);
	if (status == 0)
		return GA_EXIT_OK;
	if (interrupted)
		return GA_EXIT_INTERRUPTED;
	fflush(stdout);
	ga_say("%s, after packet %" PRIu64 ": %s; what is told is of the packets before",
	       run->wanted->path, run->counts.packets, fault ? fault : strerror(-status));
	return GA_EXIT_REFUSED;
}

static enum ga_exit file_open(const struct ga_replay_wanted *wanted, struct ga_capture_file **ret)
{
	const char *fault;
	int status = ga_capture_file_open(wanted->path, ret, &fault);

	if (status == 0)
		return GA_EXIT_OK;
	ga_say("cannot read %s: %s%s", wanted->path, fault ? fault : strerror(-status),
	       fault ? "; what 'tcpdump -w' writes can be read, pcap or pcapng" : "");
	return status == -EACCES || status == -EPERM ? GA_EXIT_PERMISSION : GA_EXIT_REFUSED;
}

enum ga_exit ga_replay_run(const struct ga_replay_wanted *wanted)
{
	const struct ga_config *config = &wanted->config;
	const struct ga_replay_limits limits = {
	    .witness =
		{
		    .requests = config->requests,
		    .pairs = config->requests,
		    .records = config->drops * 2,
		    .answer_within_ns = config->answer_within_s * SECOND_NS,
		},
	    .handshakes = HANDSHAKES,
	    .drops = config->drops,
	    .share = config->share,
	};
	struct run run = {.wanted = wanted};
	enum ga_exit status = file_open(wanted, &run.file);

	if (status != GA_EXIT_OK)
		return status;
	if (ga_replay_open(&run.replay, &limits) < 0) {
		ga_say("cannot replay: %s", strerror(ENOMEM));
		ga_capture_file_close(run.file);
		return GA_EXIT_REFUSED;
	}
	(void)setvbuf(stdout, NULL, _IOFBF, OUTPUT_ROOM);
	run.replay.policy = config->policy;
	run.replay.class_num = (uint8_t)config->class_num;
	run.replay.inside = wanted->inside;
	status = read_all(&run);
	ga_replay_close(&run.replay);
	ga_capture_file_close(run.file);
	return status;
}
