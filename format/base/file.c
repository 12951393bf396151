/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int bytes_read(int fd, uint8_t *to, size_t bytes)
{
	for (off_t at = 0; bytes;) {
		ssize_t got = pread(fd, to, bytes, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EIO; /* it was cut short meanwhile */
		to += got;
		at += got;
		bytes -= (size_t)got;
	}
	return 0;
}

int file_read(int fd, size_t bytes_max, uint8_t **data, size_t *bytes)
{
	struct stat st;
	int error;

	*data = NULL;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size < 1 || (uint64_t)st.st_size > bytes_max)
		return -EBADMSG;
	*bytes = (size_t)st.st_size;
	*data = malloc(*bytes);
	if (!*data)
		return -ENOMEM;
	error = bytes_read(fd, *data, *bytes);
	if (error) {
		free(*data);
		*data = NULL;
	}
	return error;
}

int file_open_regular(const char *path, struct stat *st)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int error;

	if (fd < 0)
		return -errno;
	error = fstat(fd, st) ? -errno : S_ISREG(st->st_mode) ? 0 : -EINVAL;
	if (!error)
		return fd;
	close(fd);
	return error;
}

bool file_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}
