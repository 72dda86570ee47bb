/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The netlink socket to nf_tables: batches go out as one transaction, requests
 * get their replies. The kernel handles a message before sendmsg returns, so all
 * replies are there to be read at once; nothing here ever waits.
 */
#ifndef GOAWAY_SYS_NFT_LINK_H
#define GOAWAY_SYS_NFT_LINK_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GA_LINK_ERROR_MAX 256

struct nftnl_rule;

struct ga_link {
	struct mnl_socket *socket;
	uint32_t seq;
	char *spare; /* what the last batch was built in: most are as large as the one before */
	char error[GA_LINK_ERROR_MAX]; /* the last failure, for the operator */
	char extack[128];	       /* what the kernel said of it */
};

int ga_link_open(struct ga_link *link);
void ga_link_close(struct ga_link *link);

/* Set link->error from errno and a sentence, and return error. */
int ga_link_fail(struct ga_link *link, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The attribute of this type of a message of nf_tables, not validated; NULL: it has none. */
const struct nlattr *ga_link_attr(const struct nlmsghdr *message, uint16_t type);

/* A batch under construction. Messages are numbered in the order in which they were added. Grows as
 * needed; a failed allocation makes ga_link_commit return -ENOMEM. */
struct ga_batch {
	struct ga_link *link;
	const char *table; /* what chains, rules and objects are of: ours, from ga_batch_begin on */
	char *octets;
	size_t len;
	size_t size;
	uint32_t first_seq;
	uint32_t count; /* messages between begin and end */
	/* NULL, or who wants to see each rule once its message is built; it is thrown away then. */
	void (*see)(void *context, struct nftnl_rule *rule);
	void *context;
	bool failed;
	bool closed; /* nothing can be added any more: it was sent */
	bool lost;   /* not all answers arrived the last time */
};

/* Room that one message may need; larger ones are split by their builders. */
#define GA_MESSAGE_MAX 65536

void ga_batch_begin(struct ga_batch *batch, struct ga_link *link);
void ga_batch_free(struct ga_batch *batch);

/* From now on, the kernel refuses it (ERESTART) if anybody has changed any table until it is sent. 0 or
 * -errno. Or it does not. */
int ga_batch_since(struct ga_batch *batch);
void ga_batch_whenever(struct ga_batch *batch);

/* Start a message of this nf_tables type in the batch; returns NULL if memory is short. Whoever
 * fills it calls ga_batch_added afterwards. */
struct nlmsghdr *ga_batch_message(struct ga_batch *batch, uint16_t type, uint16_t flags);
void ga_batch_added(struct ga_batch *batch, struct nlmsghdr *message);

/* One error of a refused batch: which message, and why (positive errno). */
struct ga_refusal {
	uint32_t message; /* number in the batch; UINT32_MAX: the batch as a whole */
	int error;
};

/* Send as one transaction. 0: the kernel has committed it. Else -errno of the first refusal, with
 * up to `max` refusals in `refusals` and *ret_count (both may be NULL): there may be others where the
 * batch is marked lost. -ENOBUFS: no answer arrived, and it was committed or it was not. It may be sent
 * again. */
int ga_link_commit(struct ga_batch *batch, struct ga_refusal *refusals, size_t max,
		   size_t *ret_count);

/* The same, again and again while the answer is lost, of a transaction that may be done twice. done:
 * the errno for which it is refused once it was done; 0: it is not. */
enum { GA_LINK_TRIES = 5 };
int ga_link_commit_surely(struct ga_batch *batch, int done);

/* Send `len` octets of requests (one or more messages that start at `seq`) and pass every reply
 * but errors to `each`, with the number of the request that it answers. errors[n] gets the errno
 * of request n, 0 where there was none. 0 or -errno of the exchange itself; -ENOBUFS: some replies were
 * lost; -EINTR: all replies were passed, but a set was changed while it was dumped, so some of it may be
 * missing or there twice. */
int ga_link_ask(struct ga_link *link, const void *requests, size_t len, uint32_t seq,
		uint32_t count, int *errors,
		int (*each)(void *context, uint32_t request, const struct nlmsghdr *reply),
		void *context);

/* For `each`, where nothing but the errors matters. */
int ga_link_no_reply(void *context, uint32_t request, const struct nlmsghdr *reply);

#endif
