/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/copies/copies.h"
#include "format/base/new_file.h"
#include "recorder/base/invoker.h"
#include "recorder/copies/debug_name.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

const struct copies_limits copies_limits_usual = {
	.file_bytes = 2ull << 30,
	.bytes = 8ull << 30,
	.files = 4096,
};

static bool is_trusted(uid_t owner)
{
	return owner == 0 || owner == geteuid() || (int)owner == invoker_id("SUDO_UID");
}

/* A new one belongs to the user who called sudo: hud-analyze runs as that user. */
static int directory_take(int fd, bool made)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!is_trusted(st.st_uid))
		return -EREMOTE;
	/* Where another has put one in its place, it is not to be given away. */
	return made && st.st_uid == geteuid() ? invoker_own(fd) : 0;
}

/* Makes it, where there is none. A descriptor or a negative errno. */
static int directory_open(int above, const char *name)
{
	bool made = !mkdirat(above, name, 0700);
	int fd, error;

	if (!made && errno != EEXIST)
		return -errno;
	fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = directory_take(fd, made);
	if (!error)
		return fd;
	close(fd);
	return error;
}

int copies_open(struct copies *c)
{
	int fd = c->directory >= 0 ? c->directory : directory_open(AT_FDCWD, c->path);

	if (fd < 0)
		return fd;
	c->directory = fd;
	return faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) ? -errno : 0;
}

void copies_close(struct copies *c)
{
	if (c->directory >= 0)
		close(c->directory);
	c->directory = -1;
}

static int extent_copy(int from, int to, off_t at, off_t end)
{
	if (lseek(to, at, SEEK_SET) < 0)
		return -errno;
	while (at < end) {
		ssize_t sent = sendfile(to, from, &at, (size_t)(end - at));

		if (sent < 0 && errno != EINTR)
			return -errno;
		if (sent == 0)
			return -EIO; /* it shrank */
	}
	return 0;
}

/*
 * Counts the bytes of data in the first `end` of a file, and with `to` >= 0 copies them. 0 or a
 * negative errno; -EFBIG: there are more than `most`.
 */
static int data_walk(int from, off_t end, int to, uint64_t most, uint64_t *bytes)
{
	int error = 0;

	*bytes = 0;
	for (off_t hole = 0; !error && hole < end;) {
		off_t data = lseek(from, hole, SEEK_DATA);

		if (data >= end || (data < 0 && errno == ENXIO))
			break;
		hole = data < 0 ? -1 : lseek(from, data, SEEK_HOLE);
		if (hole < 0)
			return -errno;
		if (hole <= data)
			return -EIO;
		if (hole > end)
			hole = end;
		*bytes += (uint64_t)(hole - data);
		if (*bytes > most)
			return -EFBIG;
		if (to >= 0)
			error = extent_copy(from, to, data, hole);
	}
	return error;
}

/* A sparse file stays sparse. */
static int file_fill(int from, int to, off_t end, uint64_t most)
{
	uint64_t bytes;
	int error = data_walk(from, end, to, most, &bytes);

	if (error)
		return error == -EFBIG ? -EIO : error; /* it grew since it was measured */
	if (ftruncate(to, end))
		return -errno;
	return invoker_own(to);
}

/* Reserves room for a file's data. 0 or a negative errno. */
static int room_take(struct copies *c, int fd, off_t end, uint64_t *bytes)
{
	const struct copies_limits *limits = c->limits ? c->limits : &copies_limits_usual;
	int error;

	if (c->full)
		return -EALREADY;
	c->full = c->files == limits->files;
	if (c->full)
		return -E2BIG;
	c->files++;
	error = data_walk(fd, end, -1, limits->file_bytes, bytes);
	if (error)
		return error;
	c->full = *bytes > limits->bytes - c->bytes;
	if (c->full)
		return -E2BIG;
	c->bytes += *bytes;
	return 0;
}

/* Copies at most `most` bytes of a file as `name` into a directory. 0 or a negative errno. */
static int file_copy(struct copies *c, int directory, const char *name, int fd, uint64_t most)
{
	struct new_file file;
	uint64_t bytes;
	struct stat st;
	off_t end;
	int error;

	if (fstat(fd, &st))
		return -errno;
	end = (uint64_t)st.st_size < most ? st.st_size : (off_t)most;
	error = room_take(c, fd, end, &bytes);
	if (!error)
		error = new_file_open(&file, directory, name, NEW_FILE_PRIVATE, 0600);
	if (!error)
		error = new_file_close(&file, file_fill(fd, file.fd, end, bytes));
	lseek(fd, 0, SEEK_SET); /* where it was: others read it too */
	return error;
}

/* Opens DIR/.build-id/ab, or the same of .text-hash. A descriptor or a negative errno. */
static int build_directory(const struct copies *c, const struct build_id *id, const char *name)
{
	int kind = directory_open(c->directory, build_id_is_hash(id) ? ".text-hash" : ".build-id");
	char first[] = {name[0], name[1], 0};
	int fd;

	if (kind < 0)
		return kind;
	fd = directory_open(kind, first);
	close(kind);
	return fd;
}

int copies_save(struct copies *c, int fd, const char *path, const struct build_id *id)
{
	char name[DEBUG_NAME_BYTES];
	int error = copies_open(c), directory;

	if (error)
		return error;
	if (id->bytes < 2)
		return faccessat(c->directory, basename(path), F_OK, AT_SYMLINK_NOFOLLOW)
			       ? file_copy(c, c->directory, basename(path), fd, UINT64_MAX)
			       : 0;
	debug_name(id, name);
	directory = build_directory(c, id, name);
	if (directory < 0)
		return directory;
	if (faccessat(directory, name + sizeof("ab"), F_OK, AT_SYMLINK_NOFOLLOW))
		error = file_copy(c, directory, name + sizeof("ab"), fd, UINT64_MAX);
	close(directory);
	return error;
}

int copies_save_as(struct copies *c, int fd, const char *name, uint64_t most)
{
	int error = copies_open(c);

	return error ? error : file_copy(c, c->directory, name, fd, most);
}

const char *copies_error(int error)
{
	switch (-error) {
	case EREMOTE:
		return "the directory, or one in it, belongs to another user";
	case ENOTDIR:
	case ELOOP:
		return "the directory, or one in it, is a symbolic link or no directory";
	case EFBIG:
		return "it has more than 2 GiB of data";
	case E2BIG:
		return "8 GiB or 4,096 files were copied: no more are";
	default:
		return strerror(-error);
	}
}
