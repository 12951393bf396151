/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/capture_file.h"
#include "analyzer/base/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char sqlite_magic[] = "SQLite format 3";

static bool is_database(int descriptor)
{
	char magic[sizeof(sqlite_magic)];

	return pread(descriptor, magic, sizeof(magic), 0) == (ssize_t)sizeof(magic) &&
	       memcmp(magic, sqlite_magic, sizeof(magic)) == 0;
}

bool capture_file_is_database(const char *path)
{
	struct stat about;
	int descriptor;
	bool is;

	if (stat(path, &about) || !S_ISREG(about.st_mode))
		return false;
	descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	is = descriptor >= 0 && is_database(descriptor);
	if (descriptor >= 0)
		close(descriptor);
	return is;
}

enum exit_status capture_file_open(const char *path, struct capture_file *out)
{
	struct stat about;

	*out = (struct capture_file) {.descriptor = STDIN_FILENO};
	if (strcmp(path, "-") == 0) {
		if (!isatty(STDIN_FILENO))
			return STATUS_DONE;
		return message(STATUS_INPUT,
			       "pipe a capture into it: hud-record … -o - | hud-analyze …",
			       "standard input is a terminal, not a capture");
	}
	out->descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (out->descriptor < 0 || fstat(out->descriptor, &about)) {
		message(STATUS_INPUT, NULL, "cannot open %s: %s", path, strerror(errno));
		capture_file_close(out);
		return STATUS_INPUT;
	}
	if (S_ISDIR(about.st_mode)) {
		capture_file_close(out);
		return message(STATUS_INPUT, "give a .hud file or a database", "%s is a directory",
			       path);
	}
	out->bytes = S_ISREG(about.st_mode) ? (uint64_t)about.st_size : 0;
	out->database = S_ISREG(about.st_mode) && is_database(out->descriptor);
	return STATUS_DONE;
}

int64_t capture_file_read(void *context, void *data, size_t bytes)
{
	const struct capture_file *file = context;
	ssize_t got = -1;

	/* Asked before too: one that came earlier interrupts no read. */
	errno = EINTR;
	while (got < 0 && errno == EINTR && !interrupt_came())
		got = read(file->descriptor, data, bytes);
	return got < 0 ? -errno : got;
}

void capture_file_close(struct capture_file *file)
{
	if (file->descriptor > STDIN_FILENO)
		close(file->descriptor);
	file->descriptor = -1;
}

enum exit_status capture_wanted(const char *path, const char *advice)
{
	return message(STATUS_INPUT, advice,
		       "%s is a database: its symbols were resolved when it was loaded", path);
}

static const struct {
	int err;
	enum exit_status status;
	const char *what;
	const char *advice;
} capture_errors[] = {
	{EBADMSG, STATUS_INPUT, "is no hud capture, or nothing of it is readable",
	 "a capture is what hud-record writes (.hud)"},
	{EPROTO, STATUS_INPUT, "was written by a newer hud-record",
	 "use a hud-analyze as new as it"},
	{ENODATA, STATUS_INPUT, "holds no whole chunk that says how it was recorded",
	 "a recording that failed at once is empty: hud-record said why"},
	{E2BIG, STATUS_INPUT, "holds too many captures", "load it in parts"},
	{ENOMEM, STATUS_SYSTEM, "cannot be loaded: out of memory", NULL},
};

enum exit_status capture_error(const char *path, int err)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;

	for (size_t i = 0; i < sizeof(capture_errors) / sizeof(*capture_errors); i++) {
		if (-err == capture_errors[i].err)
			return message(capture_errors[i].status, capture_errors[i].advice, "%s %s",
				       name, capture_errors[i].what);
	}
	return message(STATUS_SYSTEM, NULL, "cannot read %s: %s", name, strerror(-err));
}
