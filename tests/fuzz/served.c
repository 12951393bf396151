/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tests/fuzz/served.h"
#include "tests/fuzz/frame.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

/* The linker's names for the calls, and for what they were. */
int __real_open(const char *path, int flags, ...);
FILE *__real_fopen(const char *path, const char *mode);
FILE *__real_setmntent(const char *path, const char *mode);
ssize_t __real_readlink(const char *path, char *out, size_t room);
int __wrap_open(const char *path, int flags, ...);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_setmntent(const char *path, const char *mode);
ssize_t __wrap_readlink(const char *path, char *out, size_t room);

static const struct served *served;

void files_serve(const struct served *files)
{
	served = files;
}

static const char *text_of(const char *path)
{
	const char *name = strrchr(path, '/');

	for (const struct served *f = served; name && f && f->name; f++)
		if (!strcmp(name + 1, f->name))
			return f->text;
	return NULL;
}

static int text_open(const char *text)
{
	int fd = memfd_create("served", MFD_CLOEXEC);

	MUST(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	MUST(!lseek(fd, 0, SEEK_SET));
	return fd;
}

/* A file that is made gets the mode that fopen() gives. */
int __wrap_open(const char *path, int flags, ...)
{
	const char *text = text_of(path);

	return text ? text_open(text) : __real_open(path, flags, 0666);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	const char *text = text_of(path);

	return text ? fdopen(text_open(text), "r") : __real_fopen(path, mode);
}

FILE *__wrap_setmntent(const char *path, const char *mode)
{
	const char *text = text_of(path);

	return text ? fdopen(text_open(text), "r") : __real_setmntent(path, mode);
}

ssize_t __wrap_readlink(const char *path, char *out, size_t room)
{
	const char *text = text_of(path);
	size_t length = text ? strlen(text) : 0;

	if (!text)
		return __real_readlink(path, out, room);
	length = length < room ? length : room;
	for (size_t i = 0; i < length; i++)
		out[i] = text[i];
	return (ssize_t)length;
}
