/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What files tell of a machine: numbers as they stand there, and errors that are told apart.
 */
#include <goaway/machine.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char path[] = "/tmp/goaway-machine.XXXXXX";

static void contains(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		int error;
		uint64_t number;
	} rows[] = {
	    {"1\n", 0, 1},
	    {"262144", 0, 262144},
	    {"123.45 678.90\n", 0, 123},
	    {"18446744073709551615\n", 0, UINT64_MAX},
	    {"18446744073709551616\n", -EINVAL, 0},
	    {"none\n", -EINVAL, 0},
	    {"\n", -EINVAL, 0},
	    {"", -ESRCH, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t number = 0;

		contains(rows[i].text);
		assert_int_equal(ga_machine_number(path, &number), rows[i].error);
		assert_int_equal(number, rows[i].number);
	}
}

static void test_fields(void **state)
{
	uint64_t number = 0;

	(void)state;
	contains("MemTotal:       1000 kB\nMemAvailable:    600 kB\nCapEff:\t00000000a80425fb\n");
	assert_int_equal(ga_machine_field(path, "MemAvailable:", 10, &number), 0);
	assert_int_equal(number, 600);
	assert_int_equal(ga_machine_field(path, "CapEff:", 16, &number), 0);
	assert_int_equal(number, 0xa80425fb);
	assert_int_equal(ga_machine_field(path, "Available:", 10, &number), -ESRCH);
	assert_int_equal(ga_machine_field("/nowhere", "MemTotal:", 10, &number), -ENOENT);
	assert_int_equal(ga_machine_number("/", &number), -EIO);
	assert_int_equal(number, 0xa80425fb);
}

static void test_kernel(void **state)
{
	struct ga_release release;

	(void)state;
	assert_int_equal(ga_machine_release(&release), 0);
	assert_true(release.major >= 5);
	/* Whatever is known of this kernel, nothing is known of these. */
	assert_int_not_equal(ga_machine_module("no_such_module"), GA_MODULE_THERE);
	assert_int_not_equal(ga_machine_built("CONFIG_NO_SUCH_OPTION"), GA_BUILT_IN);
	assert_int_not_equal(ga_machine_built("CONFIG_NO_SUCH_OPTION"), GA_BUILT_MODULE);
	if (ga_machine_built("CONFIG_NO_SUCH_OPTION") == GA_BUILT_OUT)
		assert_int_equal(ga_machine_built("CONFIG_PROC_FS"), GA_BUILT_IN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_numbers),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_kernel),
	};
	int fd = mkstemp(path), failed;

	if (fd < 0)
		return 1;
	close(fd);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
