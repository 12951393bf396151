/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_MARK_WIRE_H
#define HUD_RECORDER_MARK_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

/*
 * The protocol between `hud-record mark` and a running hud-record: datagrams between abstract unix
 * sockets. These are no files: there is no symlink to follow, and nothing to clean up after a kill.
 * The kernel says who sent a message (SCM_CREDENTIALS).
 *
 * The recorder's socket is named MARK_NAME and its pid. It answers MARK_WHO with the target's label
 * and, on a second line, pids; and MARK_TEXT with a text by MARK_DONE, or by MARK_REFUSED and the
 * reason.
 */
#define MARK_NAME "hud-record/"
#define MARK_WHO '?'
#define MARK_TEXT 'm'
#define MARK_DONE '+'
#define MARK_REFUSED '-'
#define MARK_BYTES_MAX 200
#define MARK_LIMIT MARK_DIGITS(MARK_BYTES_MAX)
#define MARK_MESSAGE_MAX 1024u

/* A limit in a message. */
#define MARK_DIGITS(limit) MARK_DIGITS_OF(limit)
#define MARK_DIGITS_OF(digits) #digits

/* Makes the address of the recorder `pid`; returns its length. */
socklen_t mark_address(pid_t pid, struct sockaddr_un *out);

/* A message; the kernel says who sent it, and when. */
struct mark_message {
	char text[MARK_MESSAGE_MAX + 1];
	size_t bytes;
	struct ucred sender; /* pid 0: not known */
	struct sockaddr_un from;
	socklen_t from_bytes;
	uint64_t realtime_ns; /* when it was sent; 0: not known */
};

/* Receives a message. False: there is none (errno). One that was too long has 0 `bytes`. */
bool mark_receive(int fd, struct mark_message *out);

/*
 * A socket that receives each sender's credentials and, if `stamped`, the time of sending. It is
 * bound to the address of the recorder `pid`, or for 0 to a name that the kernel chooses. -1 with
 * errno.
 */
int mark_socket(pid_t pid, bool stamped);

#endif
