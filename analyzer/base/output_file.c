/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)256 << 10)

bool output_is_standard(const char *path)
{
	return !path || strcmp(path, "-") == 0;
}

enum exit_status output_file_open(struct output_file *o, const char *path)
{
	int copy, err;

	*o = (struct output_file) {.out = stdout};
	if (!output_is_standard(path)) {
		o->path = path;
		err = new_file_open(&o->file, AT_FDCWD, path, NEW_FILE_PRIVATE, 0644);
		if (err)
			return message(STATUS_SYSTEM, "is the directory there, and writable?",
				       "cannot make %s: %s", path, new_file_error(err));
		copy = dup(o->file.fd);
		o->out = copy < 0 ? NULL : fdopen(copy, "w");
	}
	if (o->out) {
		setvbuf(o->out, NULL, _IOFBF, BUFFER_BYTES);
		return STATUS_DONE;
	}
	err = errno;
	new_file_close(&o->file, -err);
	return message(STATUS_SYSTEM, NULL, "cannot make %s: %s", path, strerror(err));
}

/* Writes what is left of it. */
static enum exit_status flushed(const struct output_file *o)
{
	if (!fflush(o->out) && !ferror(o->out))
		return STATUS_DONE;
	return message(STATUS_SYSTEM, "is there room, and is somebody reading it?",
		       "cannot write %s: %s", o->path ? o->path : "to standard output",
		       errno ? strerror(errno) : "the output was closed");
}

enum exit_status output_file_close(struct output_file *o, enum exit_status status)
{
	int err;

	if (status == STATUS_DONE)
		status = flushed(o);
	if (!o->path)
		return status;
	fclose(o->out);
	err = new_file_close(&o->file, status == STATUS_DONE ? 0 : -ECANCELED);
	if (err && status == STATUS_DONE)
		status = message(STATUS_SYSTEM, NULL, "cannot finish %s: %s", o->path,
				 new_file_error(err));
	return status;
}
