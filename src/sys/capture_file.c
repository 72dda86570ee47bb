/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <goaway/capture_file.h>
#include <goaway/pcap.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Read so much at a time that it stays in the processor's cache. */
enum { READ_MAX = 1 << 16, ROOM = GA_PCAP_NEED_MAX + READ_MAX };

struct ga_capture_file {
	int fd;
	uint64_t size, at;
	uint64_t skip; /* octets yet to come that say nothing */
	struct ga_pcap pcap;
	struct ga_pcap_next next;
	size_t start, end; /* of what is in the room, and was not looked at */
	uint8_t room[ROOM];
};

static int file_open(struct ga_capture_file *file, const char *path)
{
	struct stat status;

	if (strcmp(path, "-") == 0)
		file->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
	else
		file->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0 || fstat(file->fd, &status) < 0)
		return -errno;
	if (S_ISREG(status.st_mode))
		file->size = (uint64_t)status.st_size;
	return 0;
}

/* Returns how many octets came, 0: the end, or -errno. What is not whole is less than
 * GA_PCAP_NEED_MAX, so there is room. */
static ssize_t fill(struct ga_capture_file *file)
{
	ssize_t got;

	memmove(file->room, file->room + file->start, file->end - file->start);
	file->end -= file->start;
	file->start = 0;
	got = read(file->fd, file->room + file->end, READ_MAX);
	if (got < 0)
		return -errno;
	file->end += (size_t)got;
	file->at += (size_t)got;
	return got;
}

/* Forget what is done with, there or not. */
static void done(struct ga_capture_file *file, uint64_t octets)
{
	size_t there = file->end - file->start;

	if (octets < there)
		there = (size_t)octets;
	file->start += there;
	file->skip = octets - there;
}

/* Look at what comes next. GA_PCAP_MORE where that is not whole. */
static enum ga_pcap_found look(struct ga_capture_file *file)
{
	enum ga_pcap_found found = ga_pcap_next(&file->pcap, file->room + file->start,
						file->end - file->start, &file->next);

	if (found == GA_PCAP_PACKET || found == GA_PCAP_SKIP)
		done(file, file->next.octets);
	return found;
}

/* It ended: between packets, or not. */
static int ended(const struct ga_capture_file *file, const char **ret_fault)
{
	if (file->start == file->end && file->skip == 0)
		return 0;
	*ret_fault = "it is cut short within a packet";
	return -EINVAL;
}

static int header_read(struct ga_capture_file *file, const char **ret_fault)
{
	enum ga_pcap_found found;
	ssize_t got = 1;

	while ((found = look(file)) == GA_PCAP_MORE && got > 0)
		got = fill(file);
	if (found == GA_PCAP_SKIP)
		return 0;
	if (got < 0)
		return (int)got;
	if (found == GA_PCAP_BAD)
		*ret_fault = file->next.fault;
	else
		*ret_fault = file->end ? "it is too short for a capture" : "it is empty";
	return -EINVAL;
}

int ga_capture_file_open(const char *path, struct ga_capture_file **ret,
			 char ret_fault[GA_PCAP_TEXT_MAX])
{
	struct ga_capture_file *file = calloc(1, sizeof(*file));
	const char *fault = "";
	int error;

	*ret_fault = '\0';
	if (!file)
		return -ENOMEM;
	error = file_open(file, path);
	if (!error)
		error = header_read(file, &fault);
	if (error) {
		(void)snprintf(ret_fault, GA_PCAP_TEXT_MAX, "%s", fault);
		ga_capture_file_close(file);
		return error;
	}
	*ret = file;
	return 0;
}

void ga_capture_file_close(struct ga_capture_file *file)
{
	if (!file)
		return;
	if (file->fd >= 0)
		close(file->fd);
	free(file);
}

int ga_capture_file_run(struct ga_capture_file *file, ga_capture_file_hear hear, void *context,
			const char **ret_fault)
{
	ssize_t got = 1;

	*ret_fault = NULL;
	while (got > 0) {
		enum ga_pcap_found found;
		bool heard = false;

		while ((found = look(file)) == GA_PCAP_PACKET || found == GA_PCAP_SKIP) {
			if (found == GA_PCAP_SKIP)
				continue;
			hear(context, file->next.link, &file->next.frame);
			heard = true;
		}
		if (found == GA_PCAP_BAD) {
			*ret_fault = file->next.fault;
			return -EINVAL;
		}
		if (heard)
			return 1;
		got = fill(file);
		done(file, file->skip);
	}
	return got < 0 ? (int)got : ended(file, ret_fault);
}

uint64_t ga_capture_file_size(const struct ga_capture_file *file)
{
	return file->size;
}

uint64_t ga_capture_file_at(const struct ga_capture_file *file)
{
	return file->at;
}

uint64_t ga_capture_file_unknown(const struct ga_capture_file *file, uint32_t *ret_type)
{
	*ret_type = file->pcap.unknown_type;
	return file->pcap.unknown;
}
