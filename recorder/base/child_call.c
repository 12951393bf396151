/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/base/child_call.h"
#include "format/base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITTEN_MOST ((size_t)1 << 31)
#define KILLED_MS 100 /* to end, where it can */

int child_call_write(int out, const void *data, size_t bytes)
{
	const uint8_t *at = data;

	while (bytes) {
		ssize_t put = write(out, at, bytes);

		if (put < 0 && errno != EINTR)
			return -errno;
		if (put > 0) {
			at += put;
			bytes -= (size_t)put;
		}
	}
	return 0;
}

/* Closes all descriptors but those of the call and `out`. */
static void others_close(const struct child_call *c, int out)
{
	unsigned first = 0;

	for (;;) {
		unsigned next = UINT_MAX;

		for (size_t i = 0; i <= c->keeps; i++) {
			unsigned fd = (unsigned)(i < c->keeps ? c->keep[i] : out);

			if (fd >= first && fd < next)
				next = fd;
		}
		if (next > first)
			close_range(first, next - (next != UINT_MAX), 0);
		if (next == UINT_MAX)
			return;
		first = next + 1;
	}
}

static _Noreturn void child_run(const struct child_call *c, int out)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	others_close(c, out);
	_exit(-c->run(c->context, out));
}

/* Until the child closes the pipe, which it does when it ends. 0 or a negative errno. */
static int written_collect(int pipe, uint64_t limit_ns, struct collected *written)
{
	uint64_t end = clock_ns(CLOCK_MONOTONIC) + limit_ns;
	struct pollfd wait = {.fd = pipe, .events = POLLIN};

	for (;;) {
		int more = pipe_collect(pipe, WRITTEN_MOST, written);
		uint64_t now = clock_ns(CLOCK_MONOTONIC);

		if (more <= 0)
			return more;
		if (now >= end)
			return -ETIMEDOUT;
		poll(&wait, 1, (int)((end - now) / NS_PER_MS) + 1);
	}
}

static uint64_t timeval_ns(const struct timeval *t)
{
	return (uint64_t)t->tv_sec * NS_PER_S + (uint64_t)t->tv_usec * 1000;
}

/* Of a child that has closed the pipe, or that was killed. */
static int child_end(pid_t child, int pipe, int error, uint64_t *cpu_ns)
{
	struct pollfd end = {.fd = pipe};
	struct rusage used = {0};
	bool ends = true;
	int status = 0;
	pid_t ended;

	if (error) {
		kill(child, SIGKILL);
		ends = poll(&end, 1, KILLED_MS) > 0;
	}
	do
		ended = wait4(child, &status, ends ? 0 : WNOHANG, &used);
	while (ended < 0 && errno == EINTR);
	*cpu_ns += timeval_ns(&used.ru_utime) + timeval_ns(&used.ru_stime);
	if (error)
		return error;
	return ended == child && WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

int child_call_run(const struct child_call *c, struct collected *written, uint64_t *cpu_ns)
{
	int ends[2], error;
	pid_t child;

	*written = (struct collected) {0};
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child == 0)
		child_run(c, ends[1]);
	error = child < 0 ? -errno : 0;
	close(ends[1]);
	if (child > 0) {
		/* Only this end: the child writes as fast as it is read. */
		if (fcntl(ends[0], F_SETFL, O_NONBLOCK))
			error = -errno;
		else
			error = written_collect(ends[0], c->limit_ns, written);
		error = child_end(child, ends[0], error, cpu_ns);
	}
	close(ends[0]);
	return error;
}
