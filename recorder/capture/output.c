/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/capture/output.h"
#include "format/base/clock.h"
#include "recorder/base/invoker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* How long the reader of a pipe may take nothing once the recording is to end. */
#define READER_WAIT_MS 5000

static void name_make(const char *label, char *name, size_t room)
{
	time_t now = time(NULL);
	char stamp[32], clean[64];
	struct tm local;
	size_t i;

	for (i = 0; label[i] && i < sizeof(clean) - 1; i++)
		clean[i] = strchr("/ \t\n", label[i]) ? '_' : label[i];
	clean[i] = 0;
	localtime_r(&now, &local);
	strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &local);
	snprintf(name, room, "hud-%s-%s.hud", clean, stamp);
}

static int pipe_open(struct output *out)
{
	if (isatty(STDOUT_FILENO)) {
		fputs("hud-record: refusing to write a binary capture to the terminal\n"
		      "  pipe it: hud-record … -o - | hud-analyze live -\n",
		      stderr);
		return -ENOTTY;
	}
	if (fcntl(STDOUT_FILENO, F_GETFL) < 0) {
		fputs("hud-record: cannot write standard output: it is closed\n", stderr);
		return -EBADF;
	}
	out->file.fd = STDOUT_FILENO;
	out->pipe = true;
	snprintf(out->file.name, sizeof(out->file.name), "standard output");
	return 0;
}

int output_open(const char *name, const char *label, struct signals *signals, struct output *out)
{
	char own[128];
	int error;

	*out = (struct output) {.file.fd = -1, .signals = signals};
	if (name && !strcmp(name, "-"))
		return pipe_open(out);
	if (!name) {
		name_make(label, own, sizeof(own));
		name = own;
	}
	if (new_file_keep_leftover(AT_FDCWD, name))
		fprintf(stderr,
			"hud-record: %s.partial, of a recording that did not finish, is now "
			"%s.partial.old\n",
			name, name);
	error = new_file_open(&out->file, AT_FDCWD, name, NEW_FILE_KEPT, 0600);
	if (error) {
		fprintf(stderr,
			"hud-record: cannot write %s: %s\n  choose another place with -o FILE\n",
			name, output_error(error));
		return error;
	}
	error = invoker_own(out->file.fd);
	if (error)
		fprintf(stderr,
			"hud-record: cannot give %s to the user who called sudo: %s\n"
			"  it belongs to root; chown it afterwards\n",
			name, strerror(-error));
	return 0;
}

bool output_in_foreign_directory(const struct output *out)
{
	const char *slash = strrchr(out->file.name, '/');
	char directory[PATH_MAX];
	struct stat st;

	if (out->pipe || geteuid() != 0)
		return false;
	snprintf(directory, sizeof(directory), "%.*s",
		 slash ? (int)(slash - out->file.name + 1) : 1, slash ? out->file.name : ".");
	return stat(directory, &st) || (st.st_uid != 0 && !(st.st_mode & S_IWOTH));
}

/* For how long its reader may take nothing; -1: as long as it likes. `over`: the recording is. */
static int reader_wait_ms(const struct output *out, bool over)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC), left;

	if (over)
		return READER_WAIT_MS;
	if (!out->end_ns)
		return -1;
	left = out->end_ns > now ? (out->end_ns - now) / NS_PER_MS + 1 : 0;
	return left < INT_MAX ? (int)left : INT_MAX;
}

/* Waits until the pipe takes PIPE_BUF bytes. 0 or a negative errno. */
static int pipe_wait(const struct output *out)
{
	struct pollfd wait[] = {{.fd = out->file.fd, .events = POLLOUT},
				{.fd = out->signals->fd, .events = POLLIN}};

	for (;;) {
		unsigned ended = signals_take(out->signals);
		bool over = ended || (out->end_ns && clock_ns(CLOCK_MONOTONIC) >= out->end_ns);
		int ready = poll(wait, 2, reader_wait_ms(out, over));

		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready > 0 && wait[0].revents)
			return 0;
		if ((ready == 0 && over) || (ended && signals_take(out->signals) > ended))
			return -ETIMEDOUT;
	}
}

/* In parts that a pipe takes without blocking: a signal can end only a wait in poll(). */
static int pipe_write(const struct output *out, const uint8_t *data, size_t bytes)
{
	int error = 0;

	while (bytes && !error) {
		size_t part = bytes < PIPE_BUF ? bytes : PIPE_BUF;

		error = pipe_wait(out);
		if (!error)
			error = write_whole(out->file.fd, data, part);
		data += part;
		bytes -= part;
	}
	return error;
}

int output_write(void *output, const void *data, size_t bytes)
{
	const struct output *out = output;

	return out->pipe ? pipe_write(out, data, bytes) : new_file_write(&out->file, data, bytes);
}

const char *output_error(int error)
{
	return error == -ETIMEDOUT ? "its reader takes nothing" : new_file_error(error);
}

int output_close(struct output *out, bool whole)
{
	int error;

	if (out->file.fd < 0 || out->pipe)
		return 0;
	error = whole ? new_file_close(&out->file, 0) : new_file_leave(&out->file);
	if (error)
		fprintf(stderr, "hud-record: cannot finish %s: %s\n", out->file.name,
			output_error(error));
	return error;
}

void output_abandon(struct output *out)
{
	if (out->file.fd >= 0 && !out->pipe)
		new_file_close(&out->file, -ECANCELED);
}
