/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets of a capture file, pcap or pcapng, or of a pipe that brings one.
 */
#ifndef GOAWAY_CAPTURE_FILE_H
#define GOAWAY_CAPTURE_FILE_H

#include <goaway/frame.h>
#include <goaway/pcap.h>
#include <goaway/reason.h>

struct ga_capture_file;

/* Open a file, or standard input ("-"), and read its header; waits for that where it is a pipe.
 * Returns 0 or -errno; -EINVAL: it is no capture. ret_fault says what it is not, or is "" where
 * errno says it all. */
int ga_capture_file_open(const char *path, struct ga_capture_file **ret,
			 char ret_fault[GA_PCAP_TEXT_MAX]);
void ga_capture_file_close(struct ga_capture_file *file);

/* A packet, borrowed for the call. GA_REASON_NONE: from the IP header on. Else why it has none
 * (GA_REASON_NOT_IP, GA_REASON_TRUNCATED); it is as the file has it. time_ns: since 1970. */
typedef void (*ga_capture_file_hear)(void *context, enum ga_reason link,
				     const struct ga_frame *frame);

/* Hand on the packets that are there, after a read if there are none, which waits where it is a
 * pipe. Returns 1: go on; 0: that was all; -EINTR: a signal came first, go on or not; -EINVAL: the
 * file is cut short or corrupt here, *ret_fault says how until it is closed, and what is left of it
 * cannot be read; another -errno. */
int ga_capture_file_run(struct ga_capture_file *file, ga_capture_file_hear hear, void *context,
			const char **ret_fault);

/* Octets that it has, 0 where that is not known, and those that were read. */
uint64_t ga_capture_file_size(const struct ga_capture_file *file);
uint64_t ga_capture_file_at(const struct ga_capture_file *file);

/* Packets so far by links that are not understood, beside others that are: GA_REASON_NOT_IP. *ret_type:
 * the link of the first. */
uint64_t ga_capture_file_unknown(const struct ga_capture_file *file, uint32_t *ret_type);

#endif
