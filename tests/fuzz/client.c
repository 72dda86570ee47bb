/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any octets as what a daemon says to the command, in pieces of any size, with waits, signals and
 * an end anywhere between. The calls are wrapped at link time; an octet 1 of the input is many
 * blanks, so that short inputs make long lines.
 *
 * What must hold: each line is told once, in order, as it would be read by itself; a line that is
 * no object, or has no end, or a daemon that does not greet, is said; a signal loses nothing; what
 * is asked goes out whole.
 */
#include <goaway/control.h>

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"

enum { STREAM_MAX = 16 * 1024, BLANKS = 600, WAITS_MAX = 250, TIMEOUT_MS = 1234 };

static struct {
	char octets[STREAM_MAX]; /* all that it says */
	size_t len, next, line;	 /* next: to be received; line: to be told */
	uint8_t pieces;		 /* how little a call takes */
	uint8_t signals;	 /* one in how many waits; 0: none */
	uint8_t waits;
	int refusal; /* of the connection, an errno; 0: none */
	int end;     /* an errno; 0: it hangs up; ETIMEDOUT: it is silent */
	bool deaf;
	char asked[2 * GA_CONTROL_LINE_MAX];
	size_t asked_len;
} world;

WRAPPED int __wrap_connect(int fd, const struct sockaddr *address, socklen_t len);
WRAPPED int __wrap_poll(struct pollfd *wait, nfds_t count, int timeout_ms);
WRAPPED ssize_t __wrap_recv(int fd, void *octets, size_t len, int flags);
WRAPPED ssize_t __wrap_send(int fd, const void *octets, size_t len, int flags);

/* ---- the daemon ---- */

static size_t piece(size_t len)
{
	static const size_t most[] = {SIZE_MAX, 1, 2, 7, 100, 1000, 4095, 4096};
	size_t takes = most[world.pieces & 7];

	return len < takes ? len : takes;
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t len)
{
	(void)fd;
	(void)address;
	(void)len;
	errno = world.refusal;
	return world.refusal ? -1 : 0;
}

int __wrap_poll(struct pollfd *wait, nfds_t count, int timeout_ms)
{
	law(count == 1 && timeout_ms == TIMEOUT_MS);
	/* A whole line is not waited for. */
	law(wait->events == POLLOUT ||
	    !memchr(world.octets + world.line, '\n', world.next - world.line));
	if (world.signals && world.waits < WAITS_MAX && ++world.waits % world.signals == 0) {
		errno = EINTR;
		return -1;
	}
	wait->revents = wait->events;
	return wait->events == POLLOUT || world.next < world.len || world.end != ETIMEDOUT;
}

ssize_t __wrap_recv(int fd, void *octets, size_t len, int flags)
{
	size_t left = world.len - world.next;
	size_t takes = piece(len < left ? len : left);

	(void)fd;
	law((flags & MSG_DONTWAIT) && len >= GA_CONTROL_LINE_MAX);
	if ((world.pieces & 0x80) && world.waits < WAITS_MAX && ++world.waits % 3 == 0) {
		errno = EAGAIN;
		return -1;
	}
	if (takes == 0 && world.end) {
		errno = world.end;
		return -1;
	}
	memcpy(octets, world.octets + world.next, takes);
	world.next += takes;
	return (ssize_t)takes;
}

ssize_t __wrap_send(int fd, const void *octets, size_t len, int flags)
{
	size_t takes = piece(len);

	(void)fd;
	law((flags & MSG_DONTWAIT) && (flags & MSG_NOSIGNAL) && len > 0);
	if ((world.pieces & 0x40) && world.waits < WAITS_MAX && ++world.waits % 2 == 0) {
		errno = EAGAIN;
		return -1;
	}
	if (world.deaf) {
		errno = EPIPE;
		return -1;
	}
	law(world.asked_len + takes <= sizeof(world.asked));
	memcpy(world.asked + world.asked_len, octets, takes);
	world.asked_len += takes;
	return (ssize_t)takes;
}

/* ---- what is true ---- */

/* The next line by itself; NULL: it is no object. False: there is none. */
static bool line_next(json_object **ret, bool *ret_error)
{
	const char *line = world.octets + world.line;
	const char *end = memchr(line, '\n', world.len - world.line);
	json_tokener *tokener = json_tokener_new();
	size_t len = end ? (size_t)(end - line) : 0;

	law(tokener);
	*ret = end ? json_tokener_parse_ex(tokener, line, (int)len) : NULL;
	if (!json_object_is_type(*ret, json_type_object) ||
	    json_tokener_get_parse_end(tokener) != len) {
		json_object_put(*ret);
		*ret = NULL;
	}
	json_tokener_free(tokener);
	*ret_error = json_object_object_get_ex(*ret, "error", NULL) &&
		     json_object_object_get_ex(*ret, "code", NULL);
	world.line += end ? len + 1 : 0;
	return end;
}

static void said(enum ga_code code, const char *error)
{
	law(code > GA_CODE_NONE && code < GA_CODE_COUNT &&
	    memchr(error, '\0', GA_CONTROL_ERROR_MAX));
}

/* A line was told: it is the next one. */
static void told(json_object *line, int kind)
{
	json_object *wanted;
	bool error;

	law(line_next(&wanted, &error) && wanted && !error);
	law(json_object_equal(line, wanted));
	law(kind == !json_object_object_get_ex(wanted, "done", NULL));
	json_object_put(wanted);
	json_object_put(line);
}

/* Nothing was: false, and nothing more will be. */
static bool untold(const struct ga_client *client)
{
	size_t before = world.line;
	enum ga_code code = ga_client_code(client);
	json_object *wanted;
	bool error;

	if (code == GA_CODE_NONE) /* a signal */
		return true;
	said(code, ga_client_error(client));
	if (memchr(world.octets + before, '\n', world.next - before)) {
		law(line_next(&wanted, &error) && (!wanted || error));
		json_object_put(wanted);
		return true;
	}
	/* All that came was told, and then it ended; or this line does not. */
	law(world.next == world.len || world.next - before >= GA_CONTROL_LINE_MAX);
	return false;
}

/* ---- a conversation ---- */

/* Whole, or not at all, or a signal came in the middle: false. */
static bool ask(struct ga_client *client, size_t why_len)
{
	static const char begin[] = "{\"v\":1,\"verb\":\"drops\",\"why\":\"";
	char why[2 * GA_CONTROL_LINE_MAX];
	json_object *arguments = json_object_new_object();
	size_t line_len = strlen(begin) + why_len + strlen("\"}\n");
	int result;

	memset(why, 'w', why_len);
	why[why_len] = '\0';
	json_object_object_add(arguments, "why", json_object_new_string(why));
	world.asked_len = 0;
	result = ga_client_ask(client, "drops", arguments);
	json_object_put(arguments);
	if (result < 0 && ga_client_code(client) == GA_CODE_NONE)
		return false;
	law((result == 0) == (line_len <= GA_CONTROL_LINE_MAX));
	if (result < 0)
		said(ga_client_code(client), ga_client_error(client));
	law(world.asked_len == (result < 0 || world.deaf ? 0 : line_len));
	law(world.asked_len == 0 || memcmp(world.asked, begin, strlen(begin)) == 0);
	law(world.asked_len == 0 ||
	    memchr(world.asked, '\n', line_len) == world.asked + line_len - 1);
	return true;
}

static void talk(struct ga_client *client)
{
	bool goes_on;

	do {
		json_object *line = NULL;
		int kind = ga_client_read(client, &line);

		law((kind >= 0) == (line != NULL));
		goes_on = kind >= 0 || untold(client);
		if (kind >= 0)
			told(line, kind);
		law(ga_client_ready(client) ==
		    !!memchr(world.octets + world.line, '\n', world.next - world.line));
	} while (goes_on);
}

/* Whoever is let in has been greeted, in this protocol. */
static struct ga_client *greet(bool usual)
{
	char error[GA_CONTROL_ERROR_MAX] = "";
	struct ga_client *client = NULL;
	enum ga_code code = ga_client_open(usual ? NULL : "/nowhere", TIMEOUT_MS, &client, error);
	json_object *greeting, *protocol = NULL;
	bool is_error;

	law((code == GA_CODE_NONE) == (client != NULL));
	if (!client) {
		said(code, error);
		return NULL;
	}
	law(!world.refusal && line_next(&greeting, &is_error) && greeting && !is_error);
	law(json_object_object_get_ex(greeting, "version", NULL));
	law(json_object_object_get_ex(greeting, "goaway", &protocol));
	law(json_object_get_int(protocol) == GA_CONTROL_VERSION);
	law(memchr(ga_client_version(client), '\0', 32));
	json_object_put(greeting);
	return client;
}

static void hear(struct input *input)
{
	for (; input->left > 0 && world.len < STREAM_MAX - BLANKS; input->left--) {
		size_t count = *input->next == 1 ? BLANKS : 1;

		memset(world.octets + world.len, count > 1 ? ' ' : *input->next, count);
		world.len += count;
		input->next++;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static const int refusals[] = {ENOENT, EPERM, ECONNREFUSED, EAGAIN, EMFILE, EACCES, EINTR};
	static const int ends[] = {0, ETIMEDOUT, ECONNRESET, ENOMEM};
	static const size_t asks[] = {1, 100, 4030, 4063, 4064, 4065, 4066, 5000};
	struct input input = {octets, len};
	uint8_t how = input_octet(&input), asking = input_octet(&input);
	struct ga_client *client;

	world.len = world.next = world.line = world.waits = 0;
	world.refusal = how & 8 && (how & 7) < COUNT(refusals) ? refusals[how & 7] : 0;
	world.end = ends[how >> 4 & 3];
	world.deaf = how & 0x40;
	world.pieces = input_octet(&input);
	world.signals = input_octet(&input);
	hear(&input);
	client = greet(how & 0x80);
	if (!client)
		return 0;
	if (!(asking & 8) || ask(client, asks[asking & 7]))
		talk(client);
	ga_client_close(client);
	return 0;
}
