/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Any bytes as .eh_frame or .debug_frame give a plan that hud-record accepts.
 *
 * The first byte chooses the kind of section and the machine.
 */
#include "analyzer/unwind/rows.h"
#include "tests/fuzz/frame.h"

#include <elf.h>

/* The section lies before the code, near enough for short distances between them. */
static const struct hud_plan_segment segment = {.address = 0x1000, .bytes = 0x30000};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct eh_section section = {.data = data + 1, .bytes = size - 1, .address = 0x800};
	struct unwind_rows rows;
	struct eh_frame frame;
	struct plan plan = {0}, parsed;
	void *out;
	size_t bytes;

	if (!size)
		return 0;
	section.debug_frame = data[0] & 1;
	section.unbounded = data[0] & 2;
	section.machine = data[0] & 4 ? EM_AARCH64 : EM_X86_64;
	MUST(!eh_frame_open(&frame, &section));
	MUST(!unwind_rows_build(&rows, &frame, 1, &segment, 1, NULL));
	plan.segment = &segment;
	plan.segments = 1;
	unwind_rows_set(&rows, &plan);
	MUST(rows.covered_bytes <= segment.bytes);
	MUST(!plan_serialize(&plan, &out, &bytes));
	MUST(!plan_parse(out, bytes, &parsed));
	plan_free(&parsed);
	free(out);
	unwind_rows_free(&rows);
	eh_frame_close(&frame);
	return 0;
}
