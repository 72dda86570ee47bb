/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a packet was not believed. Facts about packets, not errors: each has a
 * name and is counted; the core logs none of them.
 */
#ifndef GOAWAY_REASON_H
#define GOAWAY_REASON_H

#define GA_REASONS(X)                                                                     \
	X(NONE, "none", "nothing is wrong with it")                                       \
	/* decode: any packet */                                                          \
	X(TRUNCATED, "truncated", "shorter than its headers say")                         \
	X(NOT_IP, "not_ip", "neither IPv4 nor IPv6")                                      \
	X(BAD_IP_HEADER, "bad_ip_header", "IP header lengths contradict each other")      \
	X(FRAGMENT, "fragment", "a fragment")                                             \
	X(BAD_EXTENSION, "bad_extension", "IPv6 extension headers too many or too long")  \
	X(NOT_UNICAST, "not_unicast", "source or destination is not unicast, or the same") \
	X(NOT_A_SIGNAL, "not_a_signal", "no protocol that can carry a signal")            \
	/* decode: NTP, protocol.md section 2 */                                          \
	X(NTP_LENGTH, "ntp_length", "under 48 octets or not a multiple of 4")             \
	X(NTP_VERSION, "ntp_version", "NTP version not 1 to 4")                           \
	X(NTP_MODE, "ntp_mode", "neither a client's request nor a server's answer")       \
	/* verify: NTP */                                                                 \
	X(TIME_ANSWER, "time_answer", "an ordinary answer, no complaint")                 \
	X(KISS_INFORMATIONAL, "kiss_informational", "a kiss code that asks for nothing")  \
	X(UNMATCHED, "unmatched", "answers no open request")                              \
	X(FROM_INSIDE, "from_inside", "came from the side of the source")                 \
	X(NONCE_ZERO, "nonce_zero", "the request had no nonce")                           \
	X(NONCE_GUESSED, "nonce_guessed", "weak nonce while somebody is guessing")        \
	/* decide */                                                                      \
	X(EXEMPT, "exempt", "source or target is exempt by a setting")                    \
	X(SETTLING, "settling", "sent before the last drop could work")                   \
	X(PROBED, "probed", "this pair was probed within the hour, or too many probes")

enum ga_reason {
#define X(name, text, help) GA_REASON_##name,
	GA_REASONS(X)
#undef X
	GA_REASON_COUNT
};

/* The counter's name, in lower case; its explanation. */
const char *ga_reason_name(enum ga_reason reason);
const char *ga_reason_help(enum ga_reason reason);

#endif
