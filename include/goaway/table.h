/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's half: `table inet goaway`, its sets, its rules, and the one
 * transaction that uses up a request and installs a drop.
 *
 * All calls return 0 (or a count) or -errno and leave their outputs alone on
 * failure; ga_table_error() then has a sentence for the operator that says what
 * the kernel said, and what would help. Not thread-safe; one link per thread.
 */
#ifndef GOAWAY_TABLE_H
#define GOAWAY_TABLE_H

#include <goaway/feature.h>
#include <goaway/order.h>

#define GA_TABLE_NAME "goaway"
#define GA_IFNAME_MAX 16

struct ga_table;

/* The kernel tells what it knows by the queue that it hands a packet to: the sum of these, from
 * `queue` on. */
enum ga_heard {
	GA_HEARD_USED_BEFORE = 1, /* an NTP answer whose nonce may have been that of an earlier request */
	GA_HEARD_GUESSED = 2,	  /* or somebody may be guessing at nonces of this pair */
	GA_HEARD_COUNT = 4
};

/* What the rules and sets are built from. */
struct ga_table_config {
	bool enforce;		     /* false: count, stop nothing */
	bool ingress_filter;	     /* BCP 38: drop what is forwarded from inside under another's address */
	bool probe_zero;	     /* policy.probe_zero: hand up DENY and RSTR without nonce */
	uint16_t queue;		     /* the first of GA_HEARD_COUNT NFQUEUE numbers */
	uint32_t drops;		     /* room of each drop and police set */
	uint32_t requests;	     /* room of each set of open requests */
	uint32_t request_rate;	     /* remembered for one source: a second, */
	uint32_t request_burst;	     /* and at once */
	uint32_t answer_within_s;    /* protocol.md section 2, test 2 */
	uint8_t class_num;	     /* RFC 4884 object class of Go Away */
	uint32_t complaint_rate;     /* GO-AWAY heard for one complainant: a second, */
	uint32_t complaints_in_all;  /* and for all of them */
	const struct ga_prefix_list *exempt_sources;
	const struct ga_prefix_list *exempt_targets;
};

/* Open a netlink socket to nf_tables. Needs CAP_NET_ADMIN only for changes (and, since Linux reads
 * them so, for lists): without it the calls fail with -EPERM. */
int ga_table_open(struct ga_table **ret);
void ga_table_close(struct ga_table *table);
const char *ga_table_error(const struct ga_table *table);

/* Create or bring up to date, in one transaction: rules replaced, drops, police, records, open
 * requests kept. Sets whose room or shape differs are made anew with what they held. */
int ga_table_setup(struct ga_table *table, const struct ga_table_config *config);

/* To be polled for reading: another program changed something on this machine. */
int ga_table_watch_fd(const struct ga_table *table);

/* True if a setup did not find a set that is to keep what it holds, or ga_table_watch heard that one went:
 * somebody has taken it away, or it is the first. A setup that failed may have made it all the same. So it
 * is true until ga_table_found says that what the set held is there again. */
bool ga_table_lost(const struct ga_table *table);
void ga_table_found(struct ga_table *table);

/* 1: there is an inet table of that name; 0: none; -errno. */
int ga_table_other(struct ga_table *table, const char *name);

/* While there is no inet table of that name, nothing makes ours nor installs anything (-ENOENT, said), until
 * told so again with "". */
void ga_table_stay_away(struct ga_table *table, const char *other);

/* Whether the kernel can do that, by trying: 0; -EPERM: not permitted to try; else -errno. Nothing
 * stays of it, no other program is told. */
int ga_table_try(struct ga_table *table, const struct ga_table_config *config,
		 enum ga_feature feature);

/* Take the table and all in it away. -ENOENT if there is none; -EAGAIN: it is away, but what it used of
 * the kernel is still held: once more, soon. */
int ga_table_remove(struct ga_table *table);

/* Replace the contents of set `uplinks`. */
int ga_table_set_uplinks(struct ga_table *table, const char (*names)[GA_IFNAME_MAX], size_t count);

/* Ask now what ga_table_recall will be asked of `answer` next: if nothing else is said to the kernel in
 * between, it need not ask again. What fails is asked again. */
void ga_table_foresee(struct ga_table *table, const struct ga_sighting *answer);

/* Whether the request that `answer` answers is still open, and the offences of this pair. */
int ga_table_recall(struct ga_table *table, const struct ga_sighting *answer, bool *ret_open,
		    struct ga_record *ret_record);

/* 1: a request of this pair was over the limits of its source lately, and so was not remembered; 0;
 * -errno. */
int ga_table_overlooked(struct ga_table *table, const struct ga_flow *flow);

/* The offences of a service alone, all 0 if none is remembered. */
int ga_table_recall_record(struct ga_table *table, const struct ga_service *service,
			   struct ga_record *ret);

/* What this very complaint and cookie were granted, whatever service is quoted (protocol 0: all of
 * the host; lifetime 0: it was released); -ENOENT if nothing was, or it has ended. */
int ga_table_granted(struct ga_table *table, const struct ga_message *message,
		     struct ga_service *ret_service, uint32_t *ret_lifetime_s);

/* Lift `service`, that this complaint and cookie were granted; they are used up all the same. alone:
 * no other drop of this source and target stands. -ENOENT. */
int ga_table_release(struct ga_table *table, const struct ga_message *message,
		     const struct ga_service *service, bool alone);

/* This edge's tag, GA_TAG_LEN octets: chosen once, kept in the table. Valid after setup. */
const uint8_t *ga_table_tag(const struct ga_table *table);

/* Carry out orders, each in one transaction; several in one for all of them, if the kernel takes it so.
 * Of several each is of a request, and of another pair; what stops something is fresh, and evicts
 * nobody. One that stops nothing is of a request that ga_table_recall has found open. done: one for
 * each. */
void ga_table_install(struct ga_table *table, const struct ga_order *orders, size_t count,
		      struct ga_done *done);

/* Mark a probe: -EEXIST if this pair was probed within the hour. Answers to it from then on reach
 * the daemon or nobody. */
int ga_table_mark_probe(struct ga_table *table, const struct ga_flow *flow);

/* Milliseconds until the source will have been silent towards the target for 64 s, as far as is
 * known now; 0: it is. */
int ga_table_quiet_in(struct ga_table *table, const struct ga_flow *flow);

/* One standing drop or policing. */
struct ga_standing {
	enum ga_action action; /* DROP or POLICE */
	struct ga_service service;
	uint64_t lifetime_ms; /* as installed; 0: for ever (put there by hand) */
	uint64_t left_ms;
	uint64_t packets; /* thrown away; for POLICE only where the kernel counts them (5.12) */
	uint64_t bytes;
	bool counted;
	uint32_t per_minute; /* POLICE */
	uint32_t burst;
	char why[GA_WHY_MAX]; /* the element's comment, cut if longer */
};

/* Call `each` for every standing drop and policing, in the kernel's order. A return other than 0
 * from `each` stops and is returned. -ENOENT: there is no table. -EINTR: `each` was called for all
 * that was found, but a set changed meanwhile: some of it may be missing, or told twice. A dump goes on
 * where it counted to, and nobody is told when the kernel makes a set larger meanwhile, which has another
 * order: then something is told twice for all that is left out (nft_rhash_walk(), nf_tables_dump_set()). */
int ga_table_list(struct ga_table *table, int (*each)(void *context, const struct ga_standing *),
		  void *context);

enum { GA_LOOK_MAX = 8 };

/* Fill in what the kernel knows of these, at most GA_LOOK_MAX, of which action and service are set;
 * the action of one that does not stand becomes NONE. 0 or -errno. */
int ga_table_look(struct ga_table *table, struct ga_standing *standings, size_t count);

/* The same of all offences that are remembered. */
int ga_table_records(struct ga_table *table,
		     int (*each)(void *context, const struct ga_service *,
				 const struct ga_record *),
		     void *context);

/* An open request. */
struct ga_asked {
	struct ga_flow flow;
	uint64_t nonce;
	uint32_t left_ms;
};

/* The same of all open requests. */
int ga_table_requests(struct ga_table *table, int (*each)(void *context, const struct ga_asked *),
		      void *context);

/* A complaint that was granted. Its cookie is told to nobody: who has it can take the grant back. */
struct ga_grant {
	struct ga_service service;
	uint64_t complaint;
	uint32_t lifetime_s; /* as granted */
	uint32_t left_s;     /* until it is forgotten: never before the drop ends */
};

/* The same of all grants. */
int ga_table_grants(struct ga_table *table, int (*each)(void *context, const struct ga_grant *),
		    void *context);

/* Addresses that are exempt, both ends included: a prefix, unless somebody else put it there. */
struct ga_exempt_range {
	bool of_targets; /* else of sources */
	struct ga_addr first;
	struct ga_addr last;
};

/* The same of all exemptions in force; -E2BIG: there are more than the settings allow. */
int ga_table_exempt(struct ga_table *table,
		    int (*each)(void *context, const struct ga_exempt_range *), void *context);

/* 1: somebody is guessing at the nonces of this pair, and for how long that is remembered still;
 * 0: nobody is. */
int ga_table_guessed(struct ga_table *table, const struct ga_addr *source,
		     const struct ga_addr *target, uint32_t *ret_left_s);

/* Put back what stood before somebody took the table or its sets away: what is left of it, under the
 * same comment, its counts lost. What stands already may be among it. Returns how many of `count` stand
 * again; for the others ga_table_error says why of the last. again: that is no want of room, but the
 * table was touched again meanwhile, or the kernel's answers lost: all of it is to be set up and put back
 * once more. */
size_t ga_table_restore(struct ga_table *table, const struct ga_standing *standing, size_t count,
			bool *ret_again);
struct ga_offence {
	struct ga_service service;
	struct ga_record record; /* with its age and what is left of it */
};
size_t ga_table_restore_offences(struct ga_table *table, const struct ga_offence *offences,
				 size_t count, bool *ret_again);

/* Something that another program did. */
struct ga_change {
	bool lifted; /* else added, or given a new end */
	struct ga_standing standing; /* as it was, or is now */
	char by[GA_BY_MAX]; /* "nft[1234]": program and process */
};
typedef void (*ga_table_change)(void *context, const struct ga_change *change);

/* What else there is to do. */
struct ga_watched {
	bool rules; /* ga_table_setup would now make other rules, or ours may not be what they were */
	bool ours;  /* somebody touched our table */
	bool lost;  /* more was changed than was handed on: read again what stands */
	char by[GA_BY_MAX]; /* who changed something last; "" if it is not known */
};

/* Drain what was heard there. `each` is called for what others did to drops and policings, once it
 * is done, and may use the table. 0 or -errno. */
int ga_table_watch(struct ga_table *table, ga_table_change each, void *context,
		   struct ga_watched *ret);

/* Call `each` for every named counter of the table. */
int ga_table_counters(struct ga_table *table,
		      int (*each)(void *context, const char *name, uint64_t packets, uint64_t bytes),
		      void *context);

/* Whether packets are looked up ahead of connection tracking, too. As the daemon before us had it, until
 * that is set: from then on. 0 or -errno. */
bool ga_table_ahead(const struct ga_table *table);
int ga_table_set_ahead(struct ga_table *table, bool ahead);

/* Number and room of elements in a set by name ("drop_service4"). -ENOENT. */
int ga_table_set_room(struct ga_table *table, const char *set, uint32_t *ret_used,
		      uint32_t *ret_size);

/* Remove a standing drop or policing and the record of its offences. -ENOENT: it does not stand; its
 * record is gone all the same. */
int ga_table_lift(struct ga_table *table, enum ga_action action, const struct ga_service *service);

/* No drop of this source and target stands any more: look none of its packets up. */
int ga_table_forget_pair(struct ga_table *table, const struct ga_service *service);

/* The same of all pairs that are not needed: who lifted their drops could not know of others of the
 * pair, or nobody heard of it. If no other was left, the rules that look pairs up go too. 0 or -errno. */
int ga_table_forget_pairs(struct ga_table *table,
			  bool (*is_needed)(void *context, const struct ga_service *pair),
			  void *context);

#endif
