/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum exit_status message(enum exit_status status, const char *advice, const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fputs("hud-analyze: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	if (advice)
		fprintf(stderr, "  %s\n", advice);
	return status;
}

enum exit_status message_unfit_binary(const char *path, const char *what, const char *advice)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return message(STATUS_INPUT,
			       "hud-analyze reads files without the rights of root: copy it to "
			       "where any user may read it",
			       "--binary %s cannot be read: %s", path, strerror(errno));
	close(fd);
	return message(STATUS_INPUT, advice, "--binary %s fits no binary of the %s: another build",
		       path, what);
}
