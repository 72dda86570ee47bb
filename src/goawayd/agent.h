/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon is made of. Composed in main.c, fed by loop.c; a frame's way
 * through it is pipeline.c.
 */
#ifndef GOAWAYD_AGENT_H
#define GOAWAYD_AGENT_H

#include "docket.h"

#include <goaway/capture.h>
#include <goaway/config.h>
#include <goaway/cookie.h>
#include <goaway/history.h>
#include <goaway/notify.h>
#include <goaway/offences.h>
#include <goaway/probe.h>
#include <goaway/raw.h>
#include <goaway/room.h>
#include <goaway/table.h>
#include <goaway/uplinks.h>

/*
 * The clocks, read once a wake-up. While the machine sleeps the kernel's timeouts stand still: those of
 * sets count jiffies, which follow CLOCK_MONOTONIC (tick_do_update_jiffies64()), and so do the loop's
 * timers. All dates of ours are by that clock, or a mirror would know of ends that are none. What was
 * proven once and is told of goes by the other: nobody may bring a cookie after hours of sleep.
 */
struct ga_now {
	uint64_t ns;	  /* CLOCK_MONOTONIC: when something ends, or is due */
	uint64_t boot_ns; /* CLOCK_BOOTTIME: how old a cookie is; what is told, and how often */
	int64_t wall_s;	  /* CLOCK_REALTIME, however wrong */
};

/* The first of two dates; 0: none. */
static inline uint64_t ga_sooner(uint64_t a_ns, uint64_t b_ns)
{
	return a_ns && (a_ns < b_ns || !b_ns) ? a_ns : b_ns;
}

enum { GA_PROBES_MAX = 64 };

/* A complaint about requests without nonce, to be proven by a request of our own. */
struct ga_candidate {
	struct ga_flow flow; /* source_port: of our own request, once sent */
	enum ga_signal signal;
	uint32_t ifindex;    /* the complaint came in by it */
	uint64_t nonce;	     /* 0: not sent yet */
	uint64_t end_ns;     /* given up, or not answered */
	bool used;
};

/* Who hears of every event as it is told. No tell: nobody. */
struct ga_follower {
	void (*tell)(void *context, const struct ga_event *event);
	void *context;
};

struct ga_desk;

/* pipeline.c: orders that go to the kernel in one transaction, of as many rulings at most. */
enum { GA_LOT_MAX = 16 };
struct ga_lot {
	size_t count;
	struct ga_order orders[GA_LOT_MAX];
};

/* healing.c: how many drops and policings there were to be put back, and how many stand again. */
struct ga_healed {
	size_t total;
	size_t restored;
};

/* notifying.c */
struct ga_notifying {
	struct ga_notify *notify; /* NULL: nobody wants to know */
	bool ready;
	bool unheard;	    /* it is not reached, and we have told so */
	char told[96];	    /* the last status */
	uint64_t last_ns;   /* when that was */
	uint64_t status_ns; /* when to tell another one; 0: it is as it was */
	uint64_t alive_ns;  /* when to say that we live; 0: nobody asks */
};

struct ga_agent {
	const char *config_path;
	bool config_named; /* on the command line: must exist */
	struct ga_config config;
	struct ga_table *table;
	struct ga_uplinks *uplinks;
	char uplink_names[2 * GA_UPLINKS_MAX][GA_IFNAME_MAX];
	size_t uplink_count;
	bool uplinks_due; /* the kernel does not have them yet, nor were they told */
	struct ga_capture *lock;
	struct ga_capture *capture;
	struct ga_docket docket;
	struct ga_lot lot;
	unsigned confined; /* mask of enum ga_confined: the warden's, */
	unsigned judge_confined; /* and the judge's, as it says */
	struct ga_room *room;
	uint64_t rooms; /* made so far */
	struct ga_offences *offences; /* mirror of the records */
	uint64_t offences_due_ns;     /* 0, or they are to be read */
	bool out;		      /* the table that we follow is not there: filtering is off */
	struct ga_healed healed;      /* by the last setup */
	uint64_t healed_ns;	      /* when rules were made anew last, and as long again as that took */
	uint64_t heal_due_ns;	      /* when they are to be next; 0: they are good */
	struct ga_watched touched;    /* since then; lost: what stands is to be read again */
	uint64_t touched_ns;	      /* when others touched ours last while what we follow was there; 0: never */
	uint64_t rush_due_ns;	      /* when to look how much is dropped; 0: not yet */
	uint64_t dropped;	      /* packets so far, when that was looked at last */
	struct ga_raw *raw;
	struct ga_desk *desk; /* control.h */
	struct ga_cookie_jar jar;
	struct ga_candidate candidates[GA_PROBES_MAX];
	struct ga_now now;
	struct ga_history history;
	struct ga_follower follower;
	struct ga_notifying notifying;
	uint64_t started_ns;
	int64_t started_s; /* by the wall clock: control_status.c */
	uint64_t heard;
	uint64_t reasons[GA_REASON_COUNT];
	uint64_t outcomes[GA_OUTCOME_COUNT];
	uint64_t table_errors;
	uint64_t send_errors;
	uint64_t challenges;
	uint64_t results[8]; /* by status */
};

/* agent.c: the one daemon of this network namespace, until the lock is closed. 0; -EBUSY: another one
 * is, or CAP_NET_ADMIN is missing; -errno, which is told. */
int ga_agent_lock(struct ga_capture **ret_lock);
/* Everything up, in the order in which it may be needed; told if not. 0 or -errno. */
int ga_agent_start(struct ga_agent *agent);
void ga_agent_stop(struct ga_agent *agent);
/* Read the configuration again. A bad file leaves all as it was, and says so: each fault through
 * `complain`. 0 or -errno. */
int ga_agent_reload(struct ga_agent *agent, void (*complain)(void *context, const char *line),
		    void *context);
/* A fault of the configuration, to where lines go. */
void ga_agent_complain(void *context, const char *line);
/* Until the next reload, as `by` wants it. 0 or -errno. */
int ga_agent_set_mode(struct ga_agent *agent, bool enforce, const char *by);
/* When ga_agent_run has something to do by itself: CLOCK_MONOTONIC; 0: never. */
uint64_t ga_agent_due(const struct ga_agent *agent);
void ga_agent_run(struct ga_agent *agent);
/* The table could not be read or changed: counted and told. */
void ga_agent_table_failed(struct ga_agent *agent);
void ga_agent_tell_counters(const struct ga_agent *agent);

/* upkeep.c: find what leads outside, make the rules that `config` wants, and put back what somebody took
 * away. 0, or -errno, told. */
int ga_upkeep_setup(struct ga_agent *agent, const struct ga_config *config);
/* Other interfaces may lead outside now. */
void ga_upkeep_uplinks(struct ga_agent *agent);
/* Others changed something on this machine: our rules may have to follow, or drops came and went. */
void ga_upkeep_changes(struct ga_agent *agent);
/* The same, but what there is to do is done soon. */
void ga_upkeep_hear(struct ga_agent *agent);
/* Something was left undone, or is not known to be done: soon, the table is set up and read again. */
void ga_upkeep_again(struct ga_agent *agent);
void ga_upkeep_run(struct ga_agent *agent);
/* Nobody mends it later: the mirror ends. */
void ga_upkeep_end(struct ga_agent *agent);

/* standing.c: make the mirror of what stands anew, of the size that the configuration says. What is
 * other than in the one before was done by `by` ("": somebody), and is told. 0, or -errno, told: the
 * mirror is as it was. */
int ga_standing_read(struct ga_agent *agent, const char *by);
/* For ga_table_watch. */
void ga_standing_changed(void *agent, const struct ga_change *change);
/* It was lifted: forget it, and its pair if that was the last of it. */
void ga_standing_gone(struct ga_agent *agent, enum ga_action action,
		      const struct ga_service *service);
/* Look at what ends soon, and tell of what has ended. */
void ga_standing_run(struct ga_agent *agent);
/* What the kernel has of it now. 0; -ENOENT: it does not stand; -errno. */
int ga_standing_look(struct ga_table *table, enum ga_action action,
		     const struct ga_service *service, struct ga_standing *ret);
/* One as the mirror has it: nothing is counted, and nothing left of what has ended. */
struct ga_standing ga_standing_held(const struct ga_held *held, uint64_t now_ns);
/* So near to its end that, if it does not stand, it has ended. */
bool ga_standing_is_over(const struct ga_standing *standing);
/* An event about something that stands, or stood until now, as the kernel had it. */
struct ga_event ga_standing_event(enum ga_event_kind kind, const struct ga_standing *standing);

/* healing.c: the mirror that is put back when somebody takes the table away. */
/* One that is in the room, as the kernel has it; as it was just ordered, with its offence. */
void ga_heal_keep(struct ga_agent *agent, const struct ga_standing *standing);
void ga_heal_keep_order(struct ga_agent *agent, const struct ga_order *order);
/* Offences that were forgiven. */
void ga_heal_forgive(struct ga_agent *agent, const struct ga_service *service);
/* Have the offences read that the kernel has. 0 or -ENOMEM. */
int ga_heal_begin(struct ga_agent *agent);
/* Read them, into a mirror of the size that the configuration says; else it is as it was. */
void ga_heal_read(struct ga_agent *agent);
/* Put back what is in the mirrors. False: once more, after the table was set up again. */
bool ga_heal(struct ga_agent *agent, struct ga_healed *ret);

/* rushing.c: while drops stand, see whether so much is dropped that it is to be dropped sooner. */
uint64_t ga_rushing_due(const struct ga_agent *agent);
void ga_rushing_run(struct ga_agent *agent);

/* notifying.c: tell the supervisor that all is up; that it is being read again, and then, by
 * ga_notifying_ready, that it is up once more; that we end. */
void ga_notifying_ready(struct ga_agent *agent);
void ga_notifying_reload(struct ga_agent *agent);
void ga_notifying_stop(struct ga_agent *agent);
/* The status may be another one: ga_notifying_run sees to it. */
void ga_notifying_changed(struct ga_agent *agent);
uint64_t ga_notifying_due(const struct ga_agent *agent);
void ga_notifying_run(struct ga_agent *agent);

/* telling.c */
/* What happened to the daemon itself: why, with `error` (errno) if it went wrong. */
void ga_agent_tell_state(struct ga_agent *agent, enum ga_event_kind kind, int error,
			 const char *format, ...) __attribute__((format(printf, 4, 5)));
/* What became of an order. */
void ga_agent_tell_order(struct ga_agent *agent, const struct ga_order *order,
			 enum ga_outcome outcome, int error);
/* Number the event and stamp it with agent->now, keep it in the history, tell the log and
 * who follows. */
void ga_agent_tell(struct ga_agent *agent, struct ga_event *event);

/* pipeline.c: ask the kernel what it will be asked if the judge says yes. */
void ga_pipeline_foresee(struct ga_agent *agent, const struct ga_case *one);
/* What comes of a case that was ruled on. False if the frame is to be kept from its
 * destination. What is ordered may wait for others until ga_pipeline_commit, which is due after
 * GA_LOT_MAX cases. */
bool ga_pipeline(struct ga_agent *agent, const struct ga_case *one, enum ga_reason reason);
/* Carry out what waits, and tell what became of it. */
void ga_pipeline_commit(struct ga_agent *agent);
/* Carry out an order that has a proof, and tell what became of it. */
enum ga_outcome ga_pipeline_install(struct ga_agent *agent, struct ga_order *order);

/* handshake.c: the way of a Go Away message, with the edge's answers. */
bool ga_handshake(struct ga_agent *agent, uint32_t ifindex, const struct ga_message *message);

/* probing.c */
void ga_probing_add(struct ga_agent *agent, const struct ga_order *order);
/* The answer to a probe of ours: the candidate it was sent for is done. */
bool ga_probing_answered(struct ga_agent *agent, const struct ga_sighting *answer);
/* Send what is due. Returns true while there are candidates. */
bool ga_probing_run(struct ga_agent *agent);

/* loop.c: until a signal ends it. */
int ga_loop_run(struct ga_agent *agent);
struct ga_now ga_loop_now(void);

#endif
