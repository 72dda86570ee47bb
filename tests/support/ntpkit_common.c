/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ntpkit.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(2);
}

void die_errno(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, format, args);
	fprintf(stderr, ": %s\n", strerror(error));
	va_end(args);
	exit(2);
}

/* ---- time and chance ---- */

uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void sleep_until_us(uint64_t due)
{
	uint64_t now = now_us(); /* once: it goes on */

	if (due > now)
		usleep((useconds_t)(due - now));
}

uint64_t ntp_now(uint64_t step_ns)
{
	const uint64_t epoch = 2208988800; /* 1900 to 1970, in seconds */
	struct timespec now;
	uint64_t ns;

	clock_gettime(CLOCK_REALTIME, &now);
	ns = (uint64_t)now.tv_nsec / step_ns * step_ns;
	return htobe64(((uint64_t)now.tv_sec + epoch) << 32 | (ns << 32) / 1000000000);
}

uint64_t random64(void)
{
	uint64_t value;

	if (getrandom(&value, sizeof(value), 0) != sizeof(value))
		die_errno("getrandom");
	return value;
}

uint64_t random64_fast(void)
{
	static uint64_t state;

	if (state == 0)
		state = random64() | 1;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

uint64_t hex64_parse(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 16);

	if (*text == '\0' || *end != '\0')
		die("no such word, and no hexadecimal number: %s", text);
	return htobe64(value);
}

/* Seconds of 1934 to 1968: nobody can take it for the time, or for a clock that was never set. */
static uint64_t nonce_random(void)
{
	return htobe64(1ULL << 62 | random64() >> 2);
}

static uint64_t nonce_time(void)
{
	return ntp_now(1);
}

static uint64_t nonce_us(void)
{
	return ntp_now(1000);
}

static uint64_t nonce_ms(void)
{
	return ntp_now(1000000);
}

static uint64_t nonce_seconds(void)
{
	return ntp_now(1000000000);
}

static uint64_t nonce_zero(void)
{
	return 0;
}

static uint64_t nonce_const(void)
{
	static uint64_t value;

	if (value == 0)
		value = nonce_random();
	return value;
}

static uint64_t nonce_fixed_value;

static uint64_t nonce_fixed(void)
{
	return nonce_fixed_value;
}

const struct nonce_habit *nonce_habit_find(const char *name)
{
	static const struct nonce_habit habits[] = {
	    {"random", nonce_random}, {"time", nonce_time},	  {"us", nonce_us},
	    {"ms", nonce_ms},	      {"seconds", nonce_seconds}, {"zero", nonce_zero},
	    {"const", nonce_const},
	};
	static const struct nonce_habit fixed = {"fixed", nonce_fixed};

	for (size_t i = 0; i < sizeof(habits) / sizeof(*habits); i++)
		if (strcmp(name, habits[i].name) == 0)
			return &habits[i];
	nonce_fixed_value = hex64_parse(name);
	return &fixed;
}

/* ---- options ---- */

static void option_take(const struct option_spec *spec, const char *text)
{
	char *end;

	switch (spec->kind) {
	case OPTION_FLAG:
		*(bool *)spec->value = true;
		break;
	case OPTION_NUMBER:
		*(unsigned *)spec->value = (unsigned)strtoul(text, &end, 10);
		if (*text == '\0' || *end != '\0')
			die("--%s: not a number: %s", spec->name, text);
		break;
	case OPTION_TEXT:
		*(const char **)spec->value = text;
		break;
	}
}

int options_parse(int argc, char **argv, const struct option_spec *specs, size_t count)
{
	int at = 1;

	while (at < argc && strncmp(argv[at], "--", 2) == 0) {
		const struct option_spec *spec = NULL;

		for (size_t i = 0; i < count; i++)
			if (strcmp(argv[at] + 2, specs[i].name) == 0)
				spec = &specs[i];
		if (!spec)
			die("%s: no such option: %s", argv[0], argv[at]);
		if (spec->kind != OPTION_FLAG && at + 1 >= argc)
			die("%s: %s needs a value", argv[0], argv[at]);
		option_take(spec, argv[at + 1]);
		at += spec->kind == OPTION_FLAG ? 1 : 2;
	}
	return at;
}

/* ---- addresses ---- */

union address address_parse(const char *text, uint16_t port)
{
	union address address = {0};

	if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1)
		address.any.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &address.v6.sin6_addr) == 1)
		address.any.sa_family = AF_INET6;
	else
		die("not an address: %s", text);
	address_set_port(&address, port);
	return address;
}

socklen_t address_len(const union address *address)
{
	return address->any.sa_family == AF_INET ? sizeof(address->v4) : sizeof(address->v6);
}

bool address_equal_host(const union address *a, const union address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET)
		return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
	return memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr)) == 0;
}

const char *address_format(const union address *address, char *buf, size_t size)
{
	const void *octets = address->any.sa_family == AF_INET
				 ? (const void *)&address->v4.sin_addr
				 : (const void *)&address->v6.sin6_addr;

	return inet_ntop(address->any.sa_family, octets, buf, (socklen_t)size);
}

uint16_t address_port(const union address *address)
{
	return ntohs(address->any.sa_family == AF_INET ? address->v4.sin_port
						       : address->v6.sin6_port);
}

void address_set_port(union address *address, uint16_t port)
{
	if (address->any.sa_family == AF_INET)
		address->v4.sin_port = htons(port);
	else
		address->v6.sin6_port = htons(port);
}

/* ---- what the tests read ---- */

void stats_write(const char *path, const char *text)
{
	char temporary[4096];
	ssize_t len = (ssize_t)strlen(text);
	int fd;

	if (!path)
		return;
	snprintf(temporary, sizeof(temporary), "%s.new", path);
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, (size_t)len) != len || close(fd) < 0 ||
	    rename(temporary, path) < 0)
		die_errno("%s", path);
}

volatile bool stop_asked, stats_asked;

static void on_signal(int number)
{
	if (number == SIGUSR1)
		stats_asked = true;
	else
		stop_asked = true;
}

void signals_catch(void)
{
	const struct sigaction action = {.sa_handler = on_signal}; /* no SA_RESTART */

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
}
