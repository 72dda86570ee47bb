/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process gives up by itself in a build without libseccomp and libcap-ng: the former takes new
 * privileges away too, and hides whether we did.
 */
#include <goaway/confine.h>

#include "unit.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int warden(void)
{
	return ga_confine_warden(NULL);
}

/* Asked in a child of its own, of which nothing else has taken anything: its status is what it found. */
static int found_by(int (*confine)(void), int option)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0) {
		int mask = confine();

		_exit(mask < 0 || mask & GA_CONFINED_CALLS ? 99 : prctl(option, 0, 0, 0, 0));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_no_new_privileges(void **state)
{
	(void)state;
	assert_int_equal(found_by(warden, PR_GET_NO_NEW_PRIVS), 1);
	assert_int_equal(found_by(ga_confine_judge, PR_GET_NO_NEW_PRIVS), 1);
}

static void test_not_to_be_looked_into(void **state)
{
	(void)state;
	assert_int_equal(found_by(ga_confine_judge, PR_GET_DUMPABLE), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_new_privileges),
		cmocka_unit_test(test_not_to_be_looked_into),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
