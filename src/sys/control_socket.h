/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The listening socket, and who connects to it. */
#ifndef GOAWAY_SYS_CONTROL_SOCKET_H
#define GOAWAY_SYS_CONTROL_SOCKET_H

#include <goaway/control_server.h>
#include <sys/types.h>
#include <sys/un.h>

struct ga_control_socket {
	int fd; /* -1: none */
	gid_t group; /* -1: none */
	struct sockaddr_un name;
	dev_t dev; /* of the file that it is bound to */
	ino_t ino;
	bool own_folder; /* for this alone: made for it, or the one of this daemon */
};

/* As ga_control_listen. */
int ga_control_socket_open(const char *path, const char *group, struct ga_control_socket *ret,
			   char error[GA_CONTROL_ERROR_MAX]);
void ga_control_socket_give(struct ga_control_socket *socket, const char *group,
			    char error[GA_CONTROL_ERROR_MAX]);
void ga_control_socket_hand_over(const struct ga_control_socket *socket, uint32_t uid, uint32_t gid,
				 char error[GA_CONTROL_ERROR_MAX]);
/* Take the file away too, if it is still this one's. */
void ga_control_socket_close(struct ga_control_socket *socket);

/* The next client: its descriptor; -EAGAIN: there is none; another -errno. *ret_reads: it may read. */
int ga_control_socket_accept(const struct ga_control_socket *socket, struct ga_control_peer *ret_who,
			     bool *ret_reads);

#endif
