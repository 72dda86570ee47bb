/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may touch what (the head of src/goawayd/docket.h). Each call gives up for
 * good what its process does not need; what the build or this kernel cannot
 * give up is no error, but told in the mask.
 */
#ifndef GOAWAY_CONFINE_H
#define GOAWAY_CONFINE_H

#include <stdbool.h>
#include <stdint.h>

enum ga_confined {
	GA_CONFINED_CAPABILITIES = 1, /* none, or the two that the warden keeps */
	GA_CONFINED_CALLS = 2,	      /* a list of system calls (seccomp) */
	GA_CONFINED_USER = 4,	      /* root's files: it is another user */
};

/* Whom a warden becomes that root has started, in /etc/passwd. */
#define GA_CONFINE_USER "goaway"

struct ga_confine_user {
	uint32_t uid;
	uint32_t gid; /* that user's own; no others are kept */
};

/* Whom ga_confine_warden can make of this process; false: it is not root, there is no such user, his
 * numbers are not mapped in its user namespace, or it lacks what that takes (CAP_SETUID, CAP_SETGID, a
 * build with libcap-ng). */
bool ga_confine_user(struct ga_confine_user *ret);

/* The judge: no capability, no new privilege, no new descriptor, process or file; of system calls
 * those that receive, send and end. Any other kills it. Returns a mask of enum ga_confined, or
 * -errno. */
int ga_confine_judge(void);

/* The warden: CAP_NET_ADMIN and CAP_NET_RAW; no new privilege; system calls beyond its list fail
 * with EPERM. It can still start judges, and read its configuration again. `user`: whom it becomes,
 * and so is every judge that it starts; NULL: it stays who it is. */
int ga_confine_warden(const struct ga_confine_user *user);

#endif
