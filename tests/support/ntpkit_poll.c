/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * poll: an NTP client, polite or not. It asks on schedule whatever comes back,
 * unless it is polite: then a kiss ends it, as RFC 5905 asks of DENY and RSTR.
 */
#include "ntpkit.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SOCKETS_MAX = 64, REMEMBERED = 1024 };

struct client {
	unsigned count, interval_ms, wait_ms, first_ms, port, version;
	bool new_port, ignore_kod, verbose;
	const char *bind, *device, *stats;
	const struct nonce_habit *nonce;
	union address server;
	struct pollfd sockets[SOCKETS_MAX];
	unsigned socket_next;
	struct {
		uint64_t nonce;
		bool open;
	} requests[REMEMBERED]; /* a ring */
	unsigned sent, refused, answered, kissed, unmatched;
	char kiss[5]; /* the last */
	bool gave_up;
};

static int socket_open(const struct client *client)
{
	int family = client->server.any.sa_family;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
	union address own = address_parse(family == AF_INET ? "0.0.0.0" : "::", 0);

	if (fd < 0)
		die_errno("socket");
	if (client->device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, client->device,
					 (socklen_t)strlen(client->device)) < 0)
		die_errno("%s", client->device);
	if (client->bind)
		own = address_parse(client->bind, 0);
	address_set_port(&own, (uint16_t)client->port);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &own.any, address_len(&own)) < 0)
		die_errno("bind");
	if (connect(fd, &client->server.any, address_len(&client->server)) < 0)
		die_errno("connect");
	return fd;
}

static struct pollfd *socket_choose(struct client *client)
{
	struct pollfd *chosen = &client->sockets[0];

	if (client->new_port) {
		chosen = &client->sockets[client->socket_next++ % SOCKETS_MAX];
		if (chosen->fd >= 0)
			close(chosen->fd);
		chosen->fd = -1;
	}
	if (chosen->fd < 0)
		chosen->fd = socket_open(client);
	chosen->events = POLLIN;
	return chosen;
}

static void request_send(struct client *client)
{
	struct ntp_packet request = {
	    .li_vn_mode = ntp_first_octet(0, client->version, NTP_MODE_CLIENT),
	    .precision = 0x20,
	    .transmit = client->nonce->make(),
	};
	struct pollfd *from = socket_choose(client);
	unsigned slot = client->sent % REMEMBERED;

	client->requests[slot].nonce = request.transmit;
	client->requests[slot].open = true;
	client->sent++;
	/* EPERM: this host's own output rules; ECONNREFUSED: of an earlier one */
	if (send(from->fd, &request, sizeof(request), 0) < 0)
		client->refused++;
	if (client->verbose)
		printf("sent %u from port %u\n", client->sent, client->port);
}

static void stats_tell(const struct client *client, bool print)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "sent=%u answered=%u kissed=%u lost=%u refused=%u unmatched=%u kiss=%s\n",
		 client->sent, client->answered, client->kissed,
		 client->sent - client->answered - client->kissed, client->refused,
		 client->unmatched, client->kiss);
	stats_write(client->stats, text);
	if (print)
		fputs(text, stdout);
	fflush(stdout);
}

static bool request_close(struct client *client, uint64_t nonce)
{
	unsigned known = client->sent < REMEMBERED ? client->sent : REMEMBERED;

	for (unsigned back = 1; back <= known; back++) {
		unsigned slot = (client->sent - back) % REMEMBERED;

		if (client->requests[slot].open && client->requests[slot].nonce == nonce) {
			client->requests[slot].open = false;
			return true;
		}
	}
	return false;
}

static void answers_read(struct client *client, int fd)
{
	struct ntp_packet answer;
	ssize_t octets;

	while ((octets = recv(fd, &answer, sizeof(answer), 0)) >= 0) {
		if (octets < (ssize_t)sizeof(answer) || ntp_mode(&answer) != NTP_MODE_SERVER)
			continue;
		if (!request_close(client, answer.origin)) {
			client->unmatched++;
		} else if (answer.stratum == 0) {
			client->kissed++;
			memcpy(client->kiss, answer.refid, sizeof(answer.refid));
			client->gave_up = !client->ignore_kod;
		} else {
			client->answered++;
		}
		if (client->verbose)
			printf("answer %s\n", answer.stratum == 0 ? client->kiss : "time");
	}
}

/* Until so many were answered in all, or the time is up; 0: until then. */
static void listen_until(struct client *client, uint64_t end_us, unsigned enough)
{
	for (;;) {
		uint64_t now = now_us();
		struct timespec left;
		unsigned before = client->answered + client->kissed;
		int ready;

		if (stop_asked || client->gave_up || now >= end_us || (enough && before >= enough))
			return;
		left.tv_sec = (time_t)((end_us - now) / 1000000);
		left.tv_nsec = (long)((end_us - now) % 1000000 * 1000);
		ready = ppoll(client->sockets, SOCKETS_MAX, &left, NULL);
		for (unsigned i = 0; ready > 0 && i < SOCKETS_MAX; i++)
			if (client->sockets[i].revents)
				answers_read(client, client->sockets[i].fd);
		if (client->answered + client->kissed != before)
			stats_tell(client, false);
	}
}

/* What is answered at all is answered, however busy the machine: the first answer has a deadline,
 * those behind it a time that is worth to be waited for. */
static void listen_last(struct client *client)
{
	listen_until(client, now_us() + (uint64_t)client->first_ms * 1000, 1);
	listen_until(client, now_us() + (uint64_t)client->wait_ms * 1000, client->count);
}

static void client_run(struct client *client)
{
	uint64_t begin = now_us(), step = (uint64_t)client->interval_ms * 1000;

	for (unsigned turn = 0; !stop_asked && !client->gave_up; turn++) {
		uint64_t next = begin + (turn + 1) * step;
		bool last = client->count && turn + 1 == client->count;

		request_send(client);
		stats_tell(client, false);
		if (last)
			listen_last(client);
		else
			listen_until(client, next, client->count);
		stats_tell(client, stats_asked);
		stats_asked = false;
		if (last)
			break;
	}
	stats_tell(client, true);
}

int command_poll(int argc, char **argv)
{
	static struct client client = {
	    .interval_ms = 1000, .wait_ms = 1000, .first_ms = 10000, .version = 4};
	const char *nonce = "random";
	const struct option_spec specs[] = {
	    {"count", OPTION_NUMBER, &client.count},
	    {"interval", OPTION_NUMBER, &client.interval_ms},
	    {"wait", OPTION_NUMBER, &client.wait_ms},
	    {"first", OPTION_NUMBER, &client.first_ms},
	    {"port", OPTION_NUMBER, &client.port},
	    {"new-port", OPTION_FLAG, &client.new_port},
	    {"version", OPTION_NUMBER, &client.version},
	    {"nonce", OPTION_TEXT, &nonce},
	    {"bind", OPTION_TEXT, &client.bind},
	    {"device", OPTION_TEXT, &client.device},
	    {"ignore-kod", OPTION_FLAG, &client.ignore_kod},
	    {"stats", OPTION_TEXT, &client.stats},
	    {"verbose", OPTION_FLAG, &client.verbose},
	};
	int at = OPTIONS_PARSE(argc, argv, specs);

	if (at + 1 != argc)
		die("poll: one server, please");
	client.server = address_parse(argv[at], NTP_PORT);
	client.nonce = nonce_habit_find(nonce);
	for (unsigned i = 0; i < SOCKETS_MAX; i++)
		client.sockets[i].fd = -1;
	client_run(&client);
	return 0;
}
