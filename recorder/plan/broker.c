/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/plan/broker.h"
#include "recorder/plan/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANALYZER "hud-analyze"
#define OBJECT_FD 3
#define DEBUG_FD 4

/* The descriptors that travel with a request: pipe, object, and maybe its debug file. */
#define REQUEST_FDS 3

/* How long the broker may take to begin, and to end: it does no more than fork. */
#define BROKER_BEGIN_SECONDS 10
#define BROKER_END_MS 2000

/* Beside this executable, or where `make install` puts it; never from PATH. */
static int analyzer_open(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - sizeof(ANALYZER) - 1);
	char *slash;
	int fd;

	if (length > 0) {
		path[length] = 0;
		slash = strrchr(path, '/');
		strcpy(slash ? slash + 1 : path, ANALYZER);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	fd = open(HUD_BINDIR "/" ANALYZER, O_RDONLY | O_CLOEXEC);
	return fd >= 0 ? fd : -ENOENT;
}

/* A request on its way: one byte, and the descriptors. */
struct request {
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(REQUEST_FDS * sizeof(int))];
	} control;
	char byte;
	struct iovec data;
	struct msghdr message; /* refers to the members above */
};

static void request_init(struct request *r)
{
	*r = (struct request) {0};
	r->data = (struct iovec) {&r->byte, 1};
	r->message = (struct msghdr) {
		.msg_iov = &r->data,
		.msg_iovlen = 1,
		.msg_control = &r->control,
		.msg_controllen = sizeof(r->control),
	};
}

/* How many descriptors came, at least two; or a negative errno. */
static int request_receive(int socket_fd, int fds[REQUEST_FDS])
{
	struct request r;
	struct cmsghdr *head;
	size_t bytes;
	ssize_t got;

	request_init(&r);
	do
		got = recvmsg(socket_fd, &r.message, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return -EPIPE;
	head = CMSG_FIRSTHDR(&r.message);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		return -EBADMSG;
	bytes = head->cmsg_len - CMSG_LEN(0);
	if (bytes != 2 * sizeof(int) && bytes != REQUEST_FDS * sizeof(int))
		return -EBADMSG;
	memcpy(fds, CMSG_DATA(head), bytes);
	return (int)(bytes / sizeof(int));
}

/* `fd`: `count` descriptors, in the order of a request. */
static _Noreturn void analyzer_run(int analyzer, int nothing, int *fd, int count)
{
	static char *const plain[] = {ANALYZER, "plan", "--fd", "3", NULL};
	static char *const with_debug[] = {ANALYZER, "plan", "--fd", "3", "--fd", "4", NULL};
	static char *const environment[] = {NULL};
	static const struct rlimit none = {0, 0};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It starts nothing: limits on time and memory are of one process each. */
	if (setrlimit(RLIMIT_NPROC, &none))
		_exit(127);
	/* All move up first: a final number may be in use by another. dup2 clears close-on-exec. */
	for (int i = 0; i < count; i++)
		fd[i] = fcntl(fd[i], F_DUPFD, 10);
	analyzer = fcntl(analyzer, F_DUPFD_CLOEXEC, 10);
	if (nothing < 0 || fd[0] < 0 || fd[1] < 0 || fd[count - 1] < 0 || analyzer < 0)
		_exit(127);
	dup2(nothing, STDIN_FILENO);
	dup2(nothing, STDERR_FILENO);
	dup2(fd[0], STDOUT_FILENO);
	dup2(fd[1], OBJECT_FD);
	if (count == REQUEST_FDS)
		dup2(fd[2], DEBUG_FD);
	close_range(OBJECT_FD + (unsigned)count - 1, (unsigned)analyzer - 1, 0);
	close_range((unsigned)analyzer + 1, UINT32_MAX, 0);
	fexecve(analyzer, count == REQUEST_FDS ? with_debug : plain, environment);
	_exit(127);
}

static _Noreturn void broker_run(int socket_fd, int analyzer)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC); /* before the sandbox forbids it */
	int fds[REQUEST_FDS], count, error;

	signal(SIGINT, SIG_IGN); /* Ctrl-C reaches the whole group; the recorder says when to end */
	signal(SIGCHLD, SIG_IGN); /* children reap themselves */
	error = sandbox_enter(analyzer);
	if (write(socket_fd, &error, sizeof(error)) != sizeof(error) || error)
		_exit(126);
	while ((count = request_receive(socket_fd, fds)) > 0) {
		pid_t child = fork();

		if (child == 0)
			analyzer_run(analyzer, nothing, fds, count);
		for (int i = 0; i < count; i++)
			close(fds[i]);
	}
	_exit(0);
}

/* Its first message says whether it could confine itself. */
static int broker_answer(int socket_fd)
{
	struct timeval most = {.tv_sec = BROKER_BEGIN_SECONDS};
	int error;

	if (setsockopt(socket_fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most)))
		return -errno;
	return recv(socket_fd, &error, sizeof(error), 0) == sizeof(error) ? error : -EPIPE;
}

int plan_broker_open(struct plan_broker *out)
{
	int pair[2], analyzer = analyzer_open(), error;
	pid_t child;

	*out = (struct plan_broker) {.socket = -1};
	if (analyzer < 0)
		return analyzer;
	build_id_read(analyzer, &out->tool);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		error = -errno;
		close(analyzer);
		return error;
	}
	child = fork();
	error = child < 0 ? -errno : 0;
	if (child == 0) {
		close(pair[0]);
		broker_run(pair[1], analyzer);
	}
	close(pair[1]);
	close(analyzer);
	*out = (struct plan_broker) {.socket = pair[0], .pid = child, .tool = out->tool};
	if (!error)
		error = broker_answer(pair[0]);
	if (error)
		plan_broker_close(out);
	return error;
}

int plan_broker_request(const struct plan_broker *b, int elf, int debug)
{
	struct request r;
	struct cmsghdr *head = &r.control.head;
	size_t bytes = (debug < 0 ? 2 : REQUEST_FDS) * sizeof(int);
	int pipe_fd[2], fds[REQUEST_FDS];

	if (b->socket < 0)
		return -ENOENT;
	if (pipe2(pipe_fd, O_CLOEXEC))
		return -errno;
	request_init(&r);
	fds[0] = pipe_fd[1];
	fds[1] = elf;
	fds[2] = debug;
	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(bytes);
	r.message.msg_controllen = CMSG_SPACE(bytes);
	memcpy(CMSG_DATA(head), fds, bytes);
	if (sendmsg(b->socket, &r.message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		int error = -errno;

		close(pipe_fd[0]);
		close(pipe_fd[1]);
		return error;
	}
	close(pipe_fd[1]);
	return pipe_fd[0];
}

/*
 * Waits for the end of the broker, but not for ever: somebody may have stopped it. Without the
 * right to kill it, it dies with this process, as its analyzers do with it.
 */
static void broker_end(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd end = {.fd = fd, .events = POLLIN};

	if (fd >= 0 && poll(&end, 1, BROKER_END_MS) <= 0) {
		kill(pid, SIGKILL);
		poll(&end, 1, BROKER_END_MS);
	}
	waitpid(pid, NULL, fd < 0 ? 0 : WNOHANG);
	if (fd >= 0)
		close(fd);
}

void plan_broker_close(struct plan_broker *b)
{
	if (b->socket < 0)
		return;
	close(b->socket);
	if (b->pid > 0)
		broker_end(b->pid);
	b->socket = -1;
}
