/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A second process of this program, and a channel of whole messages to it and
 * back (socketpair, SOCK_SEQPACKET). Nothing here ever waits.
 */
#ifndef GOAWAY_CHANNEL_H
#define GOAWAY_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>

struct ga_channel {
	int fd;	   /* to be polled for reading */
	int pid;  /* of the process at the other end */
};

/* The end that the new process has. */
enum { GA_CHANNEL_FD = 0 };

/* Start this very program again with one argument, no environment, and no descriptor but GA_CHANNEL_FD:
 * standard error may be a socket, as the journal's is, on which whoever may send is taken for us.
 * 0 or -errno. */
int ga_channel_spawn(const char *argument, struct ga_channel *ret);

/* Kill the process if it still lives, wait for its end, close. *ret_status: as waitpid(2) has it;
 * may be NULL. */
void ga_channel_end(struct ga_channel *channel, int *ret_status);

/* One message. 0; -EAGAIN: the other end does not keep up; -EPIPE: it is gone; -errno. */
int ga_channel_send(int fd, const void *octets, size_t len);

/* One message of at most `size` octets, its length in full (more than size: cut); 0: the other end
 * is gone; -EAGAIN: none waits; -errno. `wait`: until one comes. */
int ga_channel_receive(int fd, void *octets, size_t size, bool wait);

#endif
