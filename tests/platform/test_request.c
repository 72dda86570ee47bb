/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of the control socket: what is taken, what is told of what is not, and
 * whatever else a line may hold.
 */
#include <goaway/control_request.h>

#include "../unit/unit.h"

#include <stdio.h>
#include <string.h>

#define PAIR "\"source\":\"10.0.1.11\",\"target\":\"192.0.2.1\""
#define DROP "{\"v\":1,\"verb\":\"drop\"," PAIR ",\"service\":\"udp/123\",\"lifetime_s\":60"

static const char *const good[] = {
    "{\"v\":1,\"verb\":\"status\"}",
    " { \"verb\" : \"status\" , \"v\" : 1 } ",
    "{\"v\":1,\"verb\":\"counters\"}",
    "{\"v\":1,\"verb\":\"drops\"}",
    "{\"v\":1,\"verb\":\"drops\",\"source\":\"10.0.0.0/8\",\"limit\":1}",
    "{\"v\":1,\"verb\":\"drops\",\"target\":\"2001:db8::/32\",\"limit\":4294967294}",
    "{\"v\":1,\"verb\":\"events\",\"last\":0,\"follow\":true}",
    "{\"v\":1,\"verb\":\"events\",\"kind\":\"installed,expired\",\"follow\":false}",
    "{\"v\":1,\"verb\":\"explain\"," PAIR "}",
    "{\"v\":1,\"verb\":\"mode\",\"mode\":\"observe\"}",
    DROP "}",
    DROP ",\"why\":\"a noisy printer; ask Ms. O'Neill\"}",
    "{\"v\":1,\"verb\":\"lift\",\"service\":\"all\"}",
    "{\"v\":1,\"verb\":\"lift\"," PAIR "}",
    "{\"v\":1,\"verb\":\"reload\"}",
};

static const struct {
	const char *line;
	enum ga_code code;
	const char *told; /* a part of it */
} bad[] = {
    /* no request at all */
    {"", GA_CODE_USAGE, "one JSON object a line"},
    {"status", GA_CODE_USAGE, "one JSON object a line"},
    {"[]", GA_CODE_USAGE, "one JSON object a line"},
    {"null", GA_CODE_USAGE, "one JSON object a line"},
    {"\"status\"", GA_CODE_USAGE, "one JSON object a line"},
    {"{", GA_CODE_USAGE, "one JSON object a line"},
    {"{}{}", GA_CODE_USAGE, "one JSON object a line"},
    {"{\"v\":1,\"verb\":\"status\"} x", GA_CODE_USAGE, "one JSON object a line"},
    {"{\"v\":1,\"verb\":\"status\",}", GA_CODE_USAGE, "one JSON object a line"},
    {"{'v':1,'verb':'status'}", GA_CODE_USAGE, "one JSON object a line"},
    {"{\"v\":1,\"verb\":\"status\"/**/}", GA_CODE_USAGE, "one JSON object a line"},
    {"{\"v\":1,\"verb\":\"\xff\"}", GA_CODE_USAGE, "one JSON object a line"},
    {"{\"v\":1,\"verb\":\"status\",\"x\":[[1]]}", GA_CODE_USAGE, "one JSON object a line"},
    /* version and verb */
    {"{}", GA_CODE_USAGE, "\"v\":1"},
    {"{\"verb\":\"status\"}", GA_CODE_USAGE, "\"v\":1"},
    {"{\"v\":\"1\",\"verb\":\"status\"}", GA_CODE_USAGE, "\"v\":1"},
    {"{\"v\":1.0,\"verb\":\"status\"}", GA_CODE_USAGE, "\"v\":1"},
    {"{\"v\":2,\"verb\":\"status\"}", GA_CODE_VERSION, "speaks version 1"},
    {"{\"v\":0,\"verb\":\"nonsense\"}", GA_CODE_VERSION, "speaks version 1"},
    {"{\"v\":18446744073709551617,\"verb\":\"status\"}", GA_CODE_VERSION, "speaks version 1"},
    {"{\"v\":1}", GA_CODE_USAGE, "\"verb\":\"status\""},
    {"{\"v\":1,\"verb\":7}", GA_CODE_USAGE, "\"verb\":\"status\""},
    {"{\"v\":1,\"verb\":\"\"}", GA_CODE_USAGE, "there is no verb ''"},
    {"{\"v\":1,\"verb\":\"Status\"}", GA_CODE_USAGE, "did you mean 'status'?"},
    {"{\"v\":1,\"verb\":\"status\\u0000\"}", GA_CODE_USAGE, "there is no verb"},
    {"{\"v\":1,\"verb\":\"counter\"}", GA_CODE_USAGE, "did you mean 'counters'?"},
    {"{\"v\":1,\"verb\":\"\xc3\xbc\\u0007\\\"'\"}", GA_CODE_USAGE, "there is no verb '???\"''"},
    /* arguments of another verb, and of none */
    {"{\"v\":1,\"verb\":\"status\",\"source\":\"10.0.0.1\"}", GA_CODE_USAGE,
     "verb 'status' takes no 'source'"},
    {"{\"v\":1,\"verb\":\"drops\",\"sorce\":\"10.0.0.1\"}", GA_CODE_USAGE,
     "verb 'drops' takes no 'sorce'; did you mean 'source'?"},
    {"{\"v\":1,\"verb\":\"status\",\"sorce\":\"10.0.0.1\"}", GA_CODE_USAGE, "goaway-control(7) has what"},
    {"{\"v\":1,\"verb\":\"reload\",\"now\":true}", GA_CODE_USAGE, "verb 'reload' takes no 'now'"},
    /* values */
    {"{\"v\":1,\"verb\":\"drops\",\"limit\":0}", GA_CODE_USAGE, "'limit' is not right; a number"},
    {"{\"v\":1,\"verb\":\"drops\",\"limit\":-1}", GA_CODE_USAGE, "'limit' is not right"},
    {"{\"v\":1,\"verb\":\"drops\",\"limit\":4294967295}", GA_CODE_USAGE, "'limit' is not right"},
    {"{\"v\":1,\"verb\":\"drops\",\"limit\":1e3}", GA_CODE_USAGE, "'limit' is not right"},
    {"{\"v\":1,\"verb\":\"drops\",\"limit\":\"5\"}", GA_CODE_USAGE, "'limit' is not right"},
    {"{\"v\":1,\"verb\":\"drops\",\"limit\":null}", GA_CODE_USAGE, "'limit' is not right"},
    {"{\"v\":1,\"verb\":\"drops\",\"limit\":true}", GA_CODE_USAGE, "'limit' is not right"},
    {"{\"v\":1,\"verb\":\"drops\",\"source\":17}", GA_CODE_USAGE, "'source' is not right"},
    {"{\"v\":1,\"verb\":\"drops\",\"source\":\"here\"}", GA_CODE_USAGE, "'source' is not right"},
    {"{\"v\":1,\"verb\":\"drops\",\"source\":\"10.0.0.1\\u0000\"}", GA_CODE_USAGE,
     "'source' is not right"},
    {"{\"v\":1,\"verb\":\"drops\",\"source\":\"10.0.0.1/8\"}", GA_CODE_USAGE,
     "'source' is not right"},
    {"{\"v\":1,\"verb\":\"drops\",\"source\":\"10.0.0.1\",\"target\":\"::1\"}", GA_CODE_USAGE,
     "different versions of IP"},
    {"{\"v\":1,\"verb\":\"events\",\"follow\":1}", GA_CODE_USAGE, "true or false"},
    {"{\"v\":1,\"verb\":\"events\",\"kind\":\"\"}", GA_CODE_USAGE, "'kind' is not right"},
    {"{\"v\":1,\"verb\":\"events\",\"kind\":\"installed,\"}", GA_CODE_USAGE, "'kind' is not"},
    {"{\"v\":1,\"verb\":\"events\",\"kind\":\"installed expired\"}", GA_CODE_USAGE, "'kind' is not"},
    {"{\"v\":1,\"verb\":\"events\",\"kind\":\"a-kind-with-a-long-name\"}", GA_CODE_USAGE,
     "'kind' is not right"},
    {"{\"v\":1,\"verb\":\"mode\"}", GA_CODE_USAGE, "verb 'mode' needs 'mode': \"observe\" or"},
    {"{\"v\":1,\"verb\":\"mode\",\"mode\":\"off\"}", GA_CODE_USAGE, "\"observe\" or \"enforce\""},
    {"{\"v\":1,\"verb\":\"explain\",\"source\":\"10.0.0.1\"}", GA_CODE_USAGE, "needs 'target'"},
    {"{\"v\":1,\"verb\":\"explain\",\"source\":\"10.0.0.0/24\",\"target\":\"192.0.2.1\"}",
     GA_CODE_USAGE, "'source' is not right"},
    {"{\"v\":1,\"verb\":\"explain\",\"source\":\"224.0.0.1\",\"target\":\"192.0.2.1\"}",
     GA_CODE_USAGE, "'source' is not right"},
    {"{\"v\":1,\"verb\":\"explain\",\"source\":\"192.0.2.1\",\"target\":\"192.0.2.1\"}",
     GA_CODE_USAGE, "are the same"},
    {"{\"v\":1,\"verb\":\"drop\"," PAIR ",\"service\":\"udp/123\"}", GA_CODE_USAGE,
     "needs 'lifetime_s'"},
    {"{\"v\":1,\"verb\":\"drop\"," PAIR ",\"service\":\"udp\",\"lifetime_s\":60}", GA_CODE_USAGE,
     "'service' is not right"},
    {"{\"v\":1,\"verb\":\"drop\"," PAIR ",\"service\":\"udp/123\",\"lifetime_s\":0}", GA_CODE_USAGE,
     "'lifetime_s' is not right"},
    {DROP ",\"why\":\"\"}", GA_CODE_USAGE, "'why' is not right"},
    {DROP ",\"why\":\"a \\\"quote\\\"\"}", GA_CODE_USAGE, "'why' is not right"},
    {DROP ",\"why\":\"back\\\\slash\"}", GA_CODE_USAGE, "'why' is not right"},
    {DROP ",\"why\":\"\\u001b[2J\"}", GA_CODE_USAGE, "'why' is not right"},
    {DROP ",\"why\":\"a new\\nline\"}", GA_CODE_USAGE, "'why' is not right"},
    {DROP ",\"why\":\"123456789 123456789 123456789 123456789 123456789 1234\"}", GA_CODE_USAGE,
     "'why' is not right"},
    {"{\"v\":1,\"verb\":\"lift\"}", GA_CODE_USAGE, "needs 'source', 'target' or 'service'"},
};

/* What must hold of every line, whatever is in it. Returns its code. */
static enum ga_code parse(const char *line, size_t len, struct ga_request *request, char *error)
{
	struct ga_request before;
	enum ga_code code;

	memset(request, 0xa5, sizeof(*request));
	before = *request;
	memset(error, 0, GA_CONTROL_ERROR_MAX);
	code = ga_request_parse(line, len, request, error);
	if (code == GA_CODE_NONE) {
		const struct ga_addr *source = &request->filter.source.addr;
		const struct ga_addr *target = &request->filter.target.addr;

		assert_true((unsigned)request->verb < GA_VERB_COUNT);
		assert_true(!source->version || !target->version ||
			    source->version == target->version);
		assert_non_null(memchr(request->why, '\0', sizeof(request->why)));
		return code;
	}
	assert_true(code == GA_CODE_USAGE || code == GA_CODE_VERSION);
	assert_memory_equal(request, &before, sizeof(before));
	assert_true(strlen(error) > 0 && strlen(error) < GA_CONTROL_ERROR_MAX);
	for (const char *at = error; *at; at++)
		assert_true(*at >= ' ' && *at <= '~');
	return code;
}

static void test_good(void **state)
{
	char error[GA_CONTROL_ERROR_MAX];
	struct ga_request request;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		if (parse(good[i], strlen(good[i]), &request, error) != GA_CODE_NONE)
			fail_msg("%s: %s", good[i], error);
}

static void take(const char *line, struct ga_request *ret)
{
	char error[GA_CONTROL_ERROR_MAX];

	assert_int_equal(parse(line, strlen(line), ret, error), GA_CODE_NONE);
}

static void test_values(void **state)
{
	struct ga_addr source = addr_of("10.0.1.11"), target = addr_of("192.0.2.1");
	struct ga_request request;

	(void)state;
	take(DROP ",\"why\":\"noise\"}", &request);
	assert_int_equal(request.verb, GA_VERB_DROP);
	assert_true(ga_addr_equal(&request.filter.source.addr, &source));
	assert_true(ga_addr_equal(&request.filter.target.addr, &target));
	assert_int_equal(request.filter.source.bits, 32);
	assert_true(request.has_service);
	assert_int_equal(request.protocol, 17);
	assert_int_equal(request.port, 123);
	assert_int_equal(request.lifetime_s, 60);
	assert_string_equal(request.why, "noise");

	take("{\"v\":1,\"verb\":\"drops\",\"source\":\"10.0.0.0/8\",\"limit\":7}", &request);
	assert_int_equal(request.filter.source.bits, 8);
	assert_int_equal(request.filter.target.addr.version, 0);
	assert_false(request.has_service);
	assert_int_equal(request.limit, 7);
	assert_string_equal(request.why, "");

	take("{\"v\":1,\"verb\":\"events\",\"kind\":\"installed,expired\",\"last\":3,\"follow\":true}",
	     &request);
	assert_int_equal(request.filter.kinds, 1U << GA_EVENT_INSTALLED | 1U << GA_EVENT_EXPIRED);
	assert_int_equal(request.last, 3);
	assert_true(request.follow);
	assert_int_equal(request.limit, UINT32_MAX);

	take("{\"v\":1,\"verb\":\"events\"}", &request);
	assert_int_equal(request.filter.kinds, 0);
	assert_int_equal(request.last, UINT32_MAX);
	assert_false(request.follow);

	take("{\"v\":1,\"verb\":\"mode\",\"mode\":\"enforce\"}", &request);
	assert_true(request.enforce);
	take("{\"v\":1,\"verb\":\"mode\",\"mode\":\"observe\"}", &request);
	assert_false(request.enforce);
}

static void test_bad(void **state)
{
	char error[GA_CONTROL_ERROR_MAX];
	struct ga_request request;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		enum ga_code code = parse(bad[i].line, strlen(bad[i].line), &request, error);

		if (code != bad[i].code || !strstr(error, bad[i].told))
			fail_msg("%s: %s: %s", bad[i].line, ga_code_name(code), error);
	}
}

/* Every verb is known by its name, and says who may. */
static void test_verbs(void **state)
{
	(void)state;
	for (int i = 0; i < GA_VERB_COUNT; i++) {
		static const enum ga_verb changing[] = {GA_VERB_MODE, GA_VERB_DROP, GA_VERB_LIFT,
							GA_VERB_RELOAD};
		bool changes = false;

		assert_true(strlen(ga_verb_name(i)) > 0);
		for (size_t k = 0; k < COUNT(changing); k++)
			changes |= changing[k] == (enum ga_verb)i;
		assert_int_equal(ga_verb_changes(i), changes);
	}
}

/* As long as a line can be, and as deep. */
static void test_long(void **state)
{
	static char line[GA_CONTROL_LINE_MAX];
	char error[GA_CONTROL_ERROR_MAX];
	struct ga_request request;
	int len;

	(void)state;
	len = snprintf(line, sizeof(line), "{\"v\":1,\"verb\":\"%04050d\"}", 7);
	assert_int_equal(parse(line, (size_t)len, &request, error), GA_CODE_USAGE);
	assert_non_null(strstr(error, "there is no verb '00000000000000000000000000000000'"));
	len = snprintf(line, sizeof(line), "{\"v\":1,\"verb\":\"status\",\"%04030d\":1}", 7);
	assert_int_equal(parse(line, (size_t)len, &request, error), GA_CODE_USAGE);
	memset(line, '[', sizeof(line));
	assert_int_equal(parse(line, sizeof(line) - 1, &request, error), GA_CODE_USAGE);
	memset(line, '{', sizeof(line));
	assert_int_equal(parse(line, sizeof(line) - 1, &request, error), GA_CODE_USAGE);
	for (size_t i = 0; i + 5 < sizeof(line); i += 5)
		memcpy(line + i, "{\"a\":", 5);
	assert_int_equal(parse(line, sizeof(line) - 1, &request, error), GA_CODE_USAGE);
}

/* Good lines with octets changed, left out, put in and cut: any answer, and nothing else. */
static void test_mutated(void **state)
{
	char line[512], error[GA_CONTROL_ERROR_MAX];
	struct ga_request request;
	uint64_t random = 4;
	unsigned taken = 0;

	(void)state;
	for (unsigned turn = 0; turn < 40000; turn++) {
		size_t len = strlen(good[turn % COUNT(good)]);

		memcpy(line, good[turn % COUNT(good)], len);
		for (uint32_t change = random_under(&random, 4); change > 0 && len > 1; change--) {
			uint32_t at = random_under(&random, (uint32_t)len);

			switch (random_under(&random, 4)) {
			case 0:
				line[at] ^= (char)(1 << random_under(&random, 8));
				break;
			case 1:
				memmove(line + at, line + at + 1, --len - at);
				break;
			case 2:
				memmove(line + at + 1, line + at, len++ - at);
				line[at] = "\"\\{}[]:,0\xff"[random_under(&random, 10)];
				break;
			default:
				len = at + 1;
			}
		}
		line[len] = '\0';
		taken += parse(line, len, &request, error) == GA_CODE_NONE;
	}
	/* It is neither blind nor deaf. */
	assert_true(taken > 8000 && taken < 20000);
}

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_good),  cmocka_unit_test(test_values),
	    cmocka_unit_test(test_bad),	  cmocka_unit_test(test_verbs),
	    cmocka_unit_test(test_long),  cmocka_unit_test(test_mutated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
