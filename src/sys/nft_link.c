/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nft_link.h"

#include <goaway/table.h>

#include <errno.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int ga_link_fail(struct ga_link *link, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int used = vsnprintf(link->error, sizeof(link->error), format, args);
	va_end(args);
	if (used >= 0 && (size_t)used < sizeof(link->error))
		snprintf(link->error + used, sizeof(link->error) - (size_t)used, ": %s%s%s%s",
			 strerror(-error), link->extack[0] ? " (" : "", link->extack,
			 link->extack[0] ? ")" : "");
	link->extack[0] = '\0';
	return error;
}

/* The first of this type, of those that begin at `offset` of the payload. */
static const struct nlattr *find_attr(const struct nlmsghdr *message, size_t offset, uint16_t type)
{
	const struct nlattr *attr = mnl_nlmsg_get_payload_offset(message, offset);
	const char *end = mnl_nlmsg_get_payload_tail(message);

	for (; mnl_attr_ok(attr, (int)(end - (const char *)attr)); attr = mnl_attr_next(attr))
		if (mnl_attr_get_type(attr) == type)
			return attr;
	return NULL;
}

const struct nlattr *ga_link_attr(const struct nlmsghdr *message, uint16_t type)
{
	return find_attr(message, sizeof(struct nfgenmsg), type);
}

int ga_link_open(struct ga_link *link)
{
	int on = 1;

	memset(link, 0, sizeof(*link));
	link->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!link->socket)
		return -errno;
	if (mnl_socket_bind(link->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int error = -errno;

		ga_link_close(link);
		return error;
	}
	/* Both only make errors shorter and clearer; kernels without them are fine. */
	(void)mnl_socket_setsockopt(link->socket, NETLINK_EXT_ACK, &on, sizeof(on));
	(void)mnl_socket_setsockopt(link->socket, NETLINK_CAP_ACK, &on, sizeof(on));
	link->seq = 1;
	return 0;
}

void ga_link_close(struct ga_link *link)
{
	if (link->socket)
		mnl_socket_close(link->socket);
	link->socket = NULL;
	free(link->spare);
	link->spare = NULL;
}

enum { BATCH_SEQS = 1 << 20, BATCH_FIRST = 2 * GA_MESSAGE_MAX, SPARE_USED_MAX = 16384 };

static bool batch_reserve(struct ga_batch *batch, size_t more)
{
	if (batch->failed)
		return false;
	if (batch->len + more <= batch->size)
		return true;
	size_t size = batch->size ? batch->size * 2 : BATCH_FIRST;
	char *octets = realloc(batch->octets, size);

	if (!octets) {
		batch->failed = true;
		return false;
	}
	batch->octets = octets;
	batch->size = size;
	return true;
}

void ga_batch_begin(struct ga_batch *batch, struct ga_link *link)
{
	memset(batch, 0, sizeof(*batch));
	batch->link = link;
	batch->table = GA_TABLE_NAME;
	if (link->spare) {
		batch->octets = link->spare;
		batch->size = BATCH_FIRST;
		link->spare = NULL;
	}
	if (!batch_reserve(batch, GA_MESSAGE_MAX))
		return;
	/* A range of its own: requests may be made on the same link while it is built. */
	batch->first_seq = link->seq + 1;
	link->seq += BATCH_SEQS;
	struct nlmsghdr *begin = nftnl_batch_begin(batch->octets, batch->first_seq - 1);

	mnl_attr_put_u32(begin, NFNL_BATCH_GENID, 0);
	batch->len = begin->nlmsg_len;
}

/* The value of the only attribute of the batch's begin; 0: of any generation. */
static void *generation_of(const struct ga_batch *batch)
{
	return mnl_attr_get_payload(mnl_nlmsg_get_payload_offset((void *)batch->octets,
								 sizeof(struct nfgenmsg)));
}

static int generation_seen(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	const struct nlattr *id = ga_link_attr(reply, NFTA_GEN_ID);

	(void)request;
	if (id && mnl_attr_validate(id, MNL_TYPE_U32) == 0)
		memcpy(generation_of(context), mnl_attr_get_payload(id), sizeof(uint32_t));
	return 0;
}

int ga_batch_since(struct ga_batch *batch)
{
	char octets[64] __attribute__((aligned(8)));
	uint32_t seq = batch->link->seq++, known = 0;
	struct nlmsghdr *m =
		nftnl_nlmsg_build_hdr(octets, NFT_MSG_GETGEN, NFPROTO_UNSPEC, 0, seq);
	int error = 0;

	if (batch->failed)
		return -ENOMEM;
	memcpy(&known, generation_of(batch), sizeof(known));
	if (known)
		return 0;
	int result = ga_link_ask(batch->link, octets, m->nlmsg_len, seq, 1, &error, generation_seen,
				 batch);

	return result ? result : -error;
}

void ga_batch_whenever(struct ga_batch *batch)
{
	memset(generation_of(batch), 0, sizeof(uint32_t));
}

void ga_batch_free(struct ga_batch *batch)
{
	/* What a large one has touched goes back. */
	if (batch->size == BATCH_FIRST && batch->len <= SPARE_USED_MAX && !batch->link->spare)
		batch->link->spare = batch->octets;
	else
		free(batch->octets);
	batch->octets = NULL;
}

struct nlmsghdr *ga_batch_message(struct ga_batch *batch, uint16_t type, uint16_t flags)
{
	if (!batch_reserve(batch, GA_MESSAGE_MAX))
		return NULL;
	return nftnl_nlmsg_build_hdr(batch->octets + batch->len, type, NFPROTO_INET, flags,
				     batch->first_seq + batch->count);
}

void ga_batch_added(struct ga_batch *batch, struct nlmsghdr *message)
{
	batch->len += NLMSG_ALIGN(message->nlmsg_len);
	batch->count++;
}

static void note_extack(struct ga_link *link, const struct nlmsghdr *message)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(message);
	const struct nlattr *attr;
	size_t offset = sizeof(*err);

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) || link->extack[0])
		return;
	if (!(message->nlmsg_flags & NLM_F_CAPPED))
		offset += err->msg.nlmsg_len - sizeof(err->msg);
	if (offset > mnl_nlmsg_get_payload_len(message))
		return;
	attr = find_attr(message, offset, NLMSGERR_ATTR_MSG);
	if (attr)
		snprintf(link->extack, sizeof(link->extack), "%.*s",
			 (int)mnl_attr_get_payload_len(attr), mnl_attr_get_str(attr));
}

/* Read what is queued, until `each` says that a message was the last to be expected. Calls it for
 * every one, errors and acks included. */
static int drain(struct ga_link *link, bool (*each)(void *context, const struct nlmsghdr *message),
		 void *context)
{
	char octets[32768] __attribute__((aligned(8)));
	int fd = mnl_socket_get_fd(link->socket);
	bool last = false;
	int lost = 0;

	while (!last) {
		ssize_t got = recv(fd, octets, sizeof(octets), MSG_DONTWAIT);

		if (got < 0 && errno == EINTR)
			continue;
		/* Some replies found no room; those that did are read all the same. */
		if (got < 0 && errno == ENOBUFS) {
			lost = -ENOBUFS;
			continue;
		}
		if (got < 0)
			return errno == EAGAIN ? lost : -errno;
		int left = (int)got;

		for (const struct nlmsghdr *m = (const void *)octets; mnl_nlmsg_ok(m, left);
		     m = mnl_nlmsg_next(m, &left))
			last |= each(context, m);
	}
	return lost;
}

struct commit_state {
	const struct ga_batch *batch;
	struct ga_refusal *refusals;
	size_t max;
	size_t count;
	int error;
	bool acked;
};

/* The ack that was asked for comes last, after all refusals. */
static bool commit_reply(void *context, const struct nlmsghdr *message)
{
	struct commit_state *state = context;
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_type != NLMSG_ERROR ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*err))
		return false;
	uint32_t number = message->nlmsg_seq - state->batch->first_seq;

	/* The begin of the batch bears the number before the first. */
	if (number >= state->batch->count && number != UINT32_MAX)
		return false; /* left over from an exchange that was cut short */
	bool last = number + 1 == state->batch->count;

	if (!err->error) {
		state->acked |= last;
		return last;
	}
	note_extack(state->batch->link, message);
	if (!state->error)
		state->error = err->error;
	if (state->refusals && state->count < state->max)
		state->refusals[state->count++] = (struct ga_refusal){
			.message = number < state->batch->count ? number : UINT32_MAX,
			.error = -err->error,
		};
	return last;
}

/* Large transactions (a table made anew with all its drops) need a large send buffer. */
static int send_all(struct ga_link *link, const void *octets, size_t len)
{
	int fd = mnl_socket_get_fd(link->socket);
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	int room = (int)(len + 65536);

	if (sendto(fd, octets, len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) >= 0)
		return 0;
	if (errno != EMSGSIZE)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) < 0 &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)) < 0)
		return -errno;
	if (sendto(fd, octets, len, 0, (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

static struct nlmsghdr *last_message(struct ga_batch *batch)
{
	struct nlmsghdr *m = (void *)batch->octets;
	int left = (int)batch->len;
	struct nlmsghdr *last = m;

	while (mnl_nlmsg_ok(m, left)) {
		last = m;
		m = mnl_nlmsg_next(m, &left);
	}
	return last;
}

static void batch_close(struct ga_batch *batch)
{
	last_message(batch)->nlmsg_flags |= NLM_F_ACK;
	batch->len += nftnl_batch_end(batch->octets + batch->len, batch->first_seq + batch->count)->nlmsg_len;
	batch->closed = true;
}

int ga_link_commit(struct ga_batch *batch, struct ga_refusal *refusals, size_t max,
		   size_t *ret_count)
{
	struct ga_link *link = batch->link;
	struct commit_state state = {.batch = batch, .refusals = refusals, .max = max};

	link->extack[0] = '\0';
	if (batch->failed || (!batch->closed && !batch_reserve(batch, GA_MESSAGE_MAX)))
		return -ENOMEM;
	if (!batch->count)
		return 0;
	if (!batch->closed)
		batch_close(batch);

	int error = send_all(link, batch->octets, batch->len);

	batch->lost = error == -ENOBUFS;
	if (error)
		return error;
	error = drain(link, commit_reply, &state);
	batch->lost = error || (!state.acked && !state.error);
	if (ret_count)
		*ret_count = state.count;
	if (state.error)
		return state.error;
	/* With the ack alone, a refusal may have been lost. Told as what it is, never as a success. */
	return batch->lost ? -ENOBUFS : 0;
}

int ga_link_commit_surely(struct ga_batch *batch, int done)
{
	int error = ga_link_commit(batch, NULL, 0, NULL);

	if (error != -ENOBUFS)
		return error;
	for (int i = 1; i < GA_LINK_TRIES && error == -ENOBUFS; i++)
		error = ga_link_commit(batch, NULL, 0, NULL);
	return error == -done ? 0 : error;
}

struct ask_state {
	struct ga_link *link;
	uint32_t seq;
	uint32_t count;
	uint32_t answered;
	int *errors;
	int (*each)(void *context, uint32_t request, const struct nlmsghdr *reply);
	void *context;
	int error;
	uint16_t generation; /* of the first part of a dump */
	bool in_dump;
	bool interrupted;
};

/* The kernel marks a dump that was interrupted, but not one of a set's elements: it numbers the parts
 * of that with the generation that each is of. */
static void note_generation(struct ask_state *state, const struct nlmsghdr *message)
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		state->interrupted = true;
	if (!(message->nlmsg_flags & NLM_F_MULTI) || message->nlmsg_type == NLMSG_DONE ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header))
		return;
	if (state->in_dump && header->res_id != state->generation)
		state->interrupted = true;
	state->generation = header->res_id;
	state->in_dump = true;
}

/* A request has one message for an answer; a dump has many, of which the last is NLMSG_DONE. */
static bool ask_reply(void *context, const struct nlmsghdr *message)
{
	struct ask_state *state = context;
	uint32_t number = message->nlmsg_seq - state->seq;

	if (number >= state->count)
		return false;
	if (message->nlmsg_type == NLMSG_DONE || !(message->nlmsg_flags & NLM_F_MULTI))
		state->answered++;
	bool last = state->answered == state->count;

	if (message->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *err = mnl_nlmsg_get_payload(message);

		if (mnl_nlmsg_get_payload_len(message) < sizeof(*err))
			return last;
		if (err->error)
			note_extack(state->link, message);
		state->errors[number] = -err->error;
		return last;
	}
	note_generation(state, message);
	/* An unfinished dump would make the next one fail: it is read to its end all the same. */
	if (message->nlmsg_type != NLMSG_DONE && !state->error)
		state->error = state->each(state->context, number, message);
	return last;
}

int ga_link_ask(struct ga_link *link, const void *requests, size_t len, uint32_t seq,
		uint32_t count, int *errors,
		int (*each)(void *context, uint32_t request, const struct nlmsghdr *reply),
		void *context)
{
	struct ask_state state = {
		.link = link,
		.seq = seq,
		.count = count,
		.errors = errors,
		.each = each,
		.context = context,
	};

	memset(errors, 0, count * sizeof(*errors));
	link->extack[0] = '\0';
	int error = send_all(link, requests, len);

	if (error)
		return error;
	error = drain(link, ask_reply, &state);
	if (!error)
		error = state.error;
	if (!error && state.answered < count)
		error = -ENOBUFS;
	return !error && state.interrupted ? -EINTR : error;
}

int ga_link_no_reply(void *context, uint32_t request, const struct nlmsghdr *reply)
{
	(void)context;
	(void)request;
	(void)reply;
	return 0;
}
