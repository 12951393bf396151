/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

int new_file_open(struct new_file *f, int directory, const char *name, const char *partial)
{
	f->directory = directory;
	f->fd = -1;
	if (snprintf(f->name, sizeof(f->name), "%s", name) >= (int)sizeof(f->name) ||
	    snprintf(f->partial, sizeof(f->partial), "%s", partial) >= (int)sizeof(f->partial))
		return -ENAMETOOLONG;
	if (unlinkat(directory, f->partial, 0) && errno != ENOENT)
		return -errno;
	f->fd = openat(directory, f->partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		       0600);
	return f->fd < 0 ? -errno : 0;
}

int new_file_write(const struct new_file *f, const void *data, size_t bytes)
{
	const uint8_t *at = data;

	while (bytes) {
		ssize_t written = write(f->fd, at, bytes);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		at += written;
		bytes -= (size_t)written;
	}
	return 0;
}

int new_file_leave(struct new_file *f)
{
	int error = close(f->fd) ? -errno : 0;

	f->fd = -1;
	return error;
}

int new_file_close(struct new_file *f, int error)
{
	int closed = new_file_leave(f);

	error = error ? error : closed;
	if (!error && renameat(f->directory, f->partial, f->directory, f->name))
		error = -errno;
	if (error)
		unlinkat(f->directory, f->partial, 0);
	return error;
}
