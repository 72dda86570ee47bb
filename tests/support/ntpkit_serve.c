/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serve: an NTP server that answers with the time, or with a kiss, by rules
 * that no packaged server has. DENY, RSTR and codes of no meaning look as
 * ntpd-rs makes them (leap 0, zeros); RATE as ntp.org and ntpsec do (leap 3,
 * origin, receive and transmit all the request's transmit timestamp).
 */
#include "ntpkit.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SOCKETS_MAX = 8, SOURCES_MAX = 512, FLOOD_GAP_US = 2000000 };

struct source {
	union address address;
	uint64_t last_us;
	bool kissed_in_flood;
	unsigned received, answered, kissed;
};

struct server {
	const char *kiss; /* NULL: none */
	const char *then; /* a second answer to each request, NULL: none */
	unsigned first, closer_than_ms, only_version, delay_ms;
	bool only_once;
	const char *stats;
	struct pollfd sockets[SOCKETS_MAX];
	nfds_t socket_count;
	struct source sources[SOURCES_MAX];
	size_t source_count;
	unsigned received, answered, kissed;
};

enum reply { REPLY_TIME, REPLY_KISS, REPLY_NONE };

static struct source *source_find(struct server *server, const union address *address)
{
	struct source *source;

	for (size_t i = 0; i < server->source_count; i++)
		if (address_equal_host(&server->sources[i].address, address))
			return &server->sources[i];
	if (server->source_count == SOURCES_MAX)
		return NULL;
	source = &server->sources[server->source_count++];
	source->address = *address;
	return source;
}

static enum reply reply_choose(const struct server *server, const struct ntp_packet *request,
			       struct source *source, uint64_t gap_us)
{
	if (!server->kiss || source->received <= server->first)
		return REPLY_TIME;
	if (server->only_version && ntp_version(request) != server->only_version)
		return REPLY_TIME;
	if (server->closer_than_ms && gap_us >= (uint64_t)server->closer_than_ms * 1000)
		return REPLY_TIME;
	if (!server->only_once)
		return REPLY_KISS;
	if (gap_us >= FLOOD_GAP_US)
		source->kissed_in_flood = false;
	if (source->kissed_in_flood)
		return REPLY_NONE;
	source->kissed_in_flood = true;
	return REPLY_KISS;
}

static struct ntp_packet time_make(const struct ntp_packet *request, uint64_t received)
{
	return (struct ntp_packet){
	    .li_vn_mode = ntp_first_octet(0, ntp_version(request), NTP_MODE_SERVER),
	    .stratum = 2,
	    .poll = request->poll,
	    .precision = -20,
	    .refid = {'T', 'E', 'S', 'T'},
	    .reference = ntp_now(1),
	    .origin = request->transmit,
	    .receive = received,
	    .transmit = ntp_now(1),
	};
}

static struct ntp_packet kiss_make(const struct ntp_packet *request, const char *code)
{
	struct ntp_packet kiss = {.origin = request->transmit};
	bool rate = strcmp(code, "RATE") == 0;

	if (rate) {
		kiss = *request;
		kiss.origin = kiss.receive = request->transmit;
	}
	kiss.li_vn_mode = ntp_first_octet(rate ? 3 : 0, ntp_version(request), NTP_MODE_SERVER);
	kiss.stratum = 0;
	memset(kiss.refid, 0, sizeof(kiss.refid));
	memcpy(kiss.refid, code, strnlen(code, sizeof(kiss.refid)));
	return kiss;
}

/* A request, and what it takes to answer from the address that it was sent to. */
struct question {
	struct ntp_packet request;
	union address from;
	struct iovec vector;
	struct msghdr message;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static ssize_t question_receive(struct question *question, int fd)
{
	question->vector = (struct iovec){&question->request, sizeof(question->request)};
	question->message = (struct msghdr){
	    .msg_name = &question->from,
	    .msg_namelen = sizeof(question->from),
	    .msg_iov = &question->vector,
	    .msg_iovlen = 1,
	    .msg_control = question->control,
	    .msg_controllen = sizeof(question->control),
	};
	return recvmsg(fd, &question->message, MSG_DONTWAIT | MSG_TRUNC);
}

static ssize_t question_answer(struct question *question, int fd, struct ntp_packet *answer)
{
	struct cmsghdr *head = CMSG_FIRSTHDR(&question->message);

	if (head && head->cmsg_level == IPPROTO_IP) { /* the route chooses the interface */
		struct in_pktinfo info;

		memcpy(&info, CMSG_DATA(head), sizeof(info));
		info.ipi_ifindex = 0;
		info.ipi_spec_dst = info.ipi_addr;
		memcpy(CMSG_DATA(head), &info, sizeof(info));
	} else if (head) {
		struct in6_pktinfo info;

		memcpy(&info, CMSG_DATA(head), sizeof(info));
		info.ipi6_ifindex = 0;
		memcpy(CMSG_DATA(head), &info, sizeof(info));
	}
	question->vector = (struct iovec){answer, sizeof(*answer)};
	return sendmsg(fd, &question->message, 0);
}

static void question_serve(struct server *server, int fd, struct question *question)
{
	const struct ntp_packet *request = &question->request;
	uint64_t received = ntp_now(1), now = now_us();
	struct source *source = source_find(server, &question->from);
	struct ntp_packet packet;
	enum reply reply;

	server->received++;
	if (!source)
		return;
	source->received++;
	reply = reply_choose(server, request, source, now - source->last_us);
	source->last_us = now;
	if (reply == REPLY_NONE)
		return;
	if (server->delay_ms)
		usleep(server->delay_ms * 1000);
	packet =
	    reply == REPLY_KISS ? kiss_make(request, server->kiss) : time_make(request, received);
	if (question_answer(question, fd, &packet) < 0)
		return; /* who cannot be answered is not counted as answered */
	*(reply == REPLY_KISS ? &server->kissed : &server->answered) += 1;
	*(reply == REPLY_KISS ? &source->kissed : &source->answered) += 1;
	if (server->then) {
		packet = kiss_make(request, server->then);
		(void)question_answer(question, fd, &packet);
	}
}

static bool socket_drain(struct server *server, int fd)
{
	struct question question;
	bool any = false;

	for (;;) {
		ssize_t octets = question_receive(&question, fd);

		if (octets < 0)
			return any;
		if (octets < (ssize_t)sizeof(question.request) ||
		    ntp_mode(&question.request) != NTP_MODE_CLIENT)
			continue;
		question_serve(server, fd, &question);
		any = true;
	}
}

static void stats_tell(const struct server *server, bool print)
{
	static char text[64 * 1024];
	char name[64];
	size_t at;

	at = (size_t)snprintf(text, sizeof(text), "received=%u answered=%u kissed=%u sources=%zu\n",
			      server->received, server->answered, server->kissed,
			      server->source_count);
	for (size_t i = 0; i < server->source_count && at < sizeof(text) - 200; i++) {
		const struct source *source = &server->sources[i];

		at += (size_t)snprintf(text + at, sizeof(text) - at,
				       "source=%s received=%u answered=%u kissed=%u\n",
				       address_format(&source->address, name, sizeof(name)),
				       source->received, source->answered, source->kissed);
	}
	stats_write(server->stats, text);
	if (print) {
		fputs(text, stdout);
		fflush(stdout);
	}
}

static void socket_open(struct server *server, const char *text)
{
	union address address = address_parse(text, NTP_PORT);
	int family = address.any.sa_family, one = 1;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (server->socket_count == SOCKETS_MAX)
		die("too many addresses");
	if (fd < 0)
		die_errno("socket");
	if (family == AF_INET6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &one, sizeof(one));
	} else {
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one));
	}
	if (bind(fd, &address.any, address_len(&address)) < 0)
		die_errno("bind %s", text);
	server->sockets[server->socket_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void serve(struct server *server)
{
	bool dirty = true;

	while (!stop_asked) {
		int ready = poll(server->sockets, server->socket_count, dirty ? 20 : -1);

		for (nfds_t i = 0; ready > 0 && i < server->socket_count; i++)
			if (server->sockets[i].revents)
				dirty |= socket_drain(server, server->sockets[i].fd);
		if (ready == 0 || stats_asked) {
			stats_tell(server, stats_asked);
			stats_asked = dirty = false;
		}
	}
	stats_tell(server, true);
}

int command_serve(int argc, char **argv)
{
	static struct server server;
	const struct option_spec specs[] = {
	    {"kiss", OPTION_TEXT, &server.kiss},
	    {"first", OPTION_NUMBER, &server.first},
	    {"only-once", OPTION_FLAG, &server.only_once},
	    {"closer-than", OPTION_NUMBER, &server.closer_than_ms},
	    {"only-version", OPTION_NUMBER, &server.only_version},
	    {"delay", OPTION_NUMBER, &server.delay_ms},
	    {"then", OPTION_TEXT, &server.then},
	    {"stats", OPTION_TEXT, &server.stats},
	};
	int at = OPTIONS_PARSE(argc, argv, specs);

	if (server.kiss && strcmp(server.kiss, "none") == 0)
		server.kiss = NULL;
	if (at == argc) {
		socket_open(&server, "0.0.0.0");
		socket_open(&server, "::");
	}
	for (; at < argc; at++)
		socket_open(&server, argv[at]);
	serve(&server);
	return 0;
}
