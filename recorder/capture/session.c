/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/capture/session.h"
#include "format/base/clock.h"

#include <elf.h>
#include <string.h>
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
