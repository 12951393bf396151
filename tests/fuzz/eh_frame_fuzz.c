/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * libFuzzer: any bytes as .eh_frame or .debug_frame give a plan that hud-record accepts.
 *
 *   clang -std=c17 -g -O1 -D_GNU_SOURCE -I. -fsanitize=fuzzer,address,undefined \
 *       tests/fuzz/eh_frame_fuzz.c analyzer/unwind/e*.c analyzer/unwind/r*.c \
 *       build/libhudformat.a -lzstd -o build/eh_frame_fuzz
 *
 * The first byte chooses the kind of section and the machine.
 */
#include "analyzer/unwind/rows.h"

#include <elf.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	if (eh_frame_open(&frame, &section) || unwind_rows_build(&rows, &frame, 1, &segment, 1))
		abort();
	plan.segment = &segment;
	plan.segments = 1;
	unwind_rows_set(&rows, &plan);
	if (rows.covered_bytes > segment.bytes || plan_serialize(&plan, &out, &bytes) ||
	    plan_parse(out, bytes, &parsed))
		abort();
	plan_free(&parsed);
	free(out);
	unwind_rows_free(&rows);
	eh_frame_close(&frame);
	return 0;
}
