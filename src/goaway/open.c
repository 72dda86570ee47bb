/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table, and what is said where it cannot be had. */
#include "goaway.h"

#include <errno.h>
#include <string.h>

enum ga_exit ga_failed(const struct ga_table *table, int error, const char *doing)
{
	const char *sentence = table ? ga_table_error(table) : NULL;

	switch (-error) {
	case ENOENT:
		ga_say("there is no table inet " GA_TABLE_NAME
		       "; goawayd makes it: start it, as with 'systemctl start goawayd', "
		       "or where it runs see 'goaway doctor'");
		return GA_EXIT_ABSENT;
	case EPERM:
	case EACCES:
		ga_say("not permitted to %s; run it as root, or with CAP_NET_ADMIN", doing);
		return GA_EXIT_PERMISSION;
	default:
		ga_say("cannot %s: %s", doing, sentence && *sentence ? sentence : strerror(-error));
		return GA_EXIT_REFUSED;
	}
}

enum ga_exit ga_open(struct ga_table **ret)
{
	int error = ga_table_open(ret);

	return error < 0 ? ga_failed(NULL, error, "talk to nftables") : GA_EXIT_OK;
}
