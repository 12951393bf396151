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
 * How `hud-record mark` and a hud-record under way talk: datagrams between abstract unix sockets,
 * which are no files. So no link can lead elsewhere, nothing is left behind by a kill, and the
 * kernel says who sent what (SCM_CREDENTIALS).
 *
 * The recorder's socket is named MARK_NAME and its pid. It is asked MARK_WHO and answers with the
 * target's label and, on a second line, pids; or MARK_TEXT and text, and answers MARK_DONE or
 * MARK_NOT and why.
 */
#define MARK_NAME "hud-record/"
#define MARK_WHO '?'
#define MARK_TEXT 'm'
#define MARK_DONE '+'
#define MARK_NOT '-'
#define MARK_BYTES_MAX 200u
#define MARK_MESSAGE_MAX 1024u

/* The address of the recorder `pid`; gives its length. */
socklen_t mark_address(pid_t pid, struct sockaddr_un *out);

/* A message, and who sent it by the kernel's word. */
struct mark_message {
	char text[MARK_MESSAGE_MAX + 1];
	size_t bytes;
	struct ucred sender; /* pid 0: not told */
	struct sockaddr_un from;
	socklen_t from_bytes;
	uint64_t realtime_ns; /* when it was sent; 0: not told */
};

/* Takes one that waits. False: there is none (errno). Whole ones only, without descriptors. */
bool mark_receive(int fd, struct mark_message *out);

/* A socket of which the kernel tells senders; -1 with errno. `pid` 0: with a name of the kernel's. */
int mark_socket(pid_t pid, bool stamped);

#endif
