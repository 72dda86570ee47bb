/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop of goaway replay. Time is that of the packets. Only progress, on a terminal, goes by a
 * clock, and that one ticks: a signal a second.
 */
#include "replay.h"

#include <goaway/text.h>

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define SECOND_NS UINT64_C(1000000000)

/* All other memory is sized as the daemon's. */
enum { HANDSHAKES = 1 << 12 };

enum { OUTPUT_ROOM = 1 << 16 };

/* So many before its turn a signal's memory is asked for, and then what that leads to. */
enum { AHEAD = 24, SOON = 12 };

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

static atomic_bool ticked, interrupted;

static void on_alarm(int number)
{
	(void)number;
	ticked = true;
}

static void on_interrupt(int number)
{
	(void)number;
	interrupted = true;
}

static bool is_interrupted(void)
{
	return interrupted;
}

static void progress_clear(struct run *run)
{
	if (run->packets_told)
		fputs("\r\033[K", stderr);
	run->packets_told = 0;
}

static void judge(struct run *run, const struct ga_seen *seen)
{
	ga_replay_judge(&run->replay, seen, (int64_t)(seen->time_ns / SECOND_NS), &run->step);
	if (!ga_replay_count(&run->counts, &run->step, run->wanted->all))
		return;
	progress_clear(run);
	ga_replay_tell_step(run->wanted, &run->step);
}

static void judge_batch(struct run *run, const struct ga_replay_batch *batch)
{
	const struct ga_replay *replay = &run->replay;
	const struct ga_seen *seen = batch->seen;

	for (size_t i = 0; i < AHEAD && i < batch->count; i++)
		ga_replay_expect(replay, &seen[i]);
	for (size_t i = 0; i < SOON && i < batch->count; i++)
		ga_replay_expect_soon(replay, &seen[i]);
	for (size_t i = 0; i < batch->count; i++) {
		if (i + AHEAD < batch->count)
			ga_replay_expect(replay, &seen[i + AHEAD]);
		if (i + SOON < batch->count)
			ga_replay_expect_soon(replay, &seen[i + SOON]);
		judge(run, &seen[i]);
	}
}

/* "[#######-------------]  35 % of 457 MB, " */
static void bar_tell(uint64_t at, uint64_t size)
{
	static const char done[] = "####################", left[] = "--------------------";
	const int width = sizeof(done) - 1;
	int filled;

	if (at > size)
		at = size;
	filled = (int)(at * (uint64_t)width / size);
	fprintf(stderr, "[%.*s%.*s] %3" PRIu64 " %% of %" PRIu64 " MB, ", filled, done,
		width - filled, left, at * 100 / size, (size + 999999) / 1000000);
}

static void progress_tell(struct run *run, const struct ga_replay_batch *batch)
{
	uint64_t size = ga_capture_file_size(run->file);

	if (!run->progress || !ticked)
		return;
	ticked = false;
	run->seconds++;
	fputs("\r\033[K", stderr);
	if (size)
		bar_tell(batch->octets, size);
	fprintf(stderr, "%" PRIu64 " packets, %" PRIu64 " a second", batch->packets,
		batch->packets / run->seconds);
	fflush(stderr);
	run->packets_told = batch->packets;
}

void ga_replay_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(how, &set, NULL);
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

/* Returns as ga_capture_file_run does. */
static int read_all(struct run *run, const char **ret_fault)
{
	const struct ga_replay_batch *batch;
	struct ga_replay_reader *reader;
	int status;

	signals_start(run);
	status = ga_replay_reader_start(run->file, &run->replay, run->wanted->all, is_interrupted,
					&reader);
	if (status < 0)
		return status;
	while ((batch = ga_replay_reader_next(reader))) {
		judge_batch(run, batch);
		/* What a pipe brought is told before waiting for more. */
		ga_replay_tell_flush();
		fflush(stdout);
		progress_tell(run, batch);
	}
	status = ga_replay_reader_end(reader, &run->counts, ret_fault);
	signals_stop();
	progress_clear(run);
	return status;
}

/* What such a packet says is not known: it is counted among those that are no signal. */
static void tell_unknown(const struct run *run)
{
	uint32_t type;
	uint64_t count = ga_capture_file_unknown(run->file, &type);

	if (count)
		ga_say("%s: %" PRIu64 " packet%s of it come by a link that is not understood, the first by "
		       "one of type %" PRIu32 "; what they say is not known",
		       run->wanted->path, count, ga_plural(count), type);
}

static enum ga_exit replay_all(struct run *run)
{
	const char *fault = NULL;
	int status = read_all(run, &fault);

	ga_replay_tell_summary(run->wanted, &run->counts, status == 0);
	fflush(stdout);
	tell_unknown(run);
	if (status == 0)
		return GA_EXIT_OK;
	if (interrupted)
		return GA_EXIT_INTERRUPTED;
	ga_say("%s, after packet %" PRIu64 ": %s; what is told is of the packets before",
	       run->wanted->path, run->counts.packets, fault ? fault : strerror(-status));
	return GA_EXIT_REFUSED;
}

static enum ga_exit file_open(const struct ga_replay_wanted *wanted, struct ga_capture_file **ret)
{
	char fault[GA_PCAP_TEXT_MAX];
	int status = ga_capture_file_open(wanted->path, ret, fault);

	if (status == 0)
		return GA_EXIT_OK;
	ga_say("cannot read %s: %s%s", wanted->path, *fault ? fault : strerror(-status),
	       *fault ? " (captures in pcap and pcapng can be read)" : "");
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
	status = replay_all(&run);
	ga_replay_close(&run.replay);
	ga_capture_file_close(run.file);
	return status;
}
