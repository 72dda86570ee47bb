/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real kisses, spoilt: what a liar would send who knows all but one thing, and
 * what an honest server might send that only looks odd.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture_file.h"
#include "replay.h"

#define SECOND_NS UINT64_C(1000000000)

/* One kiss and the request it answers. */
struct pair {
	struct capture_frame request;
	struct capture_frame kiss;
	size_t udp, ntp; /* offsets */
};

typedef void (*spoil)(struct pair *pair);

static void bit_flip(uint8_t *octet)
{
	*octet ^= 0x10;
}

static void origin_first(struct pair *pair)
{
	bit_flip(&pair->kiss.octets[pair->ntp + 24]);
}

static void origin_last(struct pair *pair)
{
	pair->kiss.octets[pair->ntp + 31] ^= 1;
}

static void origin_zero(struct pair *pair)
{
	memset(pair->kiss.octets + pair->ntp + 24, 0, 8);
}

static void client_port(struct pair *pair)
{
	bit_flip(&pair->kiss.octets[pair->udp + 3]);
}

static void server_port(struct pair *pair)
{
	pair->kiss.octets[pair->udp] = 0x40;
}

/* The last octet of each address. */
static void client_addr(struct pair *pair)
{
	bit_flip(&pair->kiss.octets[pair->udp - 1]);
}

static void server_addr(struct pair *pair)
{
	bit_flip(&pair->kiss.octets[pair->udp == 20 ? 15 : 23]);
}

static void addresses_as_the_request(struct pair *pair)
{
	size_t at = pair->udp == 20 ? 12 : 8;

	memcpy(pair->kiss.octets + at, pair->request.octets + at, pair->udp == 20 ? 8 : 32);
}

static void set_mode(struct pair *pair, unsigned mode)
{
	uint8_t *first = &pair->kiss.octets[pair->ntp];

	*first = (uint8_t)((*first & ~7) | mode);
}

static void mode_0(struct pair *pair)
{
	set_mode(pair, 0);
}

static void mode_1(struct pair *pair)
{
	set_mode(pair, 1);
}

static void mode_2(struct pair *pair)
{
	set_mode(pair, 2);
}

static void mode_5(struct pair *pair)
{
	set_mode(pair, 5);
}

static void mode_6(struct pair *pair)
{
	set_mode(pair, 6);
}

static void mode_7(struct pair *pair)
{
	set_mode(pair, 7);
}

static void version_0(struct pair *pair)
{
	pair->kiss.octets[pair->ntp] &= 0xc7;
}

static void version_5(struct pair *pair)
{
	pair->kiss.octets[pair->ntp] = (uint8_t)((pair->kiss.octets[pair->ntp] & 0xc7) | 5 << 3);
}

static void set_length(struct pair *pair, unsigned ntp_len)
{
	uint8_t *octets = pair->kiss.octets;
	unsigned udp_len = 8 + ntp_len;
	unsigned ip_len = pair->udp == 20 ? 20 + udp_len : udp_len;
	size_t at = pair->udp == 20 ? 2 : 4;

	octets[at] = (uint8_t)(ip_len >> 8);
	octets[at + 1] = (uint8_t)ip_len;
	octets[pair->udp + 4] = (uint8_t)(udp_len >> 8);
	octets[pair->udp + 5] = (uint8_t)udp_len;
	pair->kiss.frame.len = pair->ntp + ntp_len;
}

static void length_44(struct pair *pair)
{
	set_length(pair, 44);
}

static void length_47(struct pair *pair)
{
	set_length(pair, 47);
}

static void length_49(struct pair *pair)
{
	set_length(pair, 49);
}

static void longer_than_asked(struct pair *pair)
{
	set_length(pair, 200);
}

/* Of NTS or a MAC only the header is left. */
static void bare(struct pair *pair)
{
	set_length(pair, 48);
}

static void cut(struct pair *pair)
{
	pair->kiss.frame.len = pair->ntp + 47;
}

static void fragment(struct pair *pair)
{
	if (pair->udp == 20)
		pair->kiss.octets[6] |= 0x20;
	else
		pair->kiss.octets[6] = 44;
}

static void stratum_1(struct pair *pair)
{
	pair->kiss.octets[pair->ntp + 1] = 1;
}

static void lower_case(struct pair *pair)
{
	for (size_t i = 12; i < 16; i++)
		pair->kiss.octets[pair->ntp + i] |= 0x20;
}

static void set_code(struct pair *pair, const char *code)
{
	memcpy(pair->kiss.octets + pair->ntp + 12, code, 4);
}

static void code_x(struct pair *pair)
{
	set_code(pair, "XRAT");
}

static void code_ntsn(struct pair *pair)
{
	set_code(pair, "NTSN");
}

static void code_init(struct pair *pair)
{
	set_code(pair, "INIT");
}

static void code_none(struct pair *pair)
{
	set_code(pair, "\0\0\0");
}

static void code_rstr(struct pair *pair)
{
	set_code(pair, "RSTR");
}

static void leap_0(struct pair *pair)
{
	pair->kiss.octets[pair->ntp] &= 0x3f;
}

static void leap_3(struct pair *pair)
{
	pair->kiss.octets[pair->ntp] |= 0xc0;
}

static void no_timestamps(struct pair *pair)
{
	memset(pair->kiss.octets + pair->ntp + 16, 0, 8);
	memset(pair->kiss.octets + pair->ntp + 32, 0, 16);
}

static void poll_17(struct pair *pair)
{
	pair->kiss.octets[pair->ntp + 2] = 17;
}

static void late(struct pair *pair)
{
	pair->kiss.frame.time_ns = pair->request.frame.time_ns + 30 * SECOND_NS;
}

static void within_4_seconds(struct pair *pair)
{
	pair->kiss.frame.time_ns = pair->request.frame.time_ns + 4 * SECOND_NS;
}

static void after_4_seconds(struct pair *pair)
{
	pair->kiss.frame.time_ns = pair->request.frame.time_ns + 4 * SECOND_NS + 1;
}

static void untouched(struct pair *pair)
{
	(void)pair;
}

static const struct forgery {
	const char *label;
	spoil spoil;
	enum ga_reason wanted;
} forgeries[] = {
    {"untouched", untouched, GA_REASON_NONE},
    {"origin, first octet", origin_first, GA_REASON_UNMATCHED},
    {"origin, last bit", origin_last, GA_REASON_UNMATCHED},
    {"origin zero", origin_zero, GA_REASON_UNMATCHED},
    {"another client port", client_port, GA_REASON_UNMATCHED},
    {"another server port", server_port, GA_REASON_NOT_A_SIGNAL},
    {"another client", client_addr, GA_REASON_UNMATCHED},
    {"another server", server_addr, GA_REASON_UNMATCHED},
    {"not turned round", addresses_as_the_request, GA_REASON_UNMATCHED},
    {"mode 0", mode_0, GA_REASON_NTP_MODE},
    {"mode 1", mode_1, GA_REASON_NTP_MODE},
    {"mode 2", mode_2, GA_REASON_NTP_MODE},
    {"mode 5", mode_5, GA_REASON_NTP_MODE},
    {"mode 6", mode_6, GA_REASON_NTP_MODE},
    {"mode 7", mode_7, GA_REASON_NTP_MODE},
    {"version 0", version_0, GA_REASON_NTP_VERSION},
    {"version 5", version_5, GA_REASON_NTP_VERSION},
    {"44 octets", length_44, GA_REASON_NTP_LENGTH},
    {"47 octets", length_47, GA_REASON_NTP_LENGTH},
    {"49 octets", length_49, GA_REASON_NTP_LENGTH},
    {"cut at 47 octets", cut, GA_REASON_TRUNCATED},
    {"fragment", fragment, GA_REASON_FRAGMENT},
    {"stratum 1", stratum_1, GA_REASON_TIME_ANSWER},
    {"lower case", lower_case, GA_REASON_KISS_INFORMATIONAL},
    {"XRAT", code_x, GA_REASON_KISS_INFORMATIONAL},
    {"NTSN", code_ntsn, GA_REASON_KISS_INFORMATIONAL},
    {"INIT", code_init, GA_REASON_KISS_INFORMATIONAL},
    {"no code", code_none, GA_REASON_KISS_INFORMATIONAL},
    {"30 s late", late, GA_REASON_UNMATCHED},
    {"4 s and a nanosecond", after_4_seconds, GA_REASON_UNMATCHED},
    /* Odd but true: who knows the nonce saw the request. */
    {"4 s", within_4_seconds, GA_REASON_NONE},
    {"RSTR", code_rstr, GA_REASON_NONE},
    {"leap 0", leap_0, GA_REASON_NONE},
    {"leap 3", leap_3, GA_REASON_NONE},
    {"no timestamps", no_timestamps, GA_REASON_NONE},
    {"longer than the request", longer_than_asked, GA_REASON_NONE},
    {"without what the request carried", bare, GA_REASON_NONE},
    {"poll 17", poll_17, GA_REASON_NONE},
};
enum { FORGERIES = sizeof(forgeries) / sizeof(forgeries[0]) };

static unsigned tests, failures;

static void report(bool good, const char *capture, const char *label)
{
	tests++;
	failures += !good;
	printf("%sok %u - %s: %s\n", good ? "" : "not ", tests, capture, label);
}

/* A client that asks from port 123: then an answer from elsewhere still has a port of NTP. */
static enum ga_reason wanted_of(const struct forgery *forgery, const struct pair *real)
{
	bool from_123 =
	    real->request.octets[real->udp] == 0 && real->request.octets[real->udp + 1] == 123;

	return forgery->spoil == server_port && from_123 ? GA_REASON_NTP_MODE : forgery->wanted;
}

static enum ga_reason reason_of(const struct ga_step *step)
{
	return step->seen->refused != GA_REASON_NONE ? step->seen->refused : step->verdict.reason;
}

static struct ga_step play(struct ga_replay *replay, const struct capture_frame *frame)
{
	return replay_frame(replay, &frame->frame, frame->wall_s);
}

static void frame_copy(struct capture_frame *to, const struct capture_frame *from)
{
	*to = *from;
	to->frame.octets = to->octets;
}

/* The first kiss with a nonce, and the request before it that has that nonce. */
static bool pair_find(const struct capture_file *file, struct pair *ret)
{
	for (size_t k = 0; k < file->count; k++) {
		const struct capture_frame *kiss = &file->frames[k];
		size_t udp = kiss->octets[0] >> 4 == 4 ? 20 : 40, ntp = udp + 8;

		if ((kiss->octets[ntp] & 7) != 4 || kiss->octets[ntp + 1] != 0)
			continue;
		for (size_t r = k; r-- > 0;) {
			if (memcmp(file->frames[r].octets + ntp + 40, kiss->octets + ntp + 24, 8) !=
			    0)
				continue;
			frame_copy(&ret->request, &file->frames[r]);
			frame_copy(&ret->kiss, kiss);
			ret->udp = udp;
			ret->ntp = ntp;
			return true;
		}
	}
	return false;
}

/* Whatever a kiss says, how long an order lasts is the policy's. */
static bool order_is_lawful(const struct ga_step *step)
{
	if (step->decided != GA_REASON_NONE)
		return step->order.action == GA_ACTION_NONE;
	return step->order.action == GA_ACTION_DROP ? step->order.lifetime_s == 3600
						    : step->order.lifetime_s == 1024;
}

/* Decode lets it through and the request is found: then that request has had its answer. */
static bool spends(enum ga_reason wanted)
{
	return wanted == GA_REASON_NONE || wanted == GA_REASON_TIME_ANSWER ||
	       wanted == GA_REASON_KISS_INFORMATIONAL;
}

static void forge(const char *capture, const struct pair *real, const struct forgery *forgery)
{
	enum ga_reason wanted = wanted_of(forgery, real);
	struct ga_replay replay;
	struct ga_step step;
	struct pair pair;
	bool good;

	frame_copy(&pair.request, &real->request);
	frame_copy(&pair.kiss, &real->kiss);
	pair.udp = real->udp;
	pair.ntp = real->ntp;
	forgery->spoil(&pair);

	replay_open(&replay);
	play(&replay, &pair.request);
	step = play(&replay, &pair.kiss);
	good = reason_of(&step) == wanted;
	if (step.seen->refused == GA_REASON_NONE)
		good &= order_is_lawful(&step);
	if (!spends(wanted)) {
		step = play(&replay, &real->kiss);
		good &= reason_of(&step) == GA_REASON_NONE;
	}
	step = play(&replay, &real->kiss);
	good &= reason_of(&step) == GA_REASON_UNMATCHED;
	ga_replay_close(&replay);
	report(good, capture, forgery->label);
}

static void from_inside(const char *capture, const struct pair *real)
{
	struct ga_replay replay;
	struct ga_step step;
	bool good;

	replay_open(&replay);
	play(&replay, &real->request);
	replay_turn(&replay, true);
	step = play(&replay, &real->kiss);
	replay_turn(&replay, false);
	good = reason_of(&step) == GA_REASON_FROM_INSIDE && step.order.action == GA_ACTION_NONE;
	step = play(&replay, &real->kiss);
	good &= reason_of(&step) == GA_REASON_NONE;
	ga_replay_close(&replay);
	report(good, capture, "from inside");
}

static void never_asked(const char *capture, const struct pair *real)
{
	struct ga_replay replay;
	struct ga_step step;

	replay_open(&replay);
	step = play(&replay, &real->kiss);
	report(reason_of(&step) == GA_REASON_UNMATCHED, capture, "never asked");
	ga_replay_close(&replay);
}

int main(int argc, char **argv)
{
	/* Each way to write a kiss that was seen on a wire, over both versions of IP. */
	static const char *const captures[] = {
	    "kod-ntpdrs140-deny-v4.pcap",	  "kod-chrony461-rate-loop100ms-v4.pcap",
	    "kod-chrony461-rate-nts-v4.pcap",	  "kod-ntpsec122-rate-loop100ms-v6.pcap",
	    "kod-ntpsec122-rate-mac-md5-v4.pcap", "kod-ntpsec122-rate-xmt-time-v6.pcap",
	    "kod-client-ntp428p15-ntpd-v4.pcap",
	};
	const char *directory = argc == 2 ? argv[1] : "captures";

	for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++) {
		struct capture_file *file = capture_file_read(directory, captures[i]);
		struct pair real;

		if (!file || !pair_find(file, &real)) {
			report(false, captures[i], "has a kiss");
			free(file);
			continue;
		}
		for (size_t k = 0; k < FORGERIES; k++)
			forge(captures[i], &real, &forgeries[k]);
		from_inside(captures[i], &real);
		never_asked(captures[i], &real);
		free(file);
	}
	printf("1..%u\n", tests);
	return failures != 0;
}
