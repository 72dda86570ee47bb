/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets of a capture file, pcap or pcapng, or of a pipe that brings one.
 */
#ifndef GOAWAY_CAPTURE_FILE_H
#define GOAWAY_CAPTURE_FILE_H

#include <goaway/frame.h>
#include <goaway/reason.h>

struct ga_capture_file;

enum { GA_CAPTURE_FILE_ERROR_MAX = 320 };

/* Open a file, or standard input ("-"). Returns 0 or -errno, -EINVAL for what is no capture or has
 * a link type that is not understood; `error` gets a sentence unless 0 is returned. */
int ga_capture_file_open(const char *path, struct ga_capture_file **ret,
			 char error[GA_CAPTURE_FILE_ERROR_MAX]);
void ga_capture_file_close(struct ga_capture_file *file);

/* A packet, borrowed for the call. GA_REASON_NONE: from the IP header on. Else why it has none
 * (GA_REASON_NOT_IP, GA_REASON_TRUNCATED); it is as the file has it. time_ns: since 1970. */
typedef void (*ga_capture_file_hear)(void *context, enum ga_reason link,
				     const struct ga_frame *frame);

/* Hand on the next packets, at most `most`; waits for them where it reads a pipe. Returns how many;
 * 0: there are no more; -EINTR: ga_capture_file_break was called; -EINVAL: the file is cut or
 * corrupt here, `error` says how, and what is left of it cannot be read; -EIO. */
int ga_capture_file_run(struct ga_capture_file *file, int most, ga_capture_file_hear hear,
			void *context, char error[GA_CAPTURE_FILE_ERROR_MAX]);

/* End the run that goes on, after the packet at hand. May be called by a signal handler. */
void ga_capture_file_break(struct ga_capture_file *file);

/* Octets that it has, 0 where that is not known, and those read so far. */
uint64_t ga_capture_file_size(const struct ga_capture_file *file);
uint64_t ga_capture_file_at(const struct ga_capture_file *file);

#endif
