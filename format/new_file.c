/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void names_set(struct new_file *f, const char *name, enum new_file_writers writers)
{
	snprintf(f->name, sizeof(f->name), "%s", name);
	if (writers == NEW_FILE_ONE_WRITER)
		snprintf(f->partial, sizeof(f->partial), "%s.partial", f->name);
	else
		snprintf(f->partial, sizeof(f->partial), "%s.%d.partial", f->name, (int)gettid());
}

int new_file_begin(struct new_file *f, int directory, const char *name,
		   enum new_file_writers writers)
{
	f->directory = directory;
	f->fd = -1;
	names_set(f, name, writers);
	if (strlen(name) >= sizeof(f->name))
		return -ENAMETOOLONG;
	return unlinkat(directory, f->partial, 0) && errno != ENOENT ? -errno : 0;
}

int new_file_open(struct new_file *f, int directory, const char *name,
		  enum new_file_writers writers, mode_t mode)
{
	int error = new_file_begin(f, directory, name, writers);

	if (error)
		return error;
	f->fd = openat(directory, f->partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		       mode);
	return f->fd < 0 ? -errno : 0;
}

int write_whole(int fd, const void *data, size_t bytes)
{
	const uint8_t *at = data;

	while (bytes) {
		ssize_t written = write(fd, at, bytes);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		at += written;
		bytes -= (size_t)written;
	}
	return 0;
}

int new_file_write(const struct new_file *f, const void *data, size_t bytes)
{
	return write_whole(f->fd, data, bytes);
}

int new_file_sync(struct new_file *f)
{
	if (f->fd < 0)
		f->fd = openat(f->directory, f->partial, O_RDONLY | O_CLOEXEC);
	return f->fd < 0 || fsync(f->fd) ? -errno : 0;
}

int new_file_leave(struct new_file *f)
{
	int error = f->fd >= 0 && close(f->fd) ? -errno : 0;

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
