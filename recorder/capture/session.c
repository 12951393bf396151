/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/capture/session.h"
#include "format/base/clock.h"
#include "format/wire/recording.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

uint32_t session_text(struct capture_writer *w, const char *text)
{
	int64_t id = text ? capture_writer_string(w, text) : 0;

	return id > 0 ? (uint32_t)id : 0;
}

static uint32_t machine_number(const char *name)
{
	return !strcmp(name, "x86_64")    ? EM_X86_64
	       : !strcmp(name, "aarch64") ? EM_AARCH64
					  : EM_NONE;
}

void session_describe(struct capture_writer *w, struct hud_session *out, const char *target)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct utsname name = {0};

	uname(&name);
	out->head = (struct hud_record) {.type = HUD_SESSION, .size = (uint32_t)sizeof(*out)};
	out->start_realtime_ns = clock_ns(CLOCK_REALTIME);
	out->cpus = cpus > 0 ? (uint32_t)cpus : 0;
	out->page_bytes = (uint32_t)sysconf(_SC_PAGESIZE);
	out->machine = machine_number(name.machine);
	out->kernel = session_text(w, name.release);
	out->recorder = session_text(w, HUD_VERSION);
	out->command = session_text(w, target);
}

int session_begin(struct output *output, struct capture_writer **out)
{
	struct capture_writer_options options = {.sink = output_write, .sink_context = output};

	if (getrandom(options.capture_id, sizeof(options.capture_id), 0) !=
	    (ssize_t)sizeof(options.capture_id))
		return -errno;
	return capture_writer_open(&options, out);
}

int session_end(struct capture_writer *w, uint32_t reason, int error, uint64_t now_ns)
{
	struct hud_end end = {
		.head = HUD_RECORD_HEAD(HUD_END, end),
		.time_ns = now_ns,
		.reason = reason,
		.detail = (uint32_t)-error,
		.events = capture_writer_events(w),
	};

	capture_writer_event(w, &end.head); /* the writer keeps its error */
	return capture_writer_flush(w);
}
