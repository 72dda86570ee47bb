/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The warden, and a judge that somebody has captured: frames come, and whatever octets come back
 * over the channel. docket.c, pipeline.c and handshake.c as they are; the kernel's sets, the queue
 * and the raw socket are lists here. Whatever the judge says, it gets what true frames allow: an
 * order has the source, complainant and proof of its own frame, a frame serves once, and a cookie
 * comes back from who was sent it.
 */
#include "around_warden.h"

enum { EVENTS_MAX = 300 };

/* ---- the channel, and the judge at its end ---- */

static void speak(const void *octets, size_t len)
{
	if (world.said_count == SAID_MAX || len > sizeof(world.said[0].octets))
		return;
	world.said[world.said_count].len = len;
	if (len > 0)
		memcpy(world.said[world.said_count].octets, octets, len);
	world.said_count++;
}

int ga_channel_spawn(const char *argument, struct ga_channel *ret)
{
	law(strcmp(argument, GA_JUDGE_ARGUMENT) == 0);
	if (world.unable)
		return -EAGAIN;
	world.said_count = world.said_read = 0;
	world.ended = false;
	/* Each fourth has yet to say what it gave up. */
	if (++world.judges % 4)
		speak(&(struct ga_wire_ruling){.number = GA_WIRE_OATH},
		      sizeof(struct ga_wire_ruling));
	*ret = (struct ga_channel){.fd = 3, .pid = 1};
	return 0;
}

void ga_channel_end(struct ga_channel *channel, int *ret_status)
{
	*channel = (struct ga_channel){.fd = -1};
	if (ret_status)
		*ret_status = 0;
}

int ga_channel_send(int fd, const void *octets, size_t len)
{
	law(fd == 3 && octets && len <= sizeof(struct ga_wire_frame));
	return world.ended ? -EPIPE : 0;
}

int ga_channel_receive(int fd, void *octets, size_t size, bool wait)
{
	law(fd == 3 && !wait);
	if (world.said_read == world.said_count)
		return world.ended ? 0 : -EAGAIN;
	size_t len = world.said[world.said_read].len;

	memcpy(octets, world.said[world.said_read++].octets, len < size ? len : size);
	return (int)len;
}

/* ---- events ---- */

static void hear(const struct packet *packet)
{
	uint32_t number = world.frame_count;
	struct ga_frame frame;

	if (number == FRAMES_MAX)
		return;
	world.frames[number] = *packet;
	world.states[number] = HELD;
	world.nths[number] = world.mood % GA_HEARD_COUNT;
	world.frame_count++;
	frame = frame_copy(packet->octets, packet->len);
	frame.time_ns = world.agent.now.ns;
	ga_docket_add(&world.agent, &(struct ga_packet){number, world.nths[number]}, &frame);
	frame_free(&frame);
}

static void spoil(struct packet *packet, struct input *input)
{
	size_t at = input_octet(input) % packet->len;

	packet->octets[at] ^= input_octet(input);
}

static void answer(struct input *input)
{
	static const uint32_t ids[] = {GA_KISS_DENY, GA_KISS_RSTR, GA_KISS_RATE, GA_KISS_NTSN};
	uint8_t kind = input_octet(input);
	struct ga_flow flow = world_flow(input_octet(input), GA_PROTOCOL_UDP, GA_PORT_NTP);
	uint64_t nonce = input_number(input, 1) * UINT64_C(0x9e3779b97f4a7c15);

	if ((kind & 0x80) && world.asked_count < ASKED_MAX) {
		world.asked[world.asked_count].flow = flow;
		world.asked[world.asked_count++].nonce = nonce;
	}
	struct packet packet = ntp_answer(&flow, nonce, kind >> 4 & 1, ids[kind % COUNT(ids)]);

	if (kind & 0x40)
		spoil(&packet, input);
	hear(&packet);
}

static void say(struct input *input)
{
	static const uint32_t lifetimes[] = {3600, 0, 1, UINT32_MAX};
	uint8_t kind = input_octet(input), asks = input_octet(input), cookie = input_octet(input);
	struct ga_message message = {
	    .type = kind & 1 ? GA_MESSAGE_CONFIRM : GA_MESSAGE_GO_AWAY,
	    .scope = kind & 2 ? GA_SCOPE_HOST : GA_SCOPE_SERVICE,
	    .lifetime_s = lifetimes[asks & 3],
	    .complaint = kind >> 2 & 3,
	    .quote.flow = world_flow(input_octet(input), world_protocols[asks >> 2 & 3], 9999),
	};

	/* Of a challenge that was sent, or a cookie of its own making. */
	if (message.type == GA_MESSAGE_GO_AWAY && message.lifetime_s)
		;
	else if (cookie < world.challenge_count) {
		const struct ga_message *challenge = &world.challenges[cookie].message;

		memcpy(message.cookie, challenge->cookie, GA_COOKIE_LEN);
		message.complaint = challenge->complaint;
		if (message.type == GA_MESSAGE_CONFIRM && (kind & 0x40)) {
			message.scope = challenge->scope;
			message.lifetime_s = challenge->lifetime_s;
		}
		if (kind & 0x20)
			message.quote.flow = challenge->quote.flow;
	} else {
		message.cookie[0] = cookie;
	}
	struct packet packet = message_packet(&message);

	if (kind & 0x80)
		spoil(&packet, input);
	hear(&packet);
}

static void junk(struct input *input)
{
	struct packet packet = {.len = 0};
	const uint8_t *octets = input_octets(input, input_octet(input), &packet.len);

	if (packet.len > 0)
		memcpy(packet.octets, octets, packet.len);
	hear(&packet);
}

/* A ruling about a frame not far from the next one; at times with more behind it. */
static void rule(struct input *input)
{
	uint8_t of = input_octet(input), how = input_octet(input);
	struct ga_wire_ruling rulings[2] = {{
	    .number = world.agent.docket.decided + world.said_count - world.said_read,
	    .reason = how & 0x80 ? input_number(input, 8) : how % (GA_REASON_COUNT + 1),
	}};

	if (of & 0x40)
		rulings[0].number += (uint64_t)(int64_t)((int)(of & 15) - 7);
	if (of & 0x80)
		rulings[0].number = GA_WIRE_OATH;
	speak(rulings, sizeof(rulings[0]) + (of & 0x20 ? 1 + (of & 15) : 0));
}

static void babble(struct input *input)
{
	size_t len;
	const uint8_t *octets = input_octets(input, 1 + input_octet(input) % 40, &len);

	if (len > 0)
		speak(octets, len);
}

static struct ga_wire_ruling ruling_at(size_t said)
{
	struct ga_wire_ruling ruling;

	memcpy(&ruling, world.said[said].octets, sizeof(ruling));
	return ruling;
}

/* What is no ruling, or none of a judge's, and a ruling before the oath, is the last that was heard of
 * that judge. */
static void listen(struct input *input)
{
	const struct ga_docket *docket = &world.agent.docket;
	size_t from = world.said_read;
	bool sworn = docket->sworn;

	(void)input;
	ga_docket_rule(&world.agent);
	for (size_t i = from; i < world.said_read; i++) {
		struct ga_wire_ruling ruling = ruling_at(i);

		if (world.said[i].len != sizeof(ruling) || (ruling.number == GA_WIRE_OATH) == sworn ||
		    (sworn && ruling.reason > GA_REASON_GOAWAY_MISMATCH))
			law(!docket->judge.pid && i + 1 == world.said_read);
		sworn = true;
	}
	if (!docket->judge.pid)
		world.said_count = world.said_read = 0;
}

/* Nothing waits for longer than a judge may take, and nothing at all without one. */
static void tend(void)
{
	struct ga_docket *docket = &world.agent.docket;

	ga_docket_tend(&world.agent);
	for (uint64_t n = docket->decided; n < docket->next; n++)
		law(docket->judge.pid && docket->ran_ns - docket->cases[n % GA_CASES_MAX].heard_ns <
					     GA_JUDGE_WAIT_MS * UINT64_C(1000000));
	law(docket->judge.pid ||
	    docket->start_ns <= world.agent.now.ns + GA_JUDGE_PAUSE_MAX_MS * UINT64_C(1000000));
}

/* The docket's clock goes on as time does while somebody waits, and we are woken up when we want to
 * be. */
static void run_until(uint64_t end_ns)
{
	struct ga_agent *agent = &world.agent;

	for (uint64_t due_ns; (due_ns = ga_docket_due(&agent->docket)) && due_ns < end_ns;) {
		uint64_t ran_ns = agent->docket.ran_ns + due_ns - agent->docket.looked_ns;
		bool waits = agent->docket.next > agent->docket.decided;

		law(!waits || due_ns > agent->now.ns);
		if (due_ns > agent->now.ns) {
			agent->now.boot_ns += due_ns - agent->now.ns;
			agent->now.ns = due_ns;
		}
		tend();
		law(!waits || agent->docket.ran_ns == ran_ns);
	}
}

/* If nobody runs, or the machine sleeps, a judge loses next to nothing of its time by that. */
static void time_pass(struct input *input)
{
	uint8_t how = input_octet(input);
	struct ga_agent *agent = &world.agent;
	uint64_t pass_ns = (how & 0x7f) * (SECOND_NS / (how & 8 ? 1 : 8)),
		 end_ns = agent->now.ns + pass_ns;
	bool stopped = how & 2, asleep = how & 4;

	world.ended |= how >= 0xf0;
	world.unable = how & 1;
	if (!stopped && !asleep)
		run_until(end_ns);
	uint64_t ran_ns = agent->docket.ran_ns;

	agent->now.boot_ns += asleep ? pass_ns : end_ns - agent->now.ns;
	agent->now.ns = asleep ? agent->now.ns : end_ns;
	tend();
	law(agent->docket.ran_ns - ran_ns <= SECOND_NS / 10);
}

static void lawful(void)
{
	const struct ga_docket *docket = &world.agent.docket;
	unsigned held = 0;

	for (uint32_t i = 0; i < world.frame_count; i++)
		held += world.states[i] == HELD;
	law(docket->next - docket->decided <= GA_CASES_MAX && held <= GA_CASES_MAX);
	law(docket->judge.pid || held == 0);
	/* What waited was carried out, and what found no room holds none. */
	law(world.agent.lot.count == 0);
	law(ga_room_count(world.agent.room) <= ROOM_MAX);
	/* The room has what the kernel has. */
	stands_expire(&world.stands, world.agent.now.ns);
	for (size_t i = 0; i < world.stands.count; i++)
		law(ga_room_has(world.agent.room, world.stands.items[i].action, &world.stands.items[i].service));
	struct ga_room_tally tally = ga_room_tally(world.agent.room, world.agent.now.ns);
	law(tally.drop4 + tally.drop6 + tally.police4 + tally.police6 == world.stands.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static void (*const events[])(struct input *) = {
	    answer, say, rule, listen, rule, time_pass, junk, babble,
	};
	struct input input = {octets, len};
	struct ga_agent *agent = &world.agent;

	memset(&world, 0, sizeof(world));
	agent->room = ga_room_new(ROOM_MAX, ROOM_MAX);
	if (!agent->room)
		abort();
	agent->now.ns = 1000 * SECOND_NS;
	agent->now.boot_ns = 5000 * SECOND_NS;
	agent->now.wall_s = 1900000000;
	agent->config.class_num = GA_CLASS_DEFAULT;
	agent->config.policy = ga_policy_default();
	/* Who sends the input does not choose these apart from it. */
	agent->config.policy.enforce = len % 8 != 0;
	agent->config.policy.probe_zero = len & 1;
	agent->config.policy.exempt_sources.count = 1;
	agent->config.policy.exempt_sources.items[0] = (struct ga_prefix){world_sources[0][1], 32};
	ga_cookie_rotate(&agent->jar, (const uint8_t[GA_COOKIE_KEY_LEN]){1}, agent->now.boot_ns);
	agent->docket.start_ns = 0;
	ga_docket_tend(agent);
	for (unsigned i = 0; i < EVENTS_MAX && input.left > 0; i++) {
		uint8_t event = input_octet(&input);

		world.mood = event & 0x80 ? event >> 3 & 15 : 0;
		events[event % COUNT(events)](&input);
		lawful();
	}
	ga_docket_close(agent);
	for (uint32_t i = 0; i < world.frame_count; i++)
		law(world.states[i] == DECIDED);
	ga_room_free(agent->room);
	return 0;
}
