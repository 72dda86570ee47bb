/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clients at the daemon's desk: any lines as requests, while drops come and go, events happen, the
 * table is made anew, and clients read as little as they like. control*.c and telling.c of goawayd
 * as they are; the connections and the kernel are lists here.
 *
 * What must hold: a request is answered once, by items and one last line, to who asked and nobody
 * else, each a line of JSON; a client that reads is not cut off for what one verb says in one go;
 * who may not change anything changes nothing; when all is read, all is answered.
 */
#include "around_desk.h"

/* ---- events ---- */

static void turn(unsigned number, void (*call)(unsigned number, const char *line, size_t len),
		 const char *line, size_t len)
{
	const struct client *client = &world.clients[number];

	world.in_call = (int)number;
	world.changed = false;
	call(number, line, len);
	world.in_call = -1;
	law(!world.changed || client->peer.root);
}

static void call_hear(unsigned number, const char *line, size_t len)
{
	world.clients[number].answering = true;
	world.clients[number].last_said = false;
	world.clients[number].event = 0;
	world.calls->hear(world.context, number, &world.clients[number].peer, line, len);
}

static void call_more(unsigned number, const char *line, size_t len)
{
	(void)line;
	(void)len;
	world.clients[number].wants_more = false;
	world.calls->more(world.context, number);
}

static bool has_room(unsigned number)
{
	return ga_control_room(NULL, number) >= GA_CONTROL_BUFFER / 2;
}

static void ask(unsigned number, const char *line, size_t len)
{
	if (!world.clients[number].ended && !world.clients[number].answering && has_room(number))
		turn(number, call_hear, line, len);
}

static void ask_anything(struct input *input)
{
	char line[256];
	unsigned number = input_octet(input) % CLIENTS;
	size_t len;
	const uint8_t *octets = input_octets(input, input_octet(input), &len);

	if (len > 0)
		memcpy(line, octets, len);
	line[len] = '\0';
	if (!memchr(line, '\n', len))
		ask(number, line, len);
}

#define PAIR "\"source\":\"%s\",\"target\":\"%s\""
#define DROP "{\"v\":1,\"verb\":\"drop\"," PAIR ",\"service\":\"udp/1\",\"lifetime_s\":9}"

static void ask_well(struct input *input)
{
	static const char *const lines[] = {
	    "{\"v\":1,\"verb\":\"status\"}",
	    "{\"v\":1,\"verb\":\"counters\"}",
	    "{\"v\":1,\"verb\":\"drops\",\"source\":\"%s\"}",
	    "{\"v\":1,\"verb\":\"drops\",\"limit\":9}",
	    "{\"v\":1,\"verb\":\"events\",\"source\":\"%s\",\"last\":400}",
	    "{\"v\":1,\"verb\":\"events\",\"last\":1000}",
	    "{\"v\":1,\"verb\":\"events\",\"follow\":true}",
	    "{\"v\":1,\"verb\":\"explain\",\"source\":\"%s\",\"target\":\"%s\"}",
	    "{\"v\":1,\"verb\":\"mode\",\"mode\":\"observe\"}",
	    DROP,
	    "{\"v\":1,\"verb\":\"lift\",\"source\":\"%s\"}",
	    "{\"v\":1,\"verb\":\"lift\"}",
	    "{\"v\":1,\"verb\":\"reload\"}",
	};
	unsigned number = input_octet(input) % CLIENTS;
	const char *format = lines[input_octet(input) % COUNT(lines)];
	struct ga_flow flow = world_flow(input_octet(input), GA_PROTOCOL_UDP, GA_PORT_NTP);
	char line[256], source[GA_ADDR_TEXT_MAX], target[GA_ADDR_TEXT_MAX];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(line, sizeof(line), format, ga_addr_format(&flow.source, source, sizeof(source)),
		 ga_addr_format(&flow.target, target, sizeof(target)));
#pragma GCC diagnostic pop
	ask(number, line, strlen(line));
}

/* So much, and what follows from there being room. */
static void read_on(unsigned number, size_t most)
{
	struct client *client = &world.clients[number];

	client->waiting -= most < client->waiting ? most : client->waiting;
	if (client->wants_more && has_room(number))
		turn(number, call_more, NULL, 0);
}

static void read_some(struct input *input)
{
	unsigned number = input_octet(input) % CLIENTS;

	read_on(number, (size_t)input_octet(input) * 512);
}

static void happen(struct input *input)
{
	uint8_t how = input_octet(input), kind = input_octet(input);
	struct ga_flow flow = world_flow(input_octet(input), GA_PROTOCOL_UDP, GA_PORT_NTP);
	struct ga_event event = {
	    .kind = kind % GA_EVENT_COUNT,
	    .action = GA_ACTION_DROP,
	    .service = {flow.source, flow.target, flow.protocol, flow.target_port},
	};
	size_t len;
	const uint8_t *octets = input_octets(input, how & 127, &len);

	if (len > 0)
		memcpy(event.why, octets, len < sizeof(event.why) ? len : sizeof(event.why) - 1);
	/* The history forgets. */
	for (unsigned i = how & 128 ? GA_HISTORY_MAX + 9 : 1; i > 0; i--) {
		struct ga_event another = event;

		ga_agent_tell(&world.agent, &another);
	}
}

static void stand(struct input *input)
{
	uint8_t how = input_octet(input);
	struct ga_flow flow = world_flow(input_octet(input), GA_PROTOCOL_UDP, GA_PORT_NTP);
	size_t len;
	const uint8_t *octets = input_octets(input, how >> 4, &len);

	memset(world.why, how, sizeof(world.why) - 1);
	if (len > 0)
		memcpy(world.why, octets, len);
	/* One, or a lot of the same pair. */
	for (uint16_t i = 0; i <= (how & 1 ? 40 : 0); i++) {
		struct ga_service service = {flow.source, flow.target, flow.protocol,
					     (uint16_t)(123 + i)};

		ga_room_add(world.agent.room, how & 2 ? GA_ACTION_POLICE : GA_ACTION_DROP, &service,
			    world.agent.now.ns, world.agent.now.ns + 60 * SECOND_NS);
	}
}

static void table_anew(struct input *input)
{
	(void)input;
	ga_room_free(world.agent.room);
	world.agent.room = ga_room_new(ROOM_SIZE, ROOM_SIZE);
	law(world.agent.room);
	world.agent.rooms++;
}

static void come_and_go(struct input *input)
{
	uint8_t how = input_octet(input);
	struct client *client = &world.clients[how % CLIENTS];

	/* The loop reloads before anybody else has a turn. */
	if (world.desk.reload_asked)
		ga_desk_reload(&world.desk);
	if (!client->ended)
		end(how % CLIENTS, how & 64 ? GA_CONTROL_IDLE : GA_CONTROL_LEFT);
	*client = (struct client){
	    .peer = {.uid = how & 32 ? 0 : 1000, .pid = 4000000 + how, .root = how & 32},
	};
	memset(client->peer.program, how | 1, sizeof(client->peer.program) - 1);
}

static void time_passes(struct input *input)
{
	uint64_t pass_ns = input_octet(input) * SECOND_NS;

	world.agent.now.ns += pass_ns;
	world.agent.now.boot_ns += pass_ns;
	if (world.desk.reload_asked)
		ga_desk_reload(&world.desk);
}

static void quiet(void)
{
	world.input.left = 0;
	if (world.desk.reload_asked)
		ga_desk_reload(&world.desk);
	for (unsigned rounds = 0; rounds < 64; rounds++)
		for (unsigned i = 0; i < CLIENTS; i++)
			read_on(i, SIZE_MAX);
	for (unsigned i = 0; i < CLIENTS; i++) {
		const struct client *client = &world.clients[i];

		law(!client->wants_more);
		law(!client->answering || world.desk.talks[i].request.follow);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static void (*const events[])(struct input *) = {
	    ask_well,  stand,	    read_some,	 happen,   ask_well,   ask_anything,
	    read_some, come_and_go, time_passes, ask_well, table_anew, stand,
	};
	struct ga_agent *agent = &world.agent;

	world.input = (struct input){octets, len};
	world.desk = (struct ga_desk){0};
	world.in_call = -1;
	memset(world.clients, 0, sizeof(world.clients));
	memset(world.why, 0, sizeof(world.why));
	world.clients[0].peer.root = true;
	agent->history.total = 0;
	agent->now = (struct ga_now){1000 * SECOND_NS, 5000 * SECOND_NS, 1900000000};
	agent->config = (struct ga_config){.policy = ga_policy_default()};
	agent->config_path = "/etc/goaway.conf";
	agent->config.policy.exempt_sources.count = 1;
	agent->config.policy.exempt_sources.items[0] = (struct ga_prefix){world_sources[0][1], 32};
	agent->confined = GA_CONFINED_CALLS;
	agent->uplink_count = 1;
	memcpy(agent->uplink_names[0], name_of_another(), GA_IFNAME_MAX);
	agent->room = ga_room_new(ROOM_SIZE, ROOM_SIZE);
	law(agent->room && ga_desk_open(&world.desk, agent) == 0);
	for (unsigned i = 0; i < EVENTS_MAX && world.input.left > 0; i++)
		events[input_octet(&world.input) % COUNT(events)](&world.input);
	quiet();
	ga_desk_close(&world.desk);
	ga_room_free(agent->room);
	return 0;
}
