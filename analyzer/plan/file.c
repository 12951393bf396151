/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan/file.h"
#include "format/base/file.h"
#include "format/base/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int plan_file_open(const char *path)
{
	struct stat st;
	int fd = file_open_regular(path, &st);

	return fd == -EINVAL ? -ENOEXEC : fd;
}

int plan_file_write(const char *path, const void *data, size_t bytes)
{
	struct new_file file;
	int err;

	if (strcmp(path, "-") == 0)
		return write_whole(STDOUT_FILENO, data, bytes);
	err = new_file_open(&file, AT_FDCWD, path, NEW_FILE_PRIVATE, 0666);
	if (err)
		return err;
	err = new_file_write(&file, data, bytes);
	return new_file_close(&file, err ? err : new_file_sync(&file));
}
