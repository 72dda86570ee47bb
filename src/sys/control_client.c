/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client's end of the control socket. */
#include <goaway/control.h>

#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct ga_client {
	int fd;
	int timeout_ms;
	enum ga_code code;
	char error[GA_CONTROL_ERROR_MAX];
	char version[32];
	uint64_t netns; /* of the daemon; 0: it does not say */
	json_tokener *tokener;
	size_t start, end; /* of what is read and not yet taken */
	char octets[2 * GA_CONTROL_LINE_MAX];
};

__attribute__((format(printf, 3, 4))) static int fail(struct ga_client *client, enum ga_code code,
						      const char *format, ...)
{
	va_list args;

	client->code = code;
	va_start(args, format);
	vsnprintf(client->error, sizeof(client->error), format, args);
	va_end(args);
	return -1;
}

static int fail_errno(struct ga_client *client, int error, const char *doing)
{
	if (error == EINTR)
		return fail(client, GA_CODE_NONE, "interrupted");
	if (error == EPIPE || error == ECONNRESET)
		return fail(client, GA_CODE_ABSENT,
			    "goawayd has hung up: it was stopped, or started anew; ask again");
	return fail(client, GA_CODE_FAILED, "cannot %s goawayd: %s", doing, strerror(error));
}

/* ---- lines ---- */

static char *line_end(const struct ga_client *client)
{
	return memchr(client->octets + client->start, '\n', client->end - client->start);
}

bool ga_client_ready(const struct ga_client *client)
{
	return line_end(client) != NULL;
}

/* Until something is there to be read, or room to write. */
static int await(struct ga_client *client, short events)
{
	struct pollfd wait = {.fd = client->fd, .events = events};
	int ready = poll(&wait, 1, client->timeout_ms);

	if (ready < 0)
		return fail_errno(client, errno, "wait for");
	if (ready == 0)
		return fail(client, GA_CODE_SLOW,
			    "goawayd does not answer: nothing came in %d ms; is it stopped or hung?",
			    client->timeout_ms);
	return 0;
}

static int fill(struct ga_client *client)
{
	if (client->start > 0) {
		memmove(client->octets, client->octets + client->start,
			client->end - client->start);
		client->end -= client->start;
		client->start = 0;
	}
	if (client->end >= GA_CONTROL_LINE_MAX)
		return fail(client, GA_CODE_FAILED, "that is no goawayd: a line without an end");
	if (await(client, POLLIN))
		return -1;
	ssize_t got = recv(client->fd, client->octets + client->end,
			   sizeof(client->octets) - client->end, MSG_DONTWAIT);

	if (got < 0 && errno == EAGAIN)
		return 0;
	if (got < 0)
		return fail_errno(client, errno, "hear");
	if (got == 0)
		return fail_errno(client, EPIPE, "hear");
	client->end += (size_t)got;
	return 0;
}

static int take(struct ga_client *client, json_object **ret)
{
	char *end;

	while (!(end = line_end(client)))
		if (fill(client))
			return -1;
	const char *line = client->octets + client->start;
	size_t len = (size_t)(end - line);

	client->start += len + 1;
	json_tokener_reset(client->tokener);
	json_object *object = json_tokener_parse_ex(client->tokener, line, (int)len);

	/* What follows an object might say the opposite. */
	if (!json_object_is_type(object, json_type_object) ||
	    json_tokener_get_parse_end(client->tokener) != len) {
		json_object_put(object);
		return fail(client, GA_CODE_FAILED, "that is no goawayd: a line is no JSON object");
	}
	*ret = object;
	return 0;
}

static const char *text_of(json_object *object, const char *name)
{
	json_object *value;

	return json_object_object_get_ex(object, name, &value) ? json_object_get_string(value) : NULL;
}

/* What an error line says. Puts it. */
static int fail_line(struct ga_client *client, json_object *line)
{
	const char *code = text_of(line, "code"), *error = text_of(line, "error");

	client->code = GA_CODE_FAILED;
	for (int i = GA_CODE_NONE + 1; code && i < GA_CODE_COUNT; i++)
		if (strcmp(code, ga_code_name(i)) == 0)
			client->code = i;
	snprintf(client->error, sizeof(client->error), "%s", error ? error : "failed");
	json_object_put(line);
	return -1;
}

int ga_client_read(struct ga_client *client, json_object **ret)
{
	json_object *line = NULL, *done;

	if (take(client, &line))
		return -1;
	if (json_object_object_get_ex(line, "error", NULL) &&
	    json_object_object_get_ex(line, "code", NULL))
		return fail_line(client, line);
	*ret = line;
	return json_object_object_get_ex(line, "done", &done) ? 0 : 1;
}

/* ---- a connection ---- */

static enum ga_code give_up(struct ga_client *client, char error[GA_CONTROL_ERROR_MAX])
{
	enum ga_code code = client->code;

	memcpy(error, client->error, GA_CONTROL_ERROR_MAX);
	ga_client_close(client);
	return code;
}

static int reach(struct ga_client *client, const char *path)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	if (!*path)
		return fail(client, GA_CODE_USAGE, "the path of a socket is empty; as %s would be right",
			    GA_CONTROL_PATH);
	if (strlen(path) >= sizeof(name.sun_path))
		return fail(client, GA_CODE_USAGE, "the path of a socket has at most %zu octets: %s",
			    sizeof(name.sun_path) - 1, path);
	memcpy(name.sun_path, path, strlen(path));
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (client->fd < 0)
		return fail_errno(client, errno, "reach");
	if (connect(client->fd, (struct sockaddr *)&name, sizeof(name)) == 0)
		return 0;
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		return fail(client, GA_CODE_ABSENT,
			    "goawayd does not listen at %s; start it, as with 'systemctl start "
			    "goawayd', or name the path that its setting 'control' has", path);
	case EACCES:
	case EPERM:
		return fail(client, GA_CODE_PERMISSION,
			    "not permitted to use %s; be root, or of the group that the setting "
			    "'control_group' of goaway.conf names", path);
	case EAGAIN:
		return fail(client, GA_CODE_BUSY, "too many want to speak to goawayd; try again");
	default:
		return fail(client, GA_CODE_FAILED, "cannot reach goawayd at %s: %s", path,
			    strerror(errno));
	}
}

static int greet(struct ga_client *client)
{
	json_object *line = NULL, *protocol, *netns;
	int kind;

	/* Nobody can call again for a signal before there is a client. */
	do
		kind = ga_client_read(client, &line);
	while (kind < 0 && client->code == GA_CODE_NONE);
	if (kind < 0)
		return -1;
	const char *version = text_of(line, "version");

	if (!json_object_object_get_ex(line, "goaway", &protocol) || !version) {
		json_object_put(line);
		return fail(client, GA_CODE_FAILED, "that is no goawayd: it does not greet");
	}
	snprintf(client->version, sizeof(client->version), "%s", version);
	int spoken = json_object_get_int(protocol);

	if (json_object_object_get_ex(line, "netns", &netns))
		client->netns = json_object_get_uint64(netns);

	json_object_put(line);
	if (spoken != GA_CONTROL_VERSION)
		return fail(client, GA_CODE_VERSION,
			    "goawayd %s speaks version %d of the control protocol, this is for %d; "
			    "use the goaway that came with it", client->version, spoken,
			    GA_CONTROL_VERSION);
	return 0;
}

static int is_stranger(struct ga_client *client)
{
	uint64_t here = ga_control_netns();

	if (!client->netns || !here || client->netns == here)
		return 0;
	return fail(client, GA_CODE_ABSENT,
		    "the goawayd at " GA_CONTROL_PATH " serves another network namespace; enter that, "
		    "or name the socket of this one's (--socket)");
}

enum ga_code ga_client_open(const char *path, int timeout_ms, struct ga_client **ret,
			    char error[GA_CONTROL_ERROR_MAX])
{
	struct ga_client *client = calloc(1, sizeof(*client));

	if (client)
		client->tokener = json_tokener_new();
	if (!client || !client->tokener) {
		free(client);
		snprintf(error, GA_CONTROL_ERROR_MAX, "no memory");
		return GA_CODE_FAILED;
	}
	client->fd = -1;
	client->timeout_ms = timeout_ms;
	if (reach(client, path ? path : GA_CONTROL_PATH) || greet(client) ||
	    (!path && is_stranger(client)))
		return give_up(client, error);
	*ret = client;
	return GA_CODE_NONE;
}

void ga_client_close(struct ga_client *client)
{
	if (!client)
		return;
	if (client->fd >= 0)
		close(client->fd);
	json_tokener_free(client->tokener);
	free(client);
}

const char *ga_client_version(const struct ga_client *client)
{
	return client->version;
}

int ga_client_fd(const struct ga_client *client)
{
	return client->fd;
}

void ga_client_wait(struct ga_client *client, int timeout_ms)
{
	client->timeout_ms = timeout_ms;
}

enum ga_code ga_client_code(const struct ga_client *client)
{
	return client->code;
}

const char *ga_client_error(const struct ga_client *client)
{
	return client->error;
}

/* ---- requests ---- */

static int send_all(struct ga_client *client, const char *octets, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(client->fd, octets, len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EAGAIN) {
			if (await(client, POLLOUT))
				return -1;
			continue;
		}
		/* Who was cut off may have been told why. */
		if (sent < 0)
			return errno == EPIPE ? 0 : fail_errno(client, errno, "ask");
		octets += sent;
		len -= (size_t)sent;
	}
	return 0;
}

static void add_member(json_object *request, json_object *arguments)
{
	json_object_object_foreach(arguments, name, value)
		json_object_object_add(request, name, json_object_get(value));
}

int ga_client_ask(struct ga_client *client, const char *verb, json_object *arguments)
{
	json_object *request = json_object_new_object();
	size_t len;

	client->code = GA_CODE_NONE;
	json_object_object_add(request, "v", json_object_new_int(GA_CONTROL_VERSION));
	json_object_object_add(request, "verb", json_object_new_string(verb));
	if (arguments)
		add_member(request, arguments);
	const char *text =
		json_object_to_json_string_length(request, JSON_C_TO_STRING_PLAIN, &len);
	int result;

	if (!text || len >= GA_CONTROL_LINE_MAX)
		result = fail(client, GA_CODE_USAGE, "the request is too long; at most %d octets",
			      GA_CONTROL_LINE_MAX - 1);
	else if (!(result = send_all(client, text, len)))
		result = send_all(client, "\n", 1);
	json_object_put(request);
	return result;
}

int ga_client_call(struct ga_client *client, const char *verb, json_object *arguments,
		   int (*each)(void *context, json_object *item), void *context,
		   json_object **ret_done)
{
	json_object *line = NULL;
	int kind, result = 0;

	if (ga_client_ask(client, verb, arguments))
		return -1;
	while ((kind = ga_client_read(client, &line)) == 1) {
		if (each)
			result = each(context, line);
		json_object_put(line);
		if (result)
			return result;
	}
	if (kind < 0)
		return -1;
	if (ret_done)
		*ret_done = line;
	else
		json_object_put(line);
	return 0;
}
