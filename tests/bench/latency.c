/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a KoD on the wire to its drop in the kernel's set, one by one; then how many
 * in a second, with a window of them under way at once.
 *
 * One process with a foot in three namespaces: clients ask ever new servers,
 * the server denies, and nf_tables' own event says when the transaction was
 * committed. For comparison, in turns: a bare one-element transaction, from
 * sendmsg to the same event. And, as "taken", the daemon's own transaction in a loop
 * that takes it for granted that there is a kiss, and that it is true.
 *
 *     latency [sleeping] CLIENT_NS SERVER_NS ROUTER_NS FROM COUNT PID...
 *
 * Prints "kod_p50_us= kod_p99_us= bare_p50_us= bare_p99_us= kod_cpu_us=", the last
 * of which is what the daemon's processes used for one, and "one_per_s= taken_per_s= bare_per_s=
 * many_per_s= many_per_cpu_s= bare_per_cpu_s=". The servers are all of 198.18.0.0/16, the clients
 * all of 10.64.0.0/20, which must be local in their namespaces. FROM: the number of the first pair;
 * of those from there on three times COUNT are used.
 */
#include <goaway/table.h>

#include <libnftnl/common.h>
#include <libnftnl/set.h>
#include <sys/random.h>

#include "feet.h"

#define BARE_TABLE "bench"

static int udp_socket(uint16_t port)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0)
		fail("socket");
	return fd;
}

struct feet {
	int client, server;
	struct mnl_socket *events, *commands;
	struct ga_table *table;
};

static void ask(const struct feet *feet, uint32_t number)
{
	struct sockaddr_in to = {
	    .sin_family = AF_INET,
	    .sin_port = htons(123),
	    .sin_addr.s_addr = htonl(0xc6120000u + 256 * (number / 200) + number % 200 + 1),
	};
	uint8_t packet[48] = {4 << 3 | 3};

	if (getrandom(packet + 40, 8, 0) != 8)
		fail("request");
	send_as(feet->client, number, &to, packet, sizeof(packet));
}

struct request {
	uint8_t packet[48];
	struct sockaddr_in from;
	struct in_addr asked;
};

static struct request serve(const struct feet *feet)
{
	struct request request;
	char control[64];
	struct iovec in = {request.packet, sizeof(request.packet)};
	struct msghdr message = {
		.msg_name = &request.from,
		.msg_namelen = sizeof(request.from),
		.msg_iov = &in,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};

	ready(feet->server, "no request came through");
	if (recvmsg(feet->server, &message, 0) != 48)
		fail("request at the server");
	const struct in_pktinfo *info = (void *)CMSG_DATA(CMSG_FIRSTHDR(&message));

	request.asked = info->ipi_addr;
	return request;
}

/* Denies the next request, from the address that was asked; the time at which it did. */
static double deny(const struct feet *feet)
{
	struct request request = serve(feet);
	struct in_pktinfo info = {.ipi_spec_dst = request.asked};
	uint8_t answer[48] = {4 << 3 | 4};

	memcpy(answer + 12, "DENY", 4);
	memcpy(answer + 24, request.packet + 40, 8);
	double start = now_us();

	send_from(feet->server, &info, &request.from, answer, sizeof(answer));
	return start;
}

static void forget(const struct feet *feet)
{
	uint8_t packet[48];

	while (recv(feet->client, packet, sizeof(packet), MSG_DONTWAIT) > 0)
		;
}

static double one_kod(const struct feet *feet, uint32_t number)
{
	ask(feet, number);

	double start = deny(feet), took = committed_us(feet->events) - start;

	forget(feet);
	return took;
}

static double one_bare(const struct feet *feet, uint32_t number)
{
	char octets[8192] __attribute__((aligned(8)));
	struct mnl_nlmsg_batch *batch = mnl_nlmsg_batch_start(octets, sizeof(octets));
	struct nftnl_set *set = nftnl_set_alloc();
	struct nftnl_set_elem *elem = nftnl_set_elem_alloc();

	nftnl_set_set_str(set, NFTNL_SET_TABLE, BARE_TABLE);
	nftnl_set_set_str(set, NFTNL_SET_NAME, "bare");
	nftnl_set_elem_set(elem, NFTNL_SET_ELEM_KEY, &number, sizeof(number));
	nftnl_set_elem_add(set, elem);
	double start = now_us();

	nftnl_batch_begin(mnl_nlmsg_batch_current(batch), 1);
	mnl_nlmsg_batch_next(batch);
	struct nlmsghdr *m = nftnl_nlmsg_build_hdr(
	    mnl_nlmsg_batch_current(batch), NFT_MSG_NEWSETELEM, NFPROTO_INET, NLM_F_CREATE, 2);

	nftnl_set_elems_nlmsg_build_payload(m, set);
	mnl_nlmsg_batch_next(batch);
	nftnl_batch_end(mnl_nlmsg_batch_current(batch), 3);
	mnl_nlmsg_batch_next(batch);
	if (mnl_socket_sendto(feet->commands, octets, mnl_nlmsg_batch_size(batch)) < 0)
		fail("bare transaction");
	double took = committed_us(feet->events) - start;

	mnl_nlmsg_batch_stop(batch);
	nftnl_set_free(set);
	return took;
}

static struct ga_addr addr_of(struct in_addr address)
{
	struct ga_addr addr = {.version = 4};

	memcpy(addr.octets, &address, sizeof(address));
	return addr;
}

static double one_taken(const struct feet *feet, uint32_t number)
{
	struct in_addr client = client_of(number); /* the server sees the router's */
	struct sockaddr_in here;
	socklen_t len = sizeof(here);
	struct request request;
	uint64_t nonce_be64;
	struct ga_done done;

	ask(feet, number);
	request = serve(feet);
	memcpy(&nonce_be64, request.packet + 40, sizeof(nonce_be64));
	if (getsockname(feet->client, (struct sockaddr *)&here, &len) < 0)
		fail("port");
	struct ga_order order = {
	    .action = GA_ACTION_DROP,
	    .service = {addr_of(client), addr_of(request.asked), IPPROTO_UDP, 123},
	    .proof = GA_PROOF_REQUEST,
	    .source_port = ntohs(here.sin_port),
	    .nonce = be64toh(nonce_be64),
	    .lifetime_s = 3600,
	    .record_lifetime_s = 4 * 3600,
	    .record = {.drops = 1, .last = GA_ACTION_DROP, .lifetime_s = 3600},
	    .fresh = true,
	    .why = "KoD DENY, offence 1, random",
	};
	double start = now_us();

	ga_table_install(feet->table, &order, 1, &done);
	if (done.outcome != GA_OUTCOME_INSTALLED)
		fail("no kiss could have been taken");
	double took = now_us() - start;

	(void)committed_us(feet->events);
	return took;
}

struct drops {
	const char *set;
	uint32_t count;
};

static int on_element(const struct nlattr *attr, void *context)
{
	(void)attr;
	++*(uint32_t *)context;
	return MNL_CB_OK;
}

static int on_attr(const struct nlattr *attr, void *context)
{
	struct drops *drops = context;

	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_LIST_SET)
		drops->set = mnl_attr_get_str(attr);
	if (mnl_attr_get_type(attr) == NFTA_SET_ELEM_LIST_ELEMENTS)
		mnl_attr_parse_nested(attr, on_element, &drops->count);
	return MNL_CB_OK;
}

/* How many drops or the like were added, of those events that wait. */
static uint32_t added(struct mnl_socket *events)
{
	char octets[65536] __attribute__((aligned(8)));
	uint32_t count = 0;

	ready(mnl_socket_get_fd(events), "no element was added");
	ssize_t got = mnl_socket_recvfrom(events, octets, sizeof(octets));
	int left = (int)got;

	if (got < 0)
		fail("events");
	for (struct nlmsghdr *m = (void *)octets; mnl_nlmsg_ok(m, left);
	     m = mnl_nlmsg_next(m, &left)) {
		struct drops drops = {"", 0};

		if ((m->nlmsg_type & 0xff) != NFT_MSG_NEWSETELEM)
			continue;
		mnl_attr_parse(m, sizeof(struct nfgenmsg), on_attr, &drops);
		/* Of random nonces some look like the time, and their pairs are policed. */
		if (strcmp(drops.set, "drop_service4") == 0 || strcmp(drops.set, "police4") == 0)
			count += drops.count;
	}
	return count;
}

static void many(const struct feet *feet, uint32_t from, uint32_t count)
{
	enum { WINDOW = 32 }; /* of the 64 that may wait for the daemon */
	uint32_t begun = 0, done = 0;

	while (done < count) {
		while (begun < count && begun - done < WINDOW) {
			ask(feet, from + begun++);
			(void)deny(feet);
		}
		done += added(feet->events);
		forget(feet);
	}
}

static double used_us(char **pids)
{
	double sum = 0;

	while (*pids)
		sum += clock_us(cpu_clock(*pids++));
	return sum;
}

static void in_a_second(const struct feet *feet, uint32_t from, uint32_t count, char **pids)
{
	double start = now_us(), used = used_us(pids);

	many(feet, from, count);
	printf("many_per_s=%.0f many_per_cpu_s=%.0f ", count / ((now_us() - start) / 1e6),
	       count / ((used_us(pids) - used) / 1e6));
	used = clock_us(CLOCK_PROCESS_CPUTIME_ID);
	for (uint32_t i = 0; i < count; i++)
		(void)one_bare(feet, from + i);
	printf("bare_per_cpu_s=%.0f\n",
	       count / ((clock_us(CLOCK_PROCESS_CPUTIME_ID) - used) / 1e6));
}

int main(int argc, char **argv)
{
	struct feet feet;

	if (argc > 1 && strcmp(argv[1], "sleeping") == 0) {
		sleeps = true;
		argc--;
		argv++;
	}
	uint32_t from = argc > 6 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0;
	uint32_t count = argc > 6 ? (uint32_t)strtoul(argv[5], NULL, 10) : 0;

	if (!count || from + 3 * count > 51200) {
		fprintf(stderr, "usage: latency [sleeping] CLIENT_NS SERVER_NS ROUTER_NS FROM COUNT PID...\n");
		return 2;
	}
	double *kod = calloc(count, sizeof(*kod)), *bare = calloc(count, sizeof(*bare));
	double kods = 0, bares = 0, taken = 0;

	if (!kod || !bare)
		fail("memory");
	enter(argv[1]);
	feet.client = udp_socket(0);
	enter(argv[2]);
	feet.server = udp_socket(123);
	enter(argv[3]);
	feet.events = netlink(true);
	feet.commands = netlink(false);
	if (ga_table_open(&feet.table))
		fail("the table");
	double used = used_us(argv + 6);

	for (uint32_t i = 0; i < count; i++) {
		kods += kod[i] = one_kod(&feet, from + i);
		bares += bare[i] = one_bare(&feet, from + i);
	}
	used = used_us(argv + 6) - used;
	/* Of what another does the daemon hears, which would count as its own time. */
	for (uint32_t i = 0; i < count; i++)
		taken += one_taken(&feet, from + 2 * count + i);
	print_times("kod", kod, count);
	print_times("bare", bare, count);
	printf("kod_cpu_us=%.1f one_per_s=%.0f taken_per_s=%.0f bare_per_s=%.0f ", used / count,
	       count / (kods / 1e6), count / (taken / 1e6), count / (bares / 1e6));
	in_a_second(&feet, from + count, count, argv + 6);
	free(kod);
	free(bare);
	ga_table_close(feet.table);
	return 0;
}
