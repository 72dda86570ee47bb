/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that somebody else may have written, for terminals and as JSON.
 */
#include "letters.h"

#include <goaway/text.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct sample {
	const char *text;
	const char *tame;
	size_t letters;
	const char *json;
} samples[] = {
    {"", "", 0, "\"\""},
    {"KoD DENY", "KoD DENY", 8, "\"KoD DENY\""},
    {"a\"b\\c/", "a\"b\\c/", 6, "\"a\\\"b\\\\c/\""},
    {"\033[2J\a\n\177", "?[2J???", 7, "\"\\u001b[2J\\u0007\\u000a\177\""},
    {"Büro 1 \xe2\x82\xac \xf0\x9f\x98\x80", "Büro 1 \xe2\x82\xac \xf0\x9f\x98\x80", 10,
     "\"Büro 1 \xe2\x82\xac \xf0\x9f\x98\x80\""},
    /* C1: CSI as one character */
    {"\xc2\x9b[2J", "?[2J", 4, "\"\xc2\x9b[2J\""},
    {"\x9b[2J", "?[2J", 4, "\"\\ufffd[2J\""},
    {"\xc2\xa0", "\xc2\xa0", 1, "\"\xc2\xa0\""},
    /* cut short, overlong, a surrogate, too great, an octet that begins nothing */
    {"\xe2\x82", "??", 2, "\"\\ufffd\\ufffd\""},
    {"\xc3", "?", 1, "\"\\ufffd\""},
    {"\xc0\xaf", "??", 2, "\"\\ufffd\\ufffd\""},
    {"\xe0\x80\xaf", "???", 3, "\"\\ufffd\\ufffd\\ufffd\""},
    {"\xf0\x80\x80\xaf", "????", 4, "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
    {"\xed\xa0\x80", "???", 3, "\"\\ufffd\\ufffd\\ufffd\""},
    {"\xf4\x90\x80\x80", "????", 4, "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
    {"\xff"
     "a",
     "?a", 2, "\"\\ufffda\""},
};

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *sample = &samples[i];
		char tame[64], *json = NULL;
		size_t len;
		FILE *file = open_memstream(&json, &len);

		assert_int_equal(ga_letters_tame(sample->text, tame), sample->letters);
		assert_string_equal(tame, sample->tame);
		assert_non_null(file);
		ga_letters_json(file, sample->text);
		fclose(file);
		assert_string_equal(json, sample->json);
		free(json);
	}
}

/* Whatever two octets come first, it is read to its end and no further, and all that a terminal
 * gets is characters. */
static void test_all_beginnings(void **state)
{
	(void)state;
	for (unsigned i = 1; i < 256; i++) {
		for (unsigned j = 0; j < 256; j++) {
			const char text[] = {(char)i, (char)j, 0};
			char *exact = strdup(text), tame[3];

			ga_letters_tame(exact, tame);
			assert_in_range(strlen(tame), 1, 2);
			for (const char *at = tame; *at; at += ga_utf8_len(at)) {
				assert_int_not_equal(ga_utf8_len(at), 0);
				assert_true((uint8_t)*at >= 0x20 && *at != 0x7f);
			}
			free(exact);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_samples),
	    cmocka_unit_test(test_all_beginnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
