/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int write_all(int fd, const void *data, size_t bytes)
{
	const char *at = data;

	while (bytes) {
		ssize_t done = write(fd, at, bytes);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -EIO;
		at += done;
		bytes -= (size_t)done;
	}
	return 0;
}

int new_file_begin(struct new_file *f, const char *path)
{
	int err;

	*f = (struct new_file) {.path = path, .fd = -1};
	if (asprintf(&f->partial, "%s.partial", path) < 0) {
		f->partial = NULL;
		return -ENOMEM;
	}
	if (!unlink(f->partial) || errno == ENOENT)
		return 0;
	err = -errno;
	free(f->partial);
	f->partial = NULL;
	return err;
}

int new_file_open(struct new_file *f, const char *path, mode_t mode)
{
	int err = new_file_begin(f, path);

	if (err)
		return err;
	f->fd = open(f->partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (f->fd >= 0)
		return 0;
	err = -errno;
	free(f->partial);
	f->partial = NULL;
	return err;
}

int new_file_write(struct new_file *f, const void *data, size_t bytes)
{
	return write_all(f->fd, data, bytes);
}

int new_file_close(struct new_file *f, int error)
{
	if (!f->partial)
		return error;
	if (!error && f->fd < 0 && (f->fd = open(f->partial, O_RDONLY | O_CLOEXEC)) < 0)
		error = -errno;
	if (!error && fsync(f->fd))
		error = -errno;
	if (f->fd >= 0 && close(f->fd) && !error)
		error = -errno;
	if (!error && rename(f->partial, f->path))
		error = -errno;
	if (error)
		unlink(f->partial);
	free(f->partial);
	*f = (struct new_file) {.fd = -1};
	return error;
}
