/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the commands of ntpkit share. A test tool: it says what is wrong on
 * standard error and ends; nothing here is linked into the daemon.
 */
#ifndef NTPKIT_H
#define NTPKIT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* RFC 5905, figure 8; integers in network byte order. */
struct ntp_packet {
	uint8_t li_vn_mode;
	uint8_t stratum;
	int8_t poll;
	int8_t precision;
	uint32_t root_delay;
	uint32_t root_dispersion;
	char refid[4];
	uint64_t reference;
	uint64_t origin;
	uint64_t receive;
	uint64_t transmit;
};
_Static_assert(sizeof(struct ntp_packet) == 48, "as on the wire");

enum { NTP_MODE_CLIENT = 3, NTP_MODE_SERVER = 4, NTP_PORT = 123 };

static inline unsigned ntp_mode(const struct ntp_packet *packet)
{
	return packet->li_vn_mode & 7;
}

static inline unsigned ntp_version(const struct ntp_packet *packet)
{
	return packet->li_vn_mode >> 3 & 7;
}

static inline uint8_t ntp_first_octet(unsigned leap, unsigned version, unsigned mode)
{
	return (uint8_t)(leap << 6 | version << 3 | mode);
}

/* The wall clock as an NTP timestamp in network byte order, cut to `step_ns`. */
uint64_t ntp_now(uint64_t step_ns);

/* A request's transmit timestamp, by the name of a habit: random, time, us, ms,
 * seconds, zero, const (random, but the same each time); or 16 hexadecimal digits. */
struct nonce_habit {
	const char *name;
	uint64_t (*make)(void);
};
const struct nonce_habit *nonce_habit_find(const char *name);

/* Options are a table: a flag sets a bool, a number an unsigned, a text a const char *. */
enum option_kind { OPTION_FLAG, OPTION_NUMBER, OPTION_TEXT };
struct option_spec {
	const char *name; /* without the dashes */
	enum option_kind kind;
	void *value;
};
/* Reads all "--name [value]" of argv, returns the index of the first that is none. */
int options_parse(int argc, char **argv, const struct option_spec *specs, size_t count);
#define OPTIONS_PARSE(argc, argv, specs)                                                           \
	options_parse(argc, argv, specs, sizeof(specs) / sizeof(*(specs)))

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};
union address address_parse(const char *text, uint16_t port);
socklen_t address_len(const union address *address);
bool address_equal_host(const union address *a, const union address *b);
const char *address_format(const union address *address, char *buf, size_t size);
uint16_t address_port(const union address *address);
void address_set_port(union address *address, uint16_t port);

uint64_t hex64_parse(const char *text); /* in network byte order */
uint64_t now_us(void);			/* CLOCK_MONOTONIC */
void sleep_until_us(uint64_t due);	/* at once if that is past */
uint64_t random64(void);
uint64_t random64_fast(void); /* not for secrets: for floods */

/* Put `text` into a file that readers see whole, old or new. NULL path: nothing. */
void stats_write(const char *path, const char *text);

/* Set by SIGINT and SIGTERM; SIGUSR1 sets the other. */
extern volatile bool stop_asked, stats_asked;
void signals_catch(void);

void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void die_errno(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* A whole IP packet with UDP in it. */
enum { DATAGRAM_MAX = 1500 };
/* What is odd about it. A first fragment holds all of UDP, and says that more follows; an atomic
 * one (IPv6) says that it is whole. */
enum fragment { FRAGMENT_NONE, FRAGMENT_FIRST, FRAGMENT_ATOMIC };
struct datagram_shape {
	enum fragment fragment;
	unsigned payload; /* octets in UDP: NTP cut there, or with zeros after it */
};
size_t datagram_build(uint8_t *buf, const union address *source, const union address *target,
		      const struct ntp_packet *ntp, const struct datagram_shape *shape);
/* Once more, for another `ntp` in the same place. */
void datagram_refill(uint8_t *buf, const struct ntp_packet *ntp,
		     const struct datagram_shape *shape);
/* Internet checksum of UDP and its pseudo header, for a packet whose checksum field is 0. */
uint16_t datagram_udp_checksum(const uint8_t *ip, const uint8_t *udp, size_t udp_len);

int command_serve(int argc, char **argv);
int command_poll(int argc, char **argv);
int command_forge(int argc, char **argv);
int command_spoof_request(int argc, char **argv);
int command_capture(int argc, char **argv);
int command_replay(int argc, char **argv);

#endif
