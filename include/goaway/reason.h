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
	/* decode: Go Away, protocol.md 1.4, tests 6 and 7 */                                       \
	X(GOAWAY_LENGTH, "goaway_length", "not 180 octets of ICMP, or RFC 4884 lengths wrong")    \
	X(GOAWAY_CHECKSUM, "goaway_checksum", "ICMP or extension checksum wrong")                 \
	X(GOAWAY_VERSION, "goaway_version", "no version 1 of the Go Away object")                 \
	X(GOAWAY_CODE, "goaway_code", "type and code are not those of this message")              \
	X(GOAWAY_SCOPE, "goaway_scope", "scope neither host nor service")                         \
	X(GOAWAY_STATUS, "goaway_status", "a status where none belongs, or none where one does")  \
	X(GOAWAY_COOKIE, "goaway_cookie", "a cookie where none belongs, or none where one does")  \
	X(GOAWAY_QUOTE, "goaway_quote", "the quote is no packet that can be complained of")       \
	X(GOAWAY_MISMATCH, "goaway_mismatch", "the quote is not of a packet between these two")   \
	/* verify: Go Away */                                                                     \
	X(COOKIE_WRONG, "cookie_wrong", "this edge made no such cookie, or too long ago")         \
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
