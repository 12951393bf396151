/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/message.h"

#include <stdarg.h>
#include <stdio.h>

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
