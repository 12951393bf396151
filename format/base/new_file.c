/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void names_set(struct new_file *f, const char *name, enum new_file_kind kind)
{
	f->kept = kind == NEW_FILE_KEPT;
	snprintf(f->name, sizeof(f->name), "%s", name);
	if (f->kept)
		snprintf(f->partial, sizeof(f->partial), "%s.partial", f->name);
	else
		snprintf(f->partial, sizeof(f->partial), "%s.%d.partial", f->name, (int)gettid());
}

/* Is there nothing of that name, or a regular file? 0 or a negative errno. */
static int place_check(int directory, const char *name)
{
	struct stat st;

	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	return S_ISREG(st.st_mode) ? 0 : S_ISDIR(st.st_mode) ? -EISDIR : -EEXIST;
}

/* Is `fd` the file that has this name now? */
static bool file_is(int fd, int directory, const char *name)
{
	struct stat own, found;

	return !fstat(fd, &own) && !fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) &&
	       own.st_dev == found.st_dev && own.st_ino == found.st_ino;
}

/* Opens a leftover that nobody is writing, and locks it. Negative: there is none, or it is used. */
static int leftover_open(int directory, const char *partial)
{
	int fd = openat(directory, partial, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int error;

	if (fd < 0)
		return -errno;
	error = flock(fd, LOCK_EX | LOCK_NB)      ? (errno == EWOULDBLOCK ? -EBUSY : -errno)
		: file_is(fd, directory, partial) ? 0
						  : -EBUSY;
	if (!error)
		return fd;
	close(fd);
	return error;
}

static int leftover_remove(const struct new_file *f)
{
	int error = place_check(f->directory, f->partial), fd = -1;

	if (!error && f->kept) {
		fd = leftover_open(f->directory, f->partial);
		error = fd < 0 && fd != -ENOENT ? fd : 0;
	}
	if (!error && unlinkat(f->directory, f->partial, 0) && errno != ENOENT)
		error = -errno;
	if (fd >= 0)
		close(fd);
	return error;
}

bool new_file_keep_leftover(int directory, const char *name)
{
	struct new_file f;
	char old[PATH_MAX + 40];
	bool renamed;
	int fd;

	names_set(&f, name, NEW_FILE_KEPT);
	fd = place_check(directory, f.partial) ? -1 : leftover_open(directory, f.partial);
	if (fd < 0)
		return false;
	snprintf(old, sizeof(old), "%s.old", f.partial);
	renamed = !place_check(directory, old) && !renameat(directory, f.partial, directory, old);
	close(fd);
	return renamed;
}

int new_file_begin(struct new_file *f, int directory, const char *name, enum new_file_kind kind)
{
	int error;

	f->directory = directory;
	f->fd = -1;
	names_set(f, name, kind);
	if (!*name)
		return -ENOENT;
	if (strlen(name) >= sizeof(f->name))
		return -ENAMETOOLONG;
	error = place_check(directory, f->name);
	return error ? error : leftover_remove(f);
}

int new_file_open(struct new_file *f, int directory, const char *name, enum new_file_kind kind,
		  mode_t mode)
{
	int error = new_file_begin(f, directory, name, kind);

	if (error)
		return error;
	f->fd = openat(directory, f->partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		       mode);
	if (f->fd < 0)
		return errno == EEXIST ? -EBUSY : -errno;
	/* Two may begin at once: the other has taken a file without its lock for a leftover. */
	if (!f->kept || (!flock(f->fd, LOCK_EX | LOCK_NB) && file_is(f->fd, directory, f->partial)))
		return 0;
	close(f->fd);
	f->fd = -1;
	return -EBUSY;
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
	bool complete = !error, own = !f->kept || file_is(f->fd, f->directory, f->partial);
	int lock = f->fd >= 0 ? dup(f->fd) : -1; /* until it has its name */
	int closed = new_file_leave(f);

	error = error ? error : closed;
	if (!error)
		error = own ? place_check(f->directory, f->name) : -ESTALE;
	if (!error && renameat(f->directory, f->partial, f->directory, f->name))
		error = -errno;
	if (error && own && !(complete && f->kept))
		unlinkat(f->directory, f->partial, 0);
	if (lock >= 0)
		close(lock);
	return error;
}

const char *new_file_error(int error)
{
	switch (-error) {
	case EEXIST:
		return "it is there and is no regular file";
	case EBUSY:
		return "another process is writing it";
	case ESTALE:
		return "another file has taken its temporary name";
	default:
		return strerror(-error);
	}
}
