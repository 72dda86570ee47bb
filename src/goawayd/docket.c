/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agent.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static const uint64_t ms_ns = 1000000;
/* SLICE: while a frame waits we wake up so often; a longer time since the last look is none in which
 * both of us ran. */
enum { PAUSE_FIRST_MS = 100, GOOD_AFTER_MS = 60000, SLICE_MS = 100 };

static uint64_t waiting(const struct ga_docket *docket)
{
	return docket->next - docket->decided;
}

static struct ga_case *case_at(struct ga_docket *docket, uint64_t number)
{
	return &docket->cases[number % GA_CASES_MAX];
}

static uint64_t read_clock(struct ga_agent *agent)
{
	struct ga_docket *docket = &agent->docket;
	uint64_t since_ns = agent->now.ns - docket->looked_ns;

	docket->looked_ns = agent->now.ns;
	docket->ran_ns += since_ns < SLICE_MS * ms_ns ? since_ns : SLICE_MS * ms_ns;
	return docket->ran_ns;
}

/* The kernel may have let it go already (ENOENT): the queue was flushed. */
static void verdict(struct ga_agent *agent, const struct ga_packet *packet, bool pass)
{
	int error = ga_capture_verdict(agent->capture, packet, pass);

	if (error && error != -ENOENT)
		agent->send_errors++;
}

static void unheard(struct ga_agent *agent, const struct ga_packet *packet)
{
	agent->docket.unjudged++;
	verdict(agent, packet, true);
}

void ga_docket_flush(struct ga_agent *agent)
{
	struct ga_docket *docket = &agent->docket;

	for (uint64_t number = docket->decided; number < docket->next; number++) {
		struct ga_case *one = case_at(docket, number);

		if (one->held)
			unheard(agent, &one->packet);
		one->held = false;
	}
}

static void lose_judge(struct ga_agent *agent, const char *what)
{
	struct ga_docket *docket = &agent->docket;
	uint64_t now_ns = agent->now.ns;
	struct ga_event event = {.kind = GA_EVENT_JUDGE};
	int status = 0; /* there may be none */

	ga_channel_end(&docket->judge, &status);
	ga_docket_flush(agent);
	docket->decided = docket->next;
	docket->judges_lost++;
	/* One that did its work for a while is replaced at once. */
	if (docket->sworn && now_ns - docket->start_ns > GOOD_AFTER_MS * ms_ns)
		docket->pause_ms = 0;
	docket->start_ns = now_ns + docket->pause_ms * ms_ns;
	docket->pause_ms = docket->pause_ms ? docket->pause_ms * 2 : PAUSE_FIRST_MS;
	if (docket->pause_ms > GA_JUDGE_PAUSE_MAX_MS)
		docket->pause_ms = GA_JUDGE_PAUSE_MAX_MS;
	snprintf(event.why, sizeof(event.why), "it %s%s%s; another one is started", what,
		 WIFSIGNALED(status) ? ", signal " : "",
		 WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "");
	ga_agent_tell(agent, &event);
}

void ga_docket_tend(struct ga_agent *agent)
{
	struct ga_docket *docket = &agent->docket;
	uint64_t now_ns = agent->now.ns, ran_ns = read_clock(agent);

	if (docket->judge.pid && waiting(docket) &&
	    ran_ns - case_at(docket, docket->decided)->heard_ns >= GA_JUDGE_WAIT_MS * ms_ns)
		lose_judge(agent, "hangs");
	if (docket->judge.pid || now_ns < docket->start_ns)
		return;
	docket->sworn = false;
	docket->start_ns = now_ns;
	if (ga_channel_spawn(GA_JUDGE_ARGUMENT, &docket->judge))
		lose_judge(agent, "cannot be started");
}

uint64_t ga_docket_due(const struct ga_docket *docket)
{
	if (!docket->judge.pid)
		return docket->start_ns;
	if (!waiting(docket))
		return 0;
	uint64_t waited_ns = docket->ran_ns - docket->cases[docket->decided % GA_CASES_MAX].heard_ns;
	uint64_t left_ns = GA_JUDGE_WAIT_MS * ms_ns - waited_ns;

	return docket->looked_ns + (left_ns < SLICE_MS * ms_ns ? left_ns : SLICE_MS * ms_ns);
}

void ga_docket_close(struct ga_agent *agent)
{
	ga_docket_flush(agent);
	ga_channel_end(&agent->docket.judge, NULL);
}

void ga_docket_add(void *context, const struct ga_packet *packet, const struct ga_frame *frame)
{
	struct ga_agent *agent = context;
	struct ga_docket *docket = &agent->docket;
	static struct ga_wire_frame wire;
	size_t len = frame->len < sizeof(wire.octets) ? frame->len : sizeof(wire.octets);

	agent->heard++;
	wire.number = docket->next;
	wire.class_num = agent->config.class_num;
	memcpy(wire.octets, frame->octets, len);
	/* One that is gone is missed by who reads of it. */
	if (!docket->judge.pid || waiting(docket) == GA_CASES_MAX ||
	    ga_channel_send(docket->judge.fd, &wire, offsetof(struct ga_wire_frame, octets) + len)) {
		unheard(agent, packet);
		return;
	}
	struct ga_case *one = case_at(docket, docket->next++);

	one->held = true;
	one->packet = *packet;
	one->ifindex = frame->ifindex;
	one->heard_ns = read_clock(agent);
	ga_claim_read(frame, &one->claim);
	/* While the judge reads. With others ahead of it, what is asked now would not hold. */
	if (waiting(docket) == 1)
		ga_pipeline_foresee(agent, one);
}

/* The first word of a judge says what it gave up. */
static bool take_oath(struct ga_agent *agent, const struct ga_wire_ruling *ruling)
{
	if (ruling->number != GA_WIRE_OATH)
		return false;
	agent->docket.sworn = true;
	agent->judge_confined = (unsigned)ruling->reason;
	return true;
}

static bool take_ruling(struct ga_agent *agent, const struct ga_wire_ruling *ruling)
{
	struct ga_docket *docket = &agent->docket;

	/* What comes after decoding is found out here. */
	if (ruling->number != docket->decided || !waiting(docket) ||
	    ruling->reason > GA_REASON_GOAWAY_MISMATCH)
		return false;
	struct ga_case *one = case_at(docket, docket->decided++);

	if (one->held)
		one->pass = ga_pipeline(agent, one, (enum ga_reason)ruling->reason);
	return true;
}

/* What goes to the kernel together, at most. What is wrong with the judge; NULL: nothing. */
static const char *hear_judge(struct ga_agent *agent, bool *ret_more)
{
	struct ga_docket *docket = &agent->docket;

	for (int i = 0; i < GA_LOT_MAX; i++) {
		struct ga_wire_ruling ruling;
		int got = ga_channel_receive(docket->judge.fd, &ruling, sizeof(ruling), false);

		*ret_more = got != -EAGAIN;
		if (got == -EAGAIN)
			return NULL;
		if (got <= 0)
			return "ended";
		if (got != sizeof(ruling) || !(docket->sworn ? take_ruling : take_oath)(agent, &ruling))
			return "sends garbage";
	}
	return NULL;
}

void ga_docket_rule(struct ga_agent *agent)
{
	struct ga_docket *docket = &agent->docket;
	bool more = docket->judge.pid != 0;

	while (more) {
		uint64_t number = docket->decided;
		const char *fault = hear_judge(agent, &more);

		/* They go on once what they say is in force. */
		ga_pipeline_commit(agent);
		for (; number < docket->decided; number++) {
			const struct ga_case *one = case_at(docket, number);

			if (one->held)
				verdict(agent, &one->packet, one->pass);
		}
		if (fault) {
			lose_judge(agent, fault);
			return;
		}
	}
}
