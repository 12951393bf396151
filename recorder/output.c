/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

/* Who called sudo; -1: nobody did. */
static int sudo_id(const char *variable)
{
	const char *text = getenv(variable);
	long id = text ? strtol(text, NULL, 10) : -1;

	return geteuid() == 0 && id > 0 && id <= INT32_MAX ? (int)id : -1;
}

static int open_failed(const struct output *out, int error)
{
	fprintf(stderr, "hud-record: cannot write %s: %s\n  choose another place with -o FILE\n",
		out->partial, strerror(-error));
	return error;
}

int output_open(const char *name, const char *label, struct output *out)
{
	struct stat st;
	int uid = sudo_id("SUDO_UID"), gid = sudo_id("SUDO_GID");

	*out = (struct output) {.fd = -1};
	if (name && !strcmp(name, "-")) {
		if (isatty(STDOUT_FILENO)) {
			fputs("hud-record: a capture is no text for a terminal\n"
			      "  pipe it: hud-record … -o - | hud-analyze report -\n",
			      stderr);
			return -ENOTTY;
		}
		out->fd = STDOUT_FILENO;
		out->pipe = true;
		snprintf(out->name, sizeof(out->name), "standard output");
		return 0;
	}
	if (name)
		snprintf(out->name, sizeof(out->name), "%s", name);
	else
		name_make(label, out->name, sizeof(out->name));
	snprintf(out->partial, sizeof(out->partial), "%s.partial", out->name);
	if (!stat(out->name, &st) && S_ISDIR(st.st_mode))
		return open_failed(out, -EISDIR);
	/* A new file always: what stands under that name, a symlink too, is not written through. */
	if (unlink(out->partial) && errno != ENOENT)
		return open_failed(out, -errno);
	out->fd = open(out->partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out->fd < 0)
		return open_failed(out, -errno);
	if (uid > 0 && fchown(out->fd, (uid_t)uid, gid > 0 ? (gid_t)gid : (gid_t)-1))
		fprintf(stderr, "hud-record: %s stays root's: %s\n", out->partial, strerror(errno));
	return 0;
}

bool output_in_foreign_directory(const struct output *out)
{
	const char *slash = strrchr(out->name, '/');
	char directory[PATH_MAX];
	struct stat st;

	if (out->pipe || geteuid() != 0)
		return false;
	snprintf(directory, sizeof(directory), "%.*s", slash ? (int)(slash - out->name + 1) : 1,
		 slash ? out->name : ".");
	return stat(directory, &st) || (st.st_uid != 0 && !(st.st_mode & S_IWOTH));
}

int output_write(void *output, const void *data, size_t bytes)
{
	const struct output *out = output;
	const uint8_t *at = data;

	while (bytes) {
		ssize_t written = write(out->fd, at, bytes);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		at += written;
		bytes -= (size_t)written;
	}
	return 0;
}

int output_close(struct output *out, bool whole)
{
	int error = 0;

	if (out->fd < 0 || out->pipe)
		return 0;
	if (close(out->fd))
		error = -errno;
	out->fd = -1;
	if (whole && !error && rename(out->partial, out->name))
		error = -errno;
	if (error)
		fprintf(stderr, "hud-record: cannot finish %s: %s\n", out->name, strerror(-error));
	return error;
}
