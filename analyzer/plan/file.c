/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int plan_file_open(const char *path)
{
	/* O_NONBLOCK: opening a pipe or a device must not wait. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int err;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) ? -errno : S_ISREG(st.st_mode) ? 0 : -ENOEXEC;
	if (!err)
		return fd;
	close(fd);
	return err;
}

static int write_all(int fd, const uint8_t *data, size_t bytes)
{
	while (bytes) {
		ssize_t done = write(fd, data, bytes);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -EIO;
		data += done;
		bytes -= (size_t)done;
	}
	return 0;
}

static int write_partial(const char *partial, const void *data, size_t bytes)
{
	int fd, err;

	if (unlink(partial) && errno != ENOENT)
		return -errno;
	fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return -errno;
	err = write_all(fd, data, bytes);
	if (!err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (err)
		unlink(partial);
	return err;
}

int plan_file_write(const char *path, const void *data, size_t bytes)
{
	char *partial;
	int err;

	if (strcmp(path, "-") == 0)
		return write_all(STDOUT_FILENO, data, bytes);
	if (asprintf(&partial, "%s.partial", path) < 0)
		return -ENOMEM;
	err = write_partial(partial, data, bytes);
	if (!err && rename(partial, path)) {
		err = -errno;
		unlink(partial);
	}
	free(partial);
	return err;
}
