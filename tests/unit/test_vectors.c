/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages of the protocol, octet by octet, both ways. The folder with them
 * is the program's argument.
 */
#include <stdio.h>

#include "messages.h"

static const char *folder;

static const struct {
	const char *file;
	uint8_t version;
	enum ga_message_type type;
} vectors[] = {
    {"ipv4-1-go-away.hex", 4, GA_MESSAGE_GO_AWAY},
    {"ipv4-2-challenge.hex", 4, GA_MESSAGE_CHALLENGE},
    {"ipv4-3-confirm.hex", 4, GA_MESSAGE_CONFIRM},
    {"ipv4-4-result-granted.hex", 4, GA_MESSAGE_RESULT},
    {"ipv6-1-go-away.hex", 6, GA_MESSAGE_GO_AWAY},
    {"ipv6-2-challenge.hex", 6, GA_MESSAGE_CHALLENGE},
    {"ipv6-3-confirm.hex", 6, GA_MESSAGE_CONFIRM},
    {"ipv6-4-result-granted.hex", 6, GA_MESSAGE_RESULT},
};

static size_t vector_read(const char *name, uint8_t *octets, size_t most)
{
	char path[4096], line[512];
	size_t len = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	if (!file)
		fail_msg("cannot read %s", path);
	while (fgets(line, sizeof(line), file)) {
		unsigned octet;
		int used;

		if (line[0] == '#')
			continue;
		for (char *at = line; sscanf(at, "%2x%n", &octet, &used) == 1; at += used) {
			assert_true(len < most);
			octets[len++] = (uint8_t)octet;
		}
	}
	fclose(file);
	return len;
}

/* The packet that a vector quotes, where V would have it from. */
static struct octets offending_of(const uint8_t *icmp, uint8_t version)
{
	struct octets packet = {.len = version == 4 ? 76 : 96};

	memcpy(packet.at, icmp + 8, packet.len);
	return packet;
}

static void build_gives_the_octets(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct ga_message message = vector_message(vectors[i].version, vectors[i].type);
		uint8_t wanted[GA_MESSAGE_LEN + 1];
		struct octets offending, packet;
		size_t ip_len;

		assert_int_equal(vector_read(vectors[i].file, wanted, sizeof(wanted)),
				 GA_MESSAGE_LEN);
		offending = offending_of(wanted, vectors[i].version);
		packet = message_make(&message, &offending);
		ip_len = icmp_offset(&packet);
		assert_int_equal(packet.len, ip_len + GA_MESSAGE_LEN);
		assert_memory_equal(packet.at + ip_len, wanted, GA_MESSAGE_LEN);
	}
}

static void decode_gives_the_message(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct ga_message wanted = vector_message(vectors[i].version, vectors[i].type), got;
		struct octets packet = message_make(&wanted, NULL);
		size_t ip_len = icmp_offset(&packet);

		memset(packet.at + ip_len, 0, GA_MESSAGE_LEN);
		vector_read(vectors[i].file, packet.at + ip_len, GA_MESSAGE_LEN);
		assert_int_equal(message_decode(&packet, &got), GA_REASON_NONE);
		assert_true(message_equal(&got, &wanted));
	}
}

/* What the vectors do not show. */
static void ip_headers(void **state)
{
	static const uint8_t ipv4[20] = {0x45, 0, 0,   200, 0,	 0, 0x40, 0, 64, 1,
					 0,    0, 198, 51,  100, 7, 192,  0, 2,	 10};
	static const uint8_t ipv6[8] = {0x60, 0, 0, 0, 0, 180, 58, 64};
	struct ga_message message = vector_message(4, GA_MESSAGE_GO_AWAY);
	struct octets packet = message_make(&message, NULL);

	(void)state;
	assert_int_equal(ga_sum_fold(ga_sum(packet.at, 20, 0)), 0);
	ga_write_u16(packet.at + 10, 0);
	assert_memory_equal(packet.at, ipv4, sizeof(ipv4));

	message = vector_message(6, GA_MESSAGE_CHALLENGE);
	packet = message_make(&message, NULL);
	assert_memory_equal(packet.at, ipv6, sizeof(ipv6));
	assert_memory_equal(packet.at + 8, message.quote.flow.source.octets, 16);
	assert_memory_equal(packet.at + 24, message.quote.flow.target.octets, 16);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(build_gives_the_octets),
	    cmocka_unit_test(decode_gives_the_message),
	    cmocka_unit_test(ip_headers),
	};

	if (argc != 2)
		return 2;
	folder = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
