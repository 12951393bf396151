/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/plan/binary_saver.h"
#include "format/base/new_file.h"
#include "recorder/base/invoker.h"
#include "recorder/plan/debug_name.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* A new one belongs to the user who called sudo: hud-analyze runs as that user. */
static int directory_make(const char *path)
{
	int fd, error;

	if (mkdir(path, 0700))
		return errno == EEXIST ? 0 : -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = invoker_own(fd);
	close(fd);
	return error;
}

/* Makes the directories too: at most DIR/.build-id/ab. */
static int saved_name(const char *dir, const char *path, const struct build_id *id, char *name,
		      size_t room)
{
	char file[DEBUG_NAME_BYTES];
	int error = directory_make(dir);
	char *slash;

	if (error || id->bytes < 2) {
		snprintf(name, room, "%s/%s", dir, basename(path));
		return error;
	}
	debug_name(id, file);
	snprintf(name, room, "%s/%s", dir, build_id_is_hash(id) ? ".text-hash" : ".build-id");
	error = directory_make(name);
	snprintf(name + strlen(name), room - strlen(name), "/%s", file);
	if (error)
		return error;
	slash = strrchr(name, '/');
	*slash = 0;
	error = directory_make(name);
	*slash = '/';
	return error;
}

static int bytes_copy(int from, int to, uint64_t most)
{
	off_t at = 0, end;
	struct stat st;

	if (fstat(from, &st))
		return -errno;
	end = (uint64_t)st.st_size < most ? st.st_size : (off_t)most;
	while (at < end) {
		ssize_t sent = sendfile(to, from, &at, (size_t)(end - at));

		if (sent < 0 && errno != EINTR)
			return -errno;
		if (sent == 0)
			return -EIO; /* it shrank */
	}
	return 0;
}

int binary_save_dir(const char *dir)
{
	struct stat st;
	int error = directory_make(dir);

	if (!error && stat(dir, &st))
		error = -errno;
	if (!error && !S_ISDIR(st.st_mode))
		error = -ENOTDIR;
	return error ? error : access(dir, W_OK | X_OK) ? -errno : 0;
}

int binary_save(const char *dir, int fd, const char *path, const struct build_id *id)
{
	char name[PATH_MAX];
	int error = saved_name(dir, path, id, name, sizeof(name));
	struct new_file file;

	if (error)
		return error;
	if (!access(name, F_OK))
		return 0;
	error = new_file_open(&file, AT_FDCWD, name, NEW_FILE_PRIVATE, 0600);
	if (error)
		return error;
	error = bytes_copy(fd, file.fd, UINT64_MAX);
	return new_file_close(&file, error ? error : invoker_own(file.fd));
}

int file_save(const char *dir, int fd, const char *name, uint64_t most)
{
	char path[PATH_MAX];
	int error = directory_make(dir);
	struct new_file file;

	if (error)
		return error;
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	error = new_file_open(&file, AT_FDCWD, path, NEW_FILE_PRIVATE, 0600);
	if (error)
		return error;
	error = bytes_copy(fd, file.fd, most);
	return new_file_close(&file, error ? error : invoker_own(file.fd));
}
