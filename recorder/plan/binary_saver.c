/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/plan/binary_saver.h"

#include "format/text_hash.h"
#include "format/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static int directory_make(const char *path)
{
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

static int saved_name(const char *dir, const char *path, const struct build_id *id, char *name,
		      size_t room)
{
	size_t first = build_id_is_hash(id) ? HUD_TEXT_HASH_MARK_BYTES : 0;
	const char *slash = strrchr(path, '/');
	size_t used;
	int error = directory_make(dir);

	if (error || !id->bytes) {
		snprintf(name, room, "%s/%s", dir, slash ? slash + 1 : path);
		return error;
	}
	snprintf(name, room, "%s/%s", dir, first ? ".text-hash" : ".build-id");
	error = directory_make(name);
	used = strlen(name);
	snprintf(name + used, room - used, "/%02x", id->byte[first]);
	if (!error)
		error = directory_make(name);
	used = strlen(name);
	used += (size_t)snprintf(name + used, room - used, "/");
	for (size_t i = first + 1; i < id->bytes && used + 10 < room; i++)
		used += (size_t)snprintf(name + used, room - used, "%02x", id->byte[i]);
	snprintf(name + used, room - used, ".debug");
	return error;
}

static int bytes_copy(int from, int to)
{
	off_t at = 0;
	struct stat st;

	if (fstat(from, &st))
		return -errno;
	while (at < st.st_size) {
		ssize_t sent = sendfile(to, from, &at, (size_t)(st.st_size - at));

		if (sent < 0 && errno != EINTR)
			return -errno;
		if (sent == 0)
			return -EIO; /* it shrank */
	}
	return 0;
}

int binary_save(const char *dir, int fd, const char *path, const struct build_id *id)
{
	char name[PATH_MAX], partial[PATH_MAX + 32];
	int error = saved_name(dir, path, id, name, sizeof(name));
	struct new_file file;

	if (error)
		return error;
	if (!access(name, F_OK))
		return 0;
	snprintf(partial, sizeof(partial), "%s.%d.partial", name, (int)getpid());
	error = new_file_open(&file, AT_FDCWD, name, partial);
	return error ? error : new_file_close(&file, bytes_copy(fd, file.fd));
}
