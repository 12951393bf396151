/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/mark/wire.h"
#include "format/base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

socklen_t mark_address(pid_t pid, struct sockaddr_un *out)
{
	int length;

	*out = (struct sockaddr_un) {.sun_family = AF_UNIX};
	length = snprintf(out->sun_path + 1, sizeof(out->sun_path) - 1, MARK_NAME "%d", (int)pid);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

/* What the kernel adds to a message: who sent it, and when. */
static void control_read(struct msghdr *message, struct mark_message *out)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		struct timespec at;

		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_CREDENTIALS)
			memcpy(&out->sender, CMSG_DATA(c), sizeof(out->sender));
		if (c->cmsg_type == SO_TIMESTAMPNS) {
			memcpy(&at, CMSG_DATA(c), sizeof(at));
			out->realtime_ns = timespec_ns(&at);
		}
	}
}

bool mark_receive(int fd, struct mark_message *out)
{
	/* Room for credentials and a time only: descriptors that someone sends are dropped. */
	union {
		struct cmsghdr align;
		char data[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(struct timespec))];
	} control;
	struct iovec part = {.iov_base = out->text, .iov_len = MARK_MESSAGE_MAX};
	struct msghdr message = {.msg_name = &out->from,
				 .msg_namelen = (socklen_t)sizeof(out->from),
				 .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	ssize_t got;

	*out = (struct mark_message) {0};
	got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	if (got < 0)
		return false;
	control_read(&message, out);
	out->bytes = message.msg_flags & MSG_TRUNC ? 0 : (size_t)got;
	out->text[out->bytes] = '\0';
	out->from_bytes = message.msg_namelen;
	return true;
}

int mark_socket(pid_t pid, bool stamped)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t bytes = pid ? mark_address(pid, &address) : (socklen_t)sizeof(sa_family_t);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | (pid ? SOCK_NONBLOCK : 0), 0);
	int yes = 1, error;

	if (fd < 0)
		return -1;
	if (!setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)) &&
	    (!stamped || !setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof(yes))) &&
	    !bind(fd, (const struct sockaddr *)&address, bytes))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}
