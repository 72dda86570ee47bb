/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All differences of dates are taken modulo 2^32 seconds, so that the roll-over
 * of NTP's era on 2036-02-07 is a day like any other.
 */
#include <goaway/nonce.h>

#include <assert.h>
#include <stddef.h>

#define DAY_S 86400U
#define YEAR_S (366U * DAY_S)

/* Seconds from 1900 to 1970, to 2000, and to 2020; from 2020 to 2056. */
#define EPOCH_1970_S 2208988800U
#define EPOCH_2000_S 3155673600U
#define EPOCH_2020_S 3786825600U
#define PLAUSIBLE_S (13149U * DAY_S)

/* 2026-01-01, by the router's clock. Earlier than this program, the clock was never set. */
#define BUILT_S 1767225600

/* From a day before, for clocks in another time zone, to a year after; no more, for every year
 * takes in 1 % of all nonces. */
static bool is_since(uint32_t seconds, uint32_t epoch)
{
	return seconds - (epoch - DAY_S) <= DAY_S + YEAR_S;
}

static bool is_the_time(uint32_t seconds, int64_t wall_s)
{
	if (wall_s < BUILT_S && seconds - EPOCH_2020_S <= PLAUSIBLE_S)
		return true;
	/* A router without a battery may start from the date of a file, and be behind until it is
	 * told the time. The conversion keeps the value modulo 2^32, whatever wall_s is. */
	return is_since(seconds, (uint32_t)wall_s + EPOCH_1970_S);
}

enum ga_nonce_class ga_nonce_classify(uint64_t nonce, bool used_before, int64_t wall_s)
{
	uint32_t seconds = (uint32_t)(nonce >> 32);

	if ((uint32_t)nonce == 0)
		return GA_NONCE_ZERO;
	if (used_before)
		return GA_NONCE_REPEATED;
	/* Where clocks start that were never set: 1900 and 1970 in software, 2000 in RTC chips. */
	if (is_the_time(seconds, wall_s) || is_since(seconds, 0) ||
	    is_since(seconds, EPOCH_1970_S) || is_since(seconds, EPOCH_2000_S))
		return GA_NONCE_GUESSABLE;
	return GA_NONCE_RANDOM;
}

const char *ga_nonce_class_name(enum ga_nonce_class class)
{
	switch (class) {
	case GA_NONCE_ZERO:
		return "zero";
	case GA_NONCE_GUESSABLE:
		return "guessable";
	case GA_NONCE_REPEATED:
		return "repeated";
	case GA_NONCE_RANDOM:
		return "random";
	}
	assert(false);
	return NULL;
}
