/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/capture_file.h>
#include <goaway/link.h>

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND_NS UINT64_C(1000000000)
/* The last whole second whose nanoseconds leave room for any lifetime. */
#define LAST_S (INT64_MAX / INT64_C(1000000000) - 1)

enum { ROOM = 1 << 18 };

struct ga_capture_file {
	FILE *stream;
	pcap_t *pcap; /* owns the stream, once there */
	enum ga_link link;
	uint64_t size;
	volatile bool broken_off; /* by a signal */
	char room[ROOM];
};

/* One run's, behind pcap_dispatch. */
struct run {
	enum ga_link link;
	ga_capture_file_hear hear;
	void *context;
};

static const struct {
	int number;
	enum ga_link link;
} links[] = {
    {DLT_EN10MB, GA_LINK_ETHERNET},
    {DLT_LINUX_SLL, GA_LINK_COOKED},
    {DLT_LINUX_SLL2, GA_LINK_COOKED2},
    {DLT_RAW, GA_LINK_RAW},
    {DLT_IPV4, GA_LINK_RAW},
    {DLT_IPV6, GA_LINK_RAW},
    {DLT_NULL, GA_LINK_LOOPBACK},
    {DLT_LOOP, GA_LINK_LOOPBACK},
    {DLT_PPP, GA_LINK_PPP},
    {DLT_PPP_SERIAL, GA_LINK_PPP},
    {DLT_PPP_ETHER, GA_LINK_PPPOE},
};

static void tell(char error[GA_CAPTURE_FILE_ERROR_MAX], const char *sentence)
{
	(void)snprintf(error, GA_CAPTURE_FILE_ERROR_MAX, "%s", sentence);
}

static int stream_open(struct ga_capture_file *file, const char *path)
{
	/* Standard input is the program's: a copy of it can be closed. */
	int fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
					: open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return -errno;
	file->stream = fdopen(fd, "r");
	if (!file->stream) {
		close(fd);
		return -ENOMEM;
	}
	if (fstat(fd, &status) < 0)
		return -errno;
	if (S_ISDIR(status.st_mode))
		return -EISDIR;
	if (S_ISREG(status.st_mode))
		file->size = (uint64_t)status.st_size;
	/* Its own room is one block, and reads are most of the cost. */
	(void)setvbuf(file->stream, file->room, _IOFBF, sizeof(file->room));
	return 0;
}

static int link_choose(struct ga_capture_file *file, char error[GA_CAPTURE_FILE_ERROR_MAX])
{
	int number = pcap_datalink(file->pcap);

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		if (links[i].number == number) {
			file->link = links[i].link;
			return 0;
		}
	}
	(void)snprintf(error, GA_CAPTURE_FILE_ERROR_MAX,
		       "packets in it come as %s, which is not understood",
		       pcap_datalink_val_to_description_or_dlt(number));
	return -EINVAL;
}

int ga_capture_file_open(const char *path, struct ga_capture_file **ret,
			 char error[GA_CAPTURE_FILE_ERROR_MAX])
{
	struct ga_capture_file *file = calloc(1, sizeof(*file));
	char sentence[PCAP_ERRBUF_SIZE] = "";
	int status = file ? stream_open(file, path) : -ENOMEM;

	if (status) {
		tell(error, strerror(-status));
		ga_capture_file_close(file);
		return status;
	}
	file->pcap = pcap_fopen_offline_with_tstamp_precision(file->stream,
							      PCAP_TSTAMP_PRECISION_NANO, sentence);
	if (!file->pcap) {
		tell(error, sentence);
		status = -EINVAL;
	} else {
		status = link_choose(file, error);
	}
	if (status) {
		ga_capture_file_close(file);
		return status;
	}
	*ret = file;
	return 0;
}

void ga_capture_file_close(struct ga_capture_file *file)
{
	if (!file)
		return;
	if (file->pcap)
		pcap_close(file->pcap);
	else if (file->stream)
		(void)fclose(file->stream);
	free(file);
}

/* Seconds are 32 bits without a sign in pcap, whatever libpcap makes of them, and anything in a
 * corrupt file. */
static uint64_t time_of(const struct timeval *stamp)
{
	int64_t seconds = stamp->tv_sec;

	if (seconds < 0 && seconds >= INT32_MIN)
		seconds = (uint32_t)seconds;
	if (seconds < 0 || seconds > LAST_S)
		seconds = LAST_S;
	return (uint64_t)seconds * SECOND_NS + (uint64_t)stamp->tv_usec % SECOND_NS;
}

static void on_packet(u_char *context, const struct pcap_pkthdr *header, const u_char *octets)
{
	const struct run *run = (const void *)context;
	struct ga_frame frame = {
	    .octets = octets,
	    .len = header->caplen,
	    .time_ns = time_of(&header->ts),
	};
	enum ga_reason reason = ga_link_strip(run->link, &frame);

	run->hear(run->context, reason, &frame);
}

int ga_capture_file_run(struct ga_capture_file *file, int most, ga_capture_file_hear hear,
			void *context, char error[GA_CAPTURE_FILE_ERROR_MAX])
{
	struct run run = {.link = file->link, .hear = hear, .context = context};
	int heard = pcap_dispatch(file->pcap, most, on_packet, (u_char *)&run);

	if (heard >= 0)
		return heard;
	/* A read that a signal ended is an error to libpcap. */
	if (heard == PCAP_ERROR_BREAK || file->broken_off)
		return -EINTR;
	tell(error, pcap_geterr(file->pcap));
	return ferror(file->stream) ? -EIO : -EINVAL;
}

void ga_capture_file_break(struct ga_capture_file *file)
{
	file->broken_off = true;
	pcap_breakloop(file->pcap);
}

uint64_t ga_capture_file_size(const struct ga_capture_file *file)
{
	return file->size;
}

uint64_t ga_capture_file_at(const struct ga_capture_file *file)
{
	off_t at = ftello(file->stream);

	return at < 0 ? 0 : (uint64_t)at;
}
