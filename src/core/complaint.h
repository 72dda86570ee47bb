/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a complainant knows about one source, and does about it; who shares its
 * memory and time among sources is complainant.c.
 */
#ifndef GOAWAY_CORE_COMPLAINT_H
#define GOAWAY_CORE_COMPLAINT_H

#include <goaway/complainant.h>

/* GO-AWAYs of a complaint, and CONFIRMs of one cookie: the first, then after 1, 2, 4 s. */
enum { GA_TRIES = 4, GA_COOKIES = 4 };

/* The first octets of an offending packet, and what they say. */
struct ga_quoted {
	struct ga_quote quote;
	uint8_t octets[GA_QUOTE_LEN];
	size_t len;
};

/* A GO-AWAY that was sent. Outlives its complaint, for answers that are under way. */
struct ga_try {
	bool sent;
	uint64_t complaint;
	uint64_t sent_ns;
	struct ga_wish wish;
	struct ga_quoted about; /* newer ones of the same service take its place */
};

struct ga_confirmed {
	uint8_t cookie[GA_COOKIE_LEN];
	uint32_t try; /* which it confirms */
	uint32_t sent;
	uint64_t due_ns; /* when to send again, or to give up; 0: it was answered, or given up */
	bool answered;
	bool granted;
};

struct ga_grant {
	bool held;
	enum ga_scope scope;
	uint64_t since_ns;
	struct ga_quoted about;
};

struct ga_case {
	struct ga_complaint told; /* what others may know */
	struct ga_wish wish;
	struct ga_quoted newest; /* while a complaint is open: of its scope */
	uint32_t try_count;	 /* of the open complaint */
	uint32_t next_try;	 /* the oldest of all, to be used next */
	uint32_t cookie_count;
	uint64_t repeat_ns;  /* when to send GO-AWAY again, or to give up; 0: no need to */
	uint64_t limited_ns; /* no GO-AWAY before */
	uint64_t hold_ns;    /* no new complaint before */
	struct ga_try tries[GA_TRIES];
	struct ga_confirmed cookies[GA_COOKIES];
	struct ga_grant grant; /* the last one */
};

/* By what a case speaks, and when. */
struct ga_voice {
	uint64_t now_ns;
	uint8_t class_num;
	uint64_t (*random)(void);
	ga_complainant_send send;
	void *context;
};

#define GA_SECOND_NS UINT64_C(1000000000)

/* Where nobody answers, or somebody says no: so long nothing more is asked about the source. */
enum { GA_HOLD_S = 60 };

static inline uint64_t ga_after(uint64_t now_ns, unsigned seconds)
{
	return now_ns + seconds * GA_SECOND_NS;
}

/* Send each for the first time or once more, and note when it is due again (complaint_run.c). */
int ga_case_go_away(struct ga_case *subject, const struct ga_voice *voice); /* 0 or -errno */
void ga_case_confirm(struct ga_case *subject, const struct ga_voice *voice,
		     struct ga_confirmed *cookie);

/* When a case wants ga_case_run; 0: it is finished. */
uint64_t ga_case_due(const struct ga_case *subject);
void ga_case_run(struct ga_case *subject, const struct ga_voice *voice);

void ga_case_offended(struct ga_case *subject, const struct ga_voice *voice,
		      const struct ga_quoted *quoted, const struct ga_wish *wish);
enum ga_reason ga_case_challenged(struct ga_case *subject, const struct ga_voice *voice,
				  const struct ga_message *challenge);
enum ga_reason ga_case_answered(struct ga_case *subject, const struct ga_voice *voice,
				const struct ga_message *result);

#endif
