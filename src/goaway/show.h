/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `goaway show` tells of a pair: a card for people, one object of JSON for programs, section
 * by section.
 */
#ifndef GOAWAY_SHOW_H
#define GOAWAY_SHOW_H

#include "drops.h"

struct ga_card {
	struct ga_addr source;
	struct ga_addr target;
	bool json;
	bool colours;
	FILE *file;
	const char *socket; /* of the daemon, for who may not read the kernel; NULL: the usual one */
	const char *section;
	unsigned told;	     /* in this section */
	bool stands;	     /* something does */
	struct ga_grid grid; /* how JSON has what stands */
};

/* Whose card it is; what ends it. */
void ga_card_begin(struct ga_card *card);
void ga_card_end(struct ga_card *card);

/* A section of the card, a list of the object; what the card says where nothing was told in it. */
void ga_card_section(struct ga_card *card, const char *title, const char *member);
void ga_card_section_end(struct ga_card *card, const char *none);
/* A section that only the kernel could fill: null. */
void ga_card_section_unknown(struct ga_card *card, const char *title, const char *member);

/* What stands between the two. */
void ga_card_standing(struct ga_card *card, const struct ga_standing *standing);

/* For ga_table_records, ga_table_grants, ga_table_requests: those of other pairs are left out. */
int ga_card_record(void *card, const struct ga_service *service, const struct ga_record *record);
int ga_card_grant(void *card, const struct ga_grant *grant);
int ga_card_request(void *card, const struct ga_asked *asked);

/* Exempt by these addresses, those of the target or else of the source; NULL: it is not. */
void ga_card_exempt(struct ga_card *card, bool of_target, const char *addresses);

/* Somebody is guessing, and for how long still; 0: that is not known. */
void ga_card_guessed(struct ga_card *card, bool guessed, uint32_t left_s);

#endif
