/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client's end, against the daemon's and against strangers. */
#define PROGRAM "test_control_cl"
#include "control_kit.h"

#include <json-c/json.h>
#include <sys/wait.h>

/* A child that asks, while this process serves. Its exit status is 0 if all was as it should. */
static void with_client(bool (*client)(void))
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0)
		_exit(client() ? 0 : 1);
	desk.asker = pid;
	for (int i = 0; i < 10000 && waitpid(pid, &status, WNOHANG) == 0; i++) {
		assert_int_equal(ga_control_run(desk.control, now_ns), 0);
		usleep(1000);
	}
	assert_int_equal(status, 0);
}

#define DEADLINE_MS 5000
#define must(condition)                                                                             \
	do {                                                                                        \
		if (!(condition)) {                                                                 \
			fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition);             \
			return false;                                                               \
		}                                                                                   \
	} while (0)

static int count_item(void *context, json_object *item)
{
	json_object *number;

	if (!json_object_object_get_ex(item, "n", &number) ||
	    json_object_get_int(number) != ++*(int *)context)
		return 77;
	return 0;
}

static bool client_calls(void)
{
	char error[GA_CONTROL_ERROR_MAX];
	struct ga_client *client;
	json_object *done, *arguments = json_object_new_object();
	int items = 0;

	must(ga_client_open(path, DEADLINE_MS, &client, error) == GA_CODE_NONE);
	must(strcmp(ga_client_version(client), "test") == 0);
	json_object_object_add(arguments, "source", json_object_new_string("10.0.0.1"));
	for (int i = 0; i < 3; i++) {
		items = 0;
		must(ga_client_call(client, "drops", arguments, count_item, &items, &done) == 0);
		must(items == 2);
		must(json_object_object_get_ex(done, "done", NULL));
		json_object_put(done);
	}
	items = 1; /* so the first is not the one that is expected */
	must(ga_client_call(client, "drops", NULL, count_item, &items, NULL) == 77);
	json_object_put(arguments);
	ga_client_close(client);
	return true;
}

static void test_client_calls(void **state)
{
	static const char *const script[] = {"{\"n\":1}", "{\"n\":2}", "{\"done\":true}", NULL};

	(void)state;
	desk.echo = false;
	desk.script = script;
	with_client(client_calls);
	assert_int_equal(desk.heard, 4);
	assert_string_equal(desk.last, "{\"v\":1,\"verb\":\"drops\"}");
}

static bool client_is_refused(void)
{
	char error[GA_CONTROL_ERROR_MAX];
	struct ga_client *client;

	must(ga_client_open(path, DEADLINE_MS, &client, error) == GA_CODE_NONE);
	must(ga_client_call(client, "lift", NULL, NULL, NULL, NULL) == -1);
	must(ga_client_code(client) == GA_CODE_ABSENT);
	must(strcmp(ga_client_error(client), "nothing stands") == 0);
	ga_client_close(client);
	return true;
}

static void test_client_is_refused(void **state)
{
	static const char *const script[] = {"{\"error\":\"nothing stands\",\"code\":\"absent\"}",
					     NULL};

	(void)state;
	desk.echo = false;
	desk.script = script;
	with_client(client_is_refused);
}

static bool client_hears_nonsense(void)
{
	char error[GA_CONTROL_ERROR_MAX];
	struct ga_client *client;

	must(ga_client_open(path, DEADLINE_MS, &client, error) == GA_CODE_NONE);
	must(ga_client_call(client, "status", NULL, NULL, NULL, NULL) == -1);
	must(ga_client_code(client) == GA_CODE_FAILED);
	must(strstr(ga_client_error(client), "no JSON object"));
	ga_client_close(client);
	return true;
}

static void test_client_hears_nonsense(void **state)
{
	static const char *const script[] = {"hello", NULL};

	(void)state;
	desk.echo = false;
	desk.script = script;
	with_client(client_hears_nonsense);
}

static bool client_waits(void)
{
	char error[GA_CONTROL_ERROR_MAX];
	struct ga_client *client;

	must(ga_client_open(path, DEADLINE_MS, &client, error) == GA_CODE_NONE);
	ga_client_wait(client, 50);
	must(ga_client_call(client, "status", NULL, NULL, NULL, NULL) == -1);
	must(ga_client_code(client) == GA_CODE_SLOW);
	must(strstr(ga_client_error(client), "nothing came in 50 ms"));
	must(!ga_client_ready(client));
	ga_client_close(client);
	return true;
}

static void test_client_waits(void **state)
{
	(void)state;
	desk.echo = false;
	with_client(client_waits);
}

/* Who is not there, not one of us, or full. */
static void test_client_fails_to_open(void **state)
{
	char error[GA_CONTROL_ERROR_MAX], elsewhere[80], longest[200];
	struct ga_client *client;
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), stranger;

	(void)state;
	snprintf(elsewhere, sizeof(elsewhere), "%s/nobody", folder);
	assert_int_equal(ga_client_open(elsewhere, DEADLINE_MS, &client, error), GA_CODE_ABSENT);
	assert_non_null(strstr(error, "systemctl start goawayd"));
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(ga_client_open(longest, DEADLINE_MS, &client, error), GA_CODE_USAGE);

	strcpy(name.sun_path, elsewhere);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(ga_client_open(elsewhere, DEADLINE_MS, &client, error), GA_CODE_ABSENT);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(ga_client_open(elsewhere, 50, &client, error), GA_CODE_SLOW);
	assert_non_null(strstr(error, "does not answer"));
	close(accept(fd, NULL, NULL));

	static const struct {
		const char *greeting;
		enum ga_code code;
	} rows[] = {
	    {"220 mail.example ESMTP\r\n", GA_CODE_FAILED},
	    {"{\"hello\":1}\n", GA_CODE_FAILED},
	    {"{\"goaway\":2,\"version\":\"9\"}\n", GA_CODE_VERSION},
	    {"{\"error\":\"full\",\"code\":\"busy\"}\n", GA_CODE_BUSY},
	    {"", GA_CODE_ABSENT},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			_exit(ga_client_open(elsewhere, DEADLINE_MS, &client, error));
		stranger = accept(fd, NULL, NULL);
		assert_int_equal(write(stranger, rows[i].greeting, strlen(rows[i].greeting)),
				 strlen(rows[i].greeting));
		close(stranger);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		row_assert(rows[i].greeting, WIFEXITED(status) &&
						     WEXITSTATUS(status) == (int)rows[i].code);
	}
	close(fd);
	assert_int_equal(unlink(elsewhere), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    SERVED(test_client_calls),
	    SERVED(test_client_is_refused),
	    SERVED(test_client_hears_nonsense),
	    SERVED(test_client_waits),
	    SERVED(test_client_fails_to_open),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
