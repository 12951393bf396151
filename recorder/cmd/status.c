/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/cmd/status.h"
#include "format/capture/name.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *bytes_text(uint64_t bytes, char *text, size_t room)
{
	if (bytes < 1u << 20)
		snprintf(text, room, "%.1f KiB", (double)bytes / 1024);
	else
		snprintf(text, room, "%.1f MiB", (double)bytes / (1u << 20));
	return text;
}

/* Who reads the pipe, such as hud-analyze live, has the terminal. */
static bool terminal_is_taken(void)
{
	struct stat out;

	return isatty(STDERR_FILENO) && !fstat(STDOUT_FILENO, &out) && S_ISFIFO(out.st_mode);
}

void status_begin(struct status *s, bool quiet, bool pipe, const char *label, size_t targets)
{
	s->quiet = quiet || (pipe && terminal_is_taken());
	s->terminal = !s->quiet && !pipe && isatty(STDERR_FILENO);
	s->line_shown = false;
	if (s->terminal)
		fprintf(stderr, "hud-record: recording %s (%zu process%s); Ctrl-C ends it\n", label,
			targets, targets == 1 ? "" : "es");
}

void status_say(struct status *s, const char *format, ...)
{
	va_list arguments;

	if (s->quiet)
		return;
	fputs(s->line_shown ? "\r\033[Khud-record: " : "hud-record: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	s->line_shown = false;
}

void status_update(struct status *s, const struct status_numbers *n)
{
	char bytes[32];

	if (!s->terminal)
		return;
	fprintf(stderr, "\r\033[K%7.1f s  %llu events  %s  %llu lost", (double)n->elapsed_ns / 1e9,
		(unsigned long long)n->events, bytes_text(n->bytes, bytes, sizeof(bytes)),
		(unsigned long long)n->lost);
	fflush(stderr);
	s->line_shown = true;
}

void status_end(struct status *s, const struct status_numbers *n, const struct output *out,
		bool whole, const char *reason)
{
	const char *name = whole || out->pipe ? out->file.name : out->file.partial;
	char bytes[32];

	if (s->line_shown)
		fputs("\r\033[K", stderr);
	if (s->quiet)
		return;
	fprintf(stderr, "hud-record: %.1f s (%s), %llu events, %s to %s; %llu lost%s\n",
		(double)n->elapsed_ns / 1e9, reason, (unsigned long long)n->events,
		bytes_text(n->bytes, bytes, sizeof(bytes)), name, (unsigned long long)n->lost,
		n->lost_causes);
	fprintf(stderr, "  own CPU time %.2f s\n", (double)n->cpu_ns / 1e9);
	if (!out->pipe)
		fprintf(stderr,
			"  next: hud-analyze report %s\n"
			"  as a page: hud-analyze report %s --html %.*s.html\n",
			name, name, (int)capture_stem(out->file.name), out->file.name);
	if (!out->pipe && n->tasks)
		fprintf(stderr, "  its tasks: hud-analyze tasks %s\n", name);
}
