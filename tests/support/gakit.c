/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gakit: one message of ICMP Go Away as somebody might send it, right or wrong,
 * once or a million times, and what is heard afterwards. What a test is about
 * stands in the test; here nobody decides anything.
 */
#include "ntpkit.h"

#include <goaway/message.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build.h"

enum { UDP_LEN = 8, BATCH_MAX = 64, FRAME_MAX = 2048, FOREVER_MS = 3600000 };

/* What is sent: `packet` is UDP from C to V, an offence to complain about. */
enum kind { PACKET = 0, HEAR = 5 }; /* between them enum ga_message_type */

static const char *const kinds[] = {
    [PACKET] = "packet",
    [GA_MESSAGE_GO_AWAY] = "go-away",
    [GA_MESSAGE_CHALLENGE] = "challenge",
    [GA_MESSAGE_CONFIRM] = "confirm",
    [GA_MESSAGE_RESULT] = "result",
    [HEAR] = "hear",
};

struct job {
	enum kind kind;
	struct ga_message message;
	struct ga_addr from, to; /* of the IP header, if others than the quote's */
	bool random_port, random_cookie;
	unsigned class_num, count, rate, wait_ms, answers;
	unsigned targets, varied; /* of so many targets, the next one */
};

static const char usage[] =
    "usage: gakit packet|go-away|challenge|confirm|result|hear [OPTIONS]\n"
    "  --source C --target V [--sport N] [--dport N] [--proto N]    the flow that is quoted\n"
    "  [--from ADDRESS] [--to ADDRESS]    of the IP header, if they lie about it\n"
    "  [--scope host|service] [--lifetime S] [--status N] [--class N]\n"
    "  [--complaint HEX] [--cookie HEX]   complaint: random if it is not given\n"
    "  [--count N] [--rate PPS] [--random-port] [--random-cookie]   (but its tag)\n"
    "  [--targets N]                      V and those after it, in turn; IPv6: /64s\n"
    "  [--wait MS] [--answers N]          then print what is heard, so many at most (hear: all)\n";

/* ---- options ---- */

static struct ga_addr addr_parse(const char *text)
{
	struct ga_addr addr = {0};

	if (text && ga_addr_parse(text, &addr) < 0)
		die("no address: %s", text);
	return addr;
}

static void cookie_parse(const char *text, uint8_t cookie[GA_COOKIE_LEN])
{
	for (size_t i = 0; text && text[2 * i]; i++)
		if (i == GA_COOKIE_LEN || sscanf(text + 2 * i, "%2hhx", &cookie[i]) != 1)
			die("no cookie: %s", text);
}

static enum kind kind_parse(const char *text)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(text, kinds[i]) == 0)
			return (enum kind)i;
	fputs(usage, stderr);
	exit(2);
}

static struct job job_parse(int argc, char **argv)
{
	struct job job = {.class_num = GA_CLASS_DEFAULT, .count = 1, .answers = 1};
	const char *source = NULL, *target = NULL, *from = NULL, *to = NULL, *complaint = NULL,
		   *cookie = NULL, *scope = "service";
	unsigned sport = 4000, dport = 7, proto = GA_PROTOCOL_UDP, lifetime = 600, status = 0;
	const struct option_spec specs[] = {
	    {"source", OPTION_TEXT, &source},
	    {"target", OPTION_TEXT, &target},
	    {"sport", OPTION_NUMBER, &sport},
	    {"dport", OPTION_NUMBER, &dport},
	    {"proto", OPTION_NUMBER, &proto},
	    {"from", OPTION_TEXT, &from},
	    {"to", OPTION_TEXT, &to},
	    {"scope", OPTION_TEXT, &scope},
	    {"lifetime", OPTION_NUMBER, &lifetime},
	    {"status", OPTION_NUMBER, &status},
	    {"class", OPTION_NUMBER, &job.class_num},
	    {"complaint", OPTION_TEXT, &complaint},
	    {"cookie", OPTION_TEXT, &cookie},
	    {"count", OPTION_NUMBER, &job.count},
	    {"targets", OPTION_NUMBER, &job.targets},
	    {"rate", OPTION_NUMBER, &job.rate},
	    {"random-port", OPTION_FLAG, &job.random_port},
	    {"random-cookie", OPTION_FLAG, &job.random_cookie},
	    {"wait", OPTION_NUMBER, &job.wait_ms},
	    {"answers", OPTION_NUMBER, &job.answers},
	};

	job.kind = kind_parse(argc > 1 ? argv[1] : "");
	if (OPTIONS_PARSE(argc - 1, argv + 1, specs) != argc - 1)
		kind_parse("");
	job.message = (struct ga_message){
	    .type = (enum ga_message_type)job.kind,
	    .scope = strcmp(scope, "host") ? GA_SCOPE_SERVICE : GA_SCOPE_HOST,
	    .status = (enum ga_status)status,
	    .lifetime_s = lifetime,
	    .complaint = complaint ? strtoull(complaint, NULL, 16) : random64(),
	    .quote.flow = {addr_parse(source), addr_parse(target), (uint8_t)proto, (uint16_t)sport,
			   (uint16_t)dport},
	};
	cookie_parse(cookie, job.message.cookie);
	job.from = addr_parse(from);
	job.to = addr_parse(to);
	if (job.kind != HEAR && (!source || !target))
		die("--source and --target are needed");
	return job;
}

/* ---- what is sent ---- */

/* A packet from C to V: enough of a header of any protocol; of UDP, the whole. */
static size_t offending_build(const struct ga_flow *flow, uint8_t *octets)
{
	size_t at = ga_build_ip(octets, &flow->source, &flow->target, flow->protocol, UDP_LEN, 0);
	uint8_t *transport = octets + at;

	memset(transport, 0, UDP_LEN);
	if (ga_protocol_has_ports(flow->protocol)) {
		ga_write_u16(transport, flow->source_port);
		ga_write_u16(transport + 2, flow->target_port);
	} else {
		transport[0] = flow->source.version == 4 ? 8 : 128; /* echo request */
		ga_write_u16(transport + 4, flow->source_port);
	}
	if (flow->protocol == GA_PROTOCOL_UDP) {
		ga_write_u16(transport + 4, UDP_LEN);
		ga_write_u16(transport + 6,
			     ga_sum_fold(ga_sum(transport, UDP_LEN,
						ga_sum_pseudo(&flow->source, &flow->target,
							      flow->protocol, UDP_LEN))));
	}
	return at + UDP_LEN;
}

/* Other addresses in the IP header than the message was built for. */
static void readdress(const struct job *job, const struct ga_addr *from, const struct ga_addr *to,
		      uint8_t *octets)
{
	struct ga_addr source = job->from.version ? job->from : *from;
	struct ga_addr target = job->to.version ? job->to : *to;
	bool ipv4 = source.version == 4;
	size_t at =
	    ga_build_ip(octets, &source, &target, ipv4 ? GA_PROTOCOL_ICMP : GA_PROTOCOL_ICMPV6,
			GA_MESSAGE_LEN, GA_IPV4_DONT_FRAGMENT);
	uint32_t pseudo =
	    ipv4 ? 0 : ga_sum_pseudo(&source, &target, GA_PROTOCOL_ICMPV6, GA_MESSAGE_LEN);

	ga_write_u16(octets + at + 2, 0);
	ga_write_u16(octets + at + 2, ga_sum_fold(ga_sum(octets + at, GA_MESSAGE_LEN, pseudo)));
}

static size_t build(const struct job *job, uint8_t octets[GA_MESSAGE_PACKET_MAX])
{
	const struct ga_flow *flow = &job->message.quote.flow;
	enum ga_message_type type = job->message.type;
	bool to_v = type == GA_MESSAGE_CHALLENGE || type == GA_MESSAGE_RESULT;
	uint8_t offending[GA_MESSAGE_PACKET_MAX];
	struct ga_frame quoted = {.octets = offending};
	size_t len;

	if (job->kind == PACKET)
		return offending_build(flow, octets);
	quoted.len = offending_build(flow, offending);
	len =
	    ga_message_build(&job->message, (uint8_t)job->class_num, to_v ? NULL : &quoted, octets);
	readdress(job, to_v ? &flow->source : &flow->target, to_v ? &flow->target : &flow->source,
		  octets);
	return len;
}

/* The address after this one, or, of IPv6, the network. */
static void advance(struct ga_addr *addr, unsigned by)
{
	uint8_t *octets = addr->octets + (addr->version == 4 ? 2 : 6);
	unsigned number = (octets[0] << 8U | octets[1]) + by;

	octets[0] = (uint8_t)(number >> 8);
	octets[1] = (uint8_t)number;
}

static void vary(struct job *job)
{
	struct ga_message *message = &job->message;

	if (job->targets && job->varied++)
		advance(&message->quote.flow.target,
			job->varied % job->targets == 1 ? 1 - job->targets : 1);

	if (job->random_port)
		message->quote.flow.source_port = (uint16_t)(1024 + random64_fast() % 60000);
	if (!job->random_cookie)
		return;
	for (size_t i = GA_TAG_LEN; i < GA_COOKIE_LEN; i++)
		message->cookie[i] = (uint8_t)random64_fast();
}

/* To where the IP header says. */
static union address destination(const uint8_t *octets)
{
	union address to = {.any.sa_family = octets[0] >> 4 == 4 ? AF_INET : AF_INET6};

	if (to.any.sa_family == AF_INET)
		memcpy(&to.v4.sin_addr, octets + 16, 4);
	else
		memcpy(&to.v6.sin6_addr, octets + 24, 16);
	return to;
}

static void batch_send(struct job *job, int fd, unsigned batch)
{
	static uint8_t packets[BATCH_MAX][GA_MESSAGE_PACKET_MAX];
	struct iovec vectors[BATCH_MAX];
	struct mmsghdr messages[BATCH_MAX] = {0};
	union address to[BATCH_MAX];

	for (unsigned i = 0; i < batch; i++) {
		vary(job);
		vectors[i] = (struct iovec){packets[i], build(job, packets[i])};
		to[i] = destination(packets[i]);
		messages[i].msg_hdr = (struct msghdr){
		    .msg_name = &to[i],
		    .msg_namelen = address_len(&to[i]),
		    .msg_iov = &vectors[i],
		    .msg_iovlen = 1,
		};
	}
	for (unsigned done = 0; done < batch;) {
		int sent = sendmmsg(fd, messages + done, batch - done, 0);

		if (sent <= 0 && job->count == 1)
			die_errno("send");
		done += sent > 0 ? (unsigned)sent : 1; /* lost in a flood: go on */
	}
}

static void send_all(struct job *job)
{
	bool ipv4 = job->message.quote.flow.source.version == 4;
	int fd = socket(ipv4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	uint64_t begin = now_us();
	unsigned sent = 0;

	if (fd < 0)
		die_errno("raw socket");
	while (!stop_asked && sent < job->count) {
		unsigned batch = job->rate ? job->rate / 200 + 1 : BATCH_MAX;

		if (batch > BATCH_MAX)
			batch = BATCH_MAX;
		if (batch > job->count - sent)
			batch = job->count - sent;
		batch_send(job, fd, batch);
		sent += batch;
		if (job->rate)
			sleep_until_us(begin + (uint64_t)sent * 1000000 / job->rate);
	}
	close(fd);
}

/* ---- what is heard ---- */

static int hear_open(void)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL)), yes = 1;
	int room = 4 << 20;

	if (fd < 0)
		die_errno("packet socket");
	setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return fd;
}

static void print(const struct ga_message *message, int ifindex)
{
	const struct ga_flow *flow = &message->quote.flow;
	char source[GA_ADDR_TEXT_MAX], target[GA_ADDR_TEXT_MAX], in[IF_NAMESIZE] = "";

	if_indextoname((unsigned)ifindex, in);
	printf("type=%s in=%s source=%s target=%s proto=%u sport=%u dport=%u", kinds[message->type],
	       in, ga_addr_format(&flow->source, source, sizeof(source)),
	       ga_addr_format(&flow->target, target, sizeof(target)), flow->protocol,
	       flow->source_port, flow->target_port);
	printf(" scope=%s status=%s lifetime=%u complaint=%016llx cookie=",
	       ga_scope_name(message->scope), ga_status_name(message->status), message->lifetime_s,
	       (unsigned long long)message->complaint);
	for (size_t i = 0; i < GA_COOKIE_LEN; i++)
		printf("%02x", message->cookie[i]);
	putchar('\n');
	fflush(stdout);
}

/* True if it was a message. */
static bool hear_one(const struct job *job, int fd)
{
	uint8_t octets[FRAME_MAX];
	struct sockaddr_ll from;
	socklen_t from_len = sizeof(from);
	ssize_t len =
	    recvfrom(fd, octets, sizeof(octets), MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
	struct ga_frame frame = {.octets = octets, .len = len < 0 ? 0 : (size_t)len};
	struct ga_message message;

	if (ga_message_decode(&frame, (uint8_t)job->class_num, &message) != GA_REASON_NONE)
		return false;
	print(&message, from.sll_ifindex);
	return true;
}

/* So many as are wanted, or as come in time. 0 if those were enough. */
static int hear(const struct job *job, int fd)
{
	uint64_t end = now_us() + job->wait_ms * UINT64_C(1000);
	struct pollfd ready = {.fd = fd, .events = POLLIN};
	unsigned heard = 0;

	while (heard < job->answers && !stop_asked && now_us() < end)
		if (poll(&ready, 1, (int)((end - now_us()) / 1000 + 1)) > 0)
			heard += hear_one(job, fd);
	return heard < job->answers;
}

int main(int argc, char **argv)
{
	struct job job = job_parse(argc, argv);
	int fd = -1, status = 0;

	signals_catch();
	if (job.wait_ms || job.kind == HEAR)
		fd = hear_open();
	if (job.kind == HEAR) {
		job.wait_ms = FOREVER_MS;
		job.answers = UINT32_MAX;
		puts("ready");
		fflush(stdout);
	} else {
		send_all(&job);
	}
	if (fd >= 0)
		status = hear(&job, fd);
	return status;
}
