/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): a datagram
 * with a field on each line. Spoken here and not by sd_journal_sendv(), which
 * waits for as long as nobody reads: a journal that hangs must not hang us.
 */
#include "tell_sinks.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

enum { DATAGRAM_MAX = 8192 };

/* To find all events of a kind (MESSAGE_ID=): for ever the same. */
static const char *const message_ids[] = {
	[GA_EVENT_BELIEVED] = "68e885b75d474eb68ec7239754531460",
	[GA_EVENT_INSTALLED] = "089f382383f340f49b6ccb7442a2bcec",
	[GA_EVENT_OBSERVED] = "29a6c14de14a465492f6f7d9936ce8b8",
	[GA_EVENT_REFUSED] = "8321d351b38344cbbda3e585f48cccf5",
	[GA_EVENT_LIFTED] = "bffe843697f44ef699e5a2efd4e96fc3",
	[GA_EVENT_RELEASED] = "3e8a801c1c394ae2acc4b61b28bbc42f",
	[GA_EVENT_EXPIRED] = "ef1c376ca27640eca269c4df0439dd70",
	[GA_EVENT_EVICTED] = "0660940d879845af86650eef51e0bd26",
	[GA_EVENT_ADDED] = "a58ae715f670427a86b58daea57b645d",
	[GA_EVENT_MODE] = "e5d35073065a44819d9b7e99fd32778d",
	[GA_EVENT_RELOAD] = "6c03956573fc4e6285a0f3be5885ad6a",
	[GA_EVENT_UPLINKS] = "4480fa45031a4854b4db0fa9dd515d67",
	[GA_EVENT_TABLE] = "b6d7fde8252745b8aaaabfd71f05ceab",
	[GA_EVENT_PROBE] = "a5dcf56416a546fd98a5494e9fe2b108",
	[GA_EVENT_JUDGE] = "c65c338c261449aeace644b6de080a3a",
	[GA_EVENT_CLIENT] = "28bbc9c4b299413686d72f38e69faa34",
	[GA_EVENT_START] = "970cef7030ca43ff9fdc535a40d69076",
	[GA_EVENT_STOP] = "2aea2c79a467440983e498f0560fd054",
};
_Static_assert(sizeof(message_ids) / sizeof(message_ids[0]) == GA_EVENT_COUNT,
	       "each kind has an id");

static int journal = -1;

/* Whose standard error is the journal is told by its number (systemd.exec(5)); it may have been
 * redirected since. */
static bool is_stderr_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat standing;

	return stream && sscanf(stream, "%" SCNuMAX ":%" SCNuMAX, &device, &inode) == 2 &&
	       !fstat(STDERR_FILENO, &standing) && standing.st_dev == device &&
	       standing.st_ino == inode;
}

bool ga_journal_open(void)
{
	if (journal >= 0)
		close(journal);
	journal = -1;
	if (is_stderr_journal() && !access(JOURNAL_SOCKET, W_OK))
		journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return journal >= 0;
}

struct datagram {
	size_t len;
	char octets[DATAGRAM_MAX];
};

/* A field that finds no room is left out. */
__attribute__((format(printf, 2, 3))) static void put(struct datagram *datagram,
						      const char *format, ...)
{
	size_t room = sizeof(datagram->octets) - datagram->len;
	va_list args;

	va_start(args, format);
	int n = vsnprintf(datagram->octets + datagram->len, room, format, args);
	va_end(args);
	if (n > 0 && (size_t)n < room)
		datagram->len += (size_t)n;
}

/* GOAWAY_SOURCE=10.0.0.2 */
static void put_field(struct datagram *datagram, const struct ga_event *event,
		      enum ga_event_field field)
{
	const char *name = ga_event_field_name(field);
	char value[GA_EVENT_TEXT_MAX], upper[32];
	size_t i = 0;

	if (!ga_event_field(event, field, value))
		return;
	for (; name[i] && i < sizeof(upper) - 1; i++)
		upper[i] = (char)toupper((unsigned char)name[i]);
	upper[i] = '\0';
	put(datagram, "GOAWAY_%s=%s\n", upper, value);
}

bool ga_journal_put(enum ga_level level, const char *line, const struct ga_event *event)
{
	const struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = JOURNAL_SOCKET};
	struct datagram datagram = {.len = 0};

	put(&datagram, "MESSAGE=%s\nPRIORITY=%d\nSYSLOG_IDENTIFIER=goawayd\n", line, (int)level);
	if (event)
		put(&datagram, "MESSAGE_ID=%s\n", message_ids[event->kind]);
	for (int field = 0; event && field < GA_EVENT_FIELD_COUNT; field++)
		if (field != GA_EVENT_FIELD_TEXT)
			put_field(&datagram, event, (enum ga_event_field)field);
	return sendto(journal, datagram.octets, datagram.len, MSG_NOSIGNAL,
		      (const struct sockaddr *)&to, sizeof(to)) >= 0;
}
