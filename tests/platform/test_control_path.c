/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the socket is: what stands there already, and moving it while clients stay. */
#define PROGRAM "test_control_pa"
#include "control_kit.h"

static void test_path(void **state)
{
	struct ga_control *other;
	char error[GA_CONTROL_ERROR_MAX], elsewhere[80], deep[96];
	struct stat file;
	int fd = greeted();

	(void)state;
	assert_int_equal(lstat(path, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0660);
	/* A living one stays. */
	assert_int_equal(ga_control_open(GREETING, &calls, NULL, &other), 0);
	assert_int_equal(ga_control_listen(other, path, "", error), -EADDRINUSE);
	assert_non_null(strstr(error, "another goawayd answers there"));
	ga_control_close(other);
	assert_int_equal(lstat(path, &file), 0);
	/* So does what is no socket. */
	snprintf(elsewhere, sizeof(elsewhere), "%s/file", folder);
	fclose(fopen(elsewhere, "we"));
	assert_int_equal(ga_control_listen(desk.control, elsewhere, "", error), -EEXIST);
	assert_non_null(strstr(error, "there is something else"));
	assert_int_equal(unlink(elsewhere), 0);
	/* And who could not be moved is where it was. */
	put(fd, "here\n");
	expect(fd, "here\n");
	/* Moved, into a folder that it makes: clients stay. */
	snprintf(elsewhere, sizeof(elsewhere), "%s/new", folder);
	snprintf(deep, sizeof(deep), "%s/control", elsewhere);
	assert_int_equal(ga_control_listen(desk.control, deep, "", error), 0);
	assert_int_not_equal(lstat(path, &file), 0);
	assert_int_equal(lstat(deep, &file), 0);
	put(fd, "there\n");
	expect(fd, "there\n");
	/* Nowhere. */
	assert_int_equal(ga_control_listen(desk.control, "", "", error), 0);
	assert_int_not_equal(lstat(deep, &file), 0);
	put(fd, "nowhere\n");
	expect(fd, "nowhere\n");
	assert_int_equal(rmdir(elsewhere), 0);
	snprintf(deep, sizeof(deep), "%s/not/there/control", folder);
	assert_int_equal(ga_control_listen(desk.control, deep, "", error), -ENOENT);
	assert_non_null(strstr(error, "No such file"));
	close(fd);
	assert_int_equal(ga_control_listen(desk.control, path, "", error), 0);
}

/* What a daemon that was killed has left over is replaced. */
static void test_stale(void **state)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	char error[GA_CONTROL_ERROR_MAX];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	snprintf(name.sun_path, sizeof(name.sun_path), "%s/stale", folder);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	close(fd);
	assert_int_equal(ga_control_listen(desk.control, name.sun_path, "", error), 0);
	assert_string_equal(error, "");
	/* One that somebody put in the place of ours is not taken away. */
	assert_int_equal(unlink(name.sun_path), 0);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(ga_control_listen(desk.control, path, "", error), 0);
	assert_int_equal(unlink(name.sun_path), 0);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    SERVED(test_path),
	    SERVED(test_stale),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
