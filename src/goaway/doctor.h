/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * goaway doctor: what its checks share. Each looks at one thing, and says for each
 * finding how bad it is, what was found and what to do about it.
 */
#ifndef GOAWAY_DOCTOR_H
#define GOAWAY_DOCTOR_H

#include <goaway/config.h>
#include <goaway/machine.h>

#include <stdio.h>

enum ga_state {
	GA_STATE_GOOD,
	GA_STATE_NOTE,	  /* good to know */
	GA_STATE_WARNING, /* some of it does not work, or will not */
	GA_STATE_BAD,	  /* something must be done */
	GA_STATE_UNKNOWN, /* it could not be looked at */
	GA_STATE_COUNT
};

/* Whose words remedies are in. */
enum ga_system { GA_SYSTEM_OTHER, GA_SYSTEM_DEBIAN, GA_SYSTEM_OPENWRT };

enum { GA_FINDINGS_OF_CHECK = 16, GA_FOUND_MAX = 320, GA_REMEDY_MAX = 480 };

struct ga_finding {
	const char *check;
	enum ga_state state;
	char found[GA_FOUND_MAX];
	char remedy[GA_REMEDY_MAX]; /* "": nothing need be done */
};

struct ga_doctor {
	const char *config_path;
	const char *settings; /* where they are changed: there, but where that is made of UCI's */
	bool config_named;
	struct ga_config config; /* the defaults if it has faults */
	struct ga_table_config table_config;
	struct ga_table *table; /* NULL: it may not be opened, table_error says why */
	int table_error;
	char uplinks[2 * GA_UPLINKS_MAX][GA_IFNAME_MAX]; /* found, then named */
	size_t uplink_count;
	int uplink_error;
	uint64_t forwards4, forwards6; /* 0: not */
	int forwards_error;
	enum ga_system system;
	bool not_permitted; /* something could not be looked at for lack of a privilege */
	const char *check;  /* that runs, */
	size_t first;	    /* its first finding, */
	unsigned left_out;  /* and how many of it there was no room for */
	struct ga_finding *findings;
	size_t count;
};

/* What the running check has found. Over GA_FINDINGS_OF_CHECK they are only counted, in the last.
 */
__attribute__((format(printf, 3, 4))) void ga_found(struct ga_doctor *doctor, enum ga_state state,
						    const char *format, ...);
/* What to do about the last finding; may be called again to add to it. */
__attribute__((format(printf, 2, 3))) void ga_remedy(struct ga_doctor *doctor, const char *format,
						     ...);
/* `what` could not be looked at. */
void ga_unseen(struct ga_doctor *doctor, int error, const char *what);

/* How `service goawayd VERB` is said here. */
const char *ga_service_verb(const struct ga_doctor *doctor, const char *verb, char *buf,
			    size_t size);

void ga_findings_print(const struct ga_finding *findings, size_t count, FILE *file);
int ga_findings_json(const struct ga_finding *findings, size_t count, FILE *file);

/* doctor_kernel.c */
void ga_check_kernel(struct ga_doctor *doctor);
void ga_check_nf_tables(struct ga_doctor *doctor);
void ga_check_queue(struct ga_doctor *doctor);
void ga_check_permissions(struct ga_doctor *doctor);

/* doctor_network.c */
void ga_check_uplinks(struct ga_doctor *doctor);
void ga_check_forwarding(struct ga_doctor *doctor);
void ga_check_rp_filter(struct ga_doctor *doctor);
void ga_check_bridges(struct ga_doctor *doctor);
void ga_check_conntrack(struct ga_doctor *doctor);
void ga_check_offload(struct ga_doctor *doctor);

/* doctor_rules.c */
void ga_check_rules(struct ga_doctor *doctor);
void ga_check_iptables(struct ga_doctor *doctor);

/* doctor_daemon.c */
void ga_check_config(struct ga_doctor *doctor);
void ga_check_daemon(struct ga_doctor *doctor);
void ga_check_table(struct ga_doctor *doctor);
void ga_check_control(struct ga_doctor *doctor);

/* doctor_machine.c */
void ga_check_clock(struct ga_doctor *doctor);
void ga_check_memory(struct ga_doctor *doctor);

/* doctor_kernel.c: what the kernel has is tried, or read where it may not be. True if it is there;
 * else that was told, as `state`, with what to do. */
bool ga_feature_there(struct ga_doctor *doctor, enum ga_feature feature, enum ga_state state);

#endif
