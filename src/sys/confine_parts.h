/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goaway/confine.h is made of. Each: its bit of enum ga_confined, 0 if the build or the kernel
 * has no such thing, or -errno. */
#ifndef GOAWAY_SYS_CONFINE_PARTS_H
#define GOAWAY_SYS_CONFINE_PARTS_H

#include <goaway/confine.h>

int ga_confine_caps(bool warden, const struct ga_confine_user *user);
int ga_confine_calls_judge(void);
int ga_confine_calls_warden(void);

#endif
