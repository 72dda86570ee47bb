/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that implement goaway/table.h share: the table, and elements as messages. */
#ifndef GOAWAY_SYS_NFT_TABLE_H
#define GOAWAY_SYS_NFT_TABLE_H

#include "nft_chains.h"

/* What was heard of a transaction so far. */
enum { GA_CHANGES_MAX = 64 };
struct ga_changes {
	bool rules;    /* it changes rules */
	bool ours;     /* of our table */
	bool too_many; /* changes for `pending` */
	bool gone;     /* sets of what stands were taken away; not only by this one */
	size_t count;
	struct ga_change pending[GA_CHANGES_MAX];
};

/* What was asked ahead of time. It holds until anything else is said to the kernel. */
struct ga_foreseen {
	uint32_t seq; /* of the link, since */
	uint8_t version;
	struct ga_key request;
	bool open;
	struct ga_record record;
};

struct ga_table {
	struct ga_link link;
	struct ga_foreseen foreseen;
	struct mnl_socket *watch;
	struct ga_changes changes;
	uint8_t tag[GA_TAG_LEN];
	bool tagged; /* it was chosen */
	struct ga_kernel kernel;
	struct ga_table_config config; /* as set up, with lists of its own */
	struct ga_prefix_list exempt_sources, exempt_targets;
	bool want_all_services;	   /* at the next setup */
	bool stands;		   /* what does not is not made anew by this setup */
	bool ahead;		   /* ga_table_ahead */
	struct ga_devices offload; /* of flowtables, at setup */
	bool lost;		   /* ga_table_lost */
	uint64_t handle;	   /* the kernel's, of the one that was set up; 0: none was */
	char missed[NFT_TABLE_MAXNAMELEN]; /* ga_table_stay_away; "": none */
};

/* nft_setup.c: 1: there is an inet table of that name, with this handle of the kernel; 0: none; -errno. */
int ga_table_find(struct ga_table *table, const char *name, uint64_t *ret_handle);
/* 0, or -ENOENT where ours is to stay away. */
int ga_table_wanted(struct ga_table *table);
/* Have the rules that a drop of any service needs. 0 or -errno (-ENOENT: the table was taken away, and
 * it is not for this to make it anew). */
int ga_table_need_all_services(struct ga_table *table);
/* Do without them, if nothing needs them any more. 0 or -errno. */
int ga_table_spare_all_services(struct ga_table *table);
/* *ret: the kernel's set of this name, the caller's to free; NULL if there is none. 0 or -errno. */
int ga_set_find(struct ga_link *link, const char *name, struct nftnl_set **ret);

/* nft_install.c: the offences that an element of `record` remembers; all 0 if it is not ours. */
struct ga_element_seen;
struct ga_record ga_record_seen(const struct ga_element_seen *seen);
/* What an element of `grant` says was granted; false if it is not ours. */
bool ga_grant_seen(const struct ga_element_seen *seen, struct ga_service *service,
		   uint32_t *ret_lifetime_s);

/* nft_list.c: what an element of a set of drops or policings says; false if it is spoilt. */
bool ga_standing_seen(enum ga_set set, uint8_t version, const struct ga_element_seen *seen,
		      struct ga_standing *ret);

/* nft_changes.c: one notification. */
void ga_changes_hear(struct ga_changes *changes, const struct nlmsghdr *message,
		     ga_table_change each, void *context, struct ga_watched *watched);
void ga_changes_forget(struct ga_changes *changes);

/* nft_watch.c */
int ga_watch_open(struct ga_table *table);
void ga_watch_close(struct ga_table *table);
/* The interfaces of all flowtables of this machine. 0 or -errno (-E2BIG: there are more). */
int ga_flowtables(struct ga_link *link, struct ga_devices *ret);

/* nft_flows.c: forget NTP flows that have no helper. 0, or -errno (-EINVAL, -EOPNOTSUPP: the kernel
 * has no CONFIG_NF_CT_NETLINK); flows that stay end once their client pauses. */
int ga_flows_forget(struct ga_link *link);

/* An element to be added. */
struct ga_element {
	struct ga_key key;
	uint64_t timeout_ms;
	uint64_t left_ms;	  /* 0: all of it */
	const char *comment;	  /* NULL: none */
	const struct ga_key *grant; /* of a drop, where that has its grant; NULL: none */
	struct nftnl_expr *first; /* statements; owned by the message once built */
	struct nftnl_expr *second;
};

/* Append one element message: NFT_MSG_NEWSETELEM, or NFT_MSG_DELSETELEM by key alone. Returns the
 * number of the message in the batch. */
uint32_t ga_element_add(struct ga_batch *batch, enum ga_set set, uint8_t version,
			const struct ga_element *element, uint16_t flags);
uint32_t ga_element_delete(struct ga_batch *batch, enum ga_set set, uint8_t version,
			   const struct ga_key *key);
/* Add, delete, add: sets the lifetime whether the element was there or not (a plain re-add does
 * not before Linux 6.12). `build` makes the element anew, its statements included. Returns the
 * number of the first message. */
uint32_t ga_element_put(struct ga_batch *batch, enum ga_set set, uint8_t version,
			struct ga_element (*build)(const void *context), const void *context);

/* What a reply says of an element. */
struct ga_element_seen {
	const uint8_t *key;
	uint32_t key_len;
	uint64_t timeout_ms; /* 0: none */
	uint64_t left_ms;
	uint64_t packets;
	uint64_t bytes;
	bool counted;
	bool interval_end;
	uint32_t per_minute;
	uint32_t burst;
	char comment[128];   /* "" if none */
	struct ga_key grant; /* len 0: none */
};

/* Call `each` for every element of an element message. */
int ga_elements_read(const struct nlmsghdr *message, int (*each)(void *context,
								const struct ga_element_seen *),
		     void *context);

/* Ask for single elements of sets, all in one go. errors[i]: 0 or the errno of element i. */
#define GA_ASK_MAX 8
struct ga_element_ask {
	enum ga_set set;
	uint8_t version;
	struct ga_key key;
};
/* nft_grants.c: `grant` has what each complaint was granted, for as long as it stands, and at least
 * for GA_GRANT_S: longer than its cookie is good, or the same CONFIRM, late or doubled, would be
 * granted again. */
enum { GA_GRANT_S = 60 };
/* Lifetime 0: it is released. The kernel refuses it (EEXIST) if the complaint was granted before.
 * Returns the number of the message. */
uint32_t ga_grant_put(struct ga_batch *batch, const struct ga_message *complaint,
		      const struct ga_service *service, uint32_t lifetime_s);
/* The drop that has it goes: it is kept for GA_GRANT_S from now on. Nothing if `drop` has none. */
void ga_grant_put_aside(struct ga_batch *batch, const struct ga_service *service,
			const struct ga_element_seen *drop);
/* Gone afterwards whether it was there or not: a delete alone would refuse the whole batch. */
void ga_element_put_gone(struct ga_batch *batch, enum ga_set set, uint8_t version,
			 const struct ga_key *key);
/* Where a drop or policing is filed: in which set, under which key. */
struct ga_element_ask ga_place_of(enum ga_action action, const struct ga_service *service);
/* The statements that an element of such an action has. */
void ga_element_state(const struct ga_table *table, enum ga_action action, uint32_t per_minute,
		      uint32_t burst, struct ga_element *element);
/* nft_stopped.c: how long the pair of a service is in `stopped` still; 0: it is not there,
 * UINT64_MAX: without end. 0 or -errno. */
int ga_stopped_left(struct ga_table *table, const struct ga_service *service,
		    uint64_t *ret_left_ms);
/* The pair for so long (UINT64_MAX: without end), or for what is left of it if that is longer: it is
 * put there anew, for who makes room may have taken it away in the same batch. */
void ga_stopped_put(struct ga_batch *batch, const struct ga_service *service, uint64_t lifetime_ms,
		    uint64_t left_ms);
/* The kernel refuses it (EEXIST) if the pair is there. */
void ga_stopped_put_fresh(struct ga_batch *batch, const struct ga_service *service,
			  uint64_t lifetime_ms);
int ga_elements_ask(struct ga_link *link, const struct ga_element_ask *asks, uint32_t count,
		    int *errors, struct ga_element_seen *seen);

/* Ask for one. 1: *ret_seen is what the kernel has; 0: there is none; -errno, with ga_table_error. */
int ga_element_find(struct ga_table *table, const struct ga_element_ask *ask,
		    struct ga_element_seen *ret_seen);

/* Add the number of elements of a set to *count. 0 or -errno. */
int ga_elements_count(struct ga_link *link, enum ga_set set, uint8_t version, uint32_t *count);

/* Dump a whole set through `each`. -EINTR as ga_link_ask has it: the caller's to repeat. */
int ga_elements_dump(struct ga_link *link, enum ga_set set, uint8_t version,
		     int (*each)(void *context, uint32_t request, const struct nlmsghdr *reply),
		     void *context);

#endif
