/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_TEST_LEARN_SNAPSHOTS_FIXTURE_H
#define HUD_TEST_LEARN_SNAPSHOTS_FIXTURE_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
/* clang-format on */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "analyzer/learn/learn.h"

/*
 * Snapshots that hud-record took of the demo (Tokio 1.24.2, rustc 1.63, stripped), of one step. Its
 * debug information says: multi_thread's context at -128, its core at 16 there, parked 16 = 0, tick
 * 24; current_thread's at -120, 16, 32 = 2, 536; the task's id at -360, with a tag. And "newer": of
 * a server on Tokio 1.53.1 (rustc 1.95); "quiet": of tokio_echo with one client, built as the demo.
 */
static inline uint8_t *recorded(const char *name, size_t *bytes)
{
	char path[128];
	uint8_t packed[1 << 17], *data;
	size_t packed_bytes;
	FILE *file;

	snprintf(path, sizeof(path), "tests/unit/learn/%s.zst", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	packed_bytes = fread(packed, 1, sizeof(packed), file);
	fclose(file);
	*bytes = (size_t)ZSTD_getFrameContentSize(packed, packed_bytes);
	data = malloc(*bytes);
	assert_non_null(data);
	assert_int_equal(ZSTD_decompress(data, *bytes, packed, packed_bytes), *bytes);
	return data;
}

static inline void recorded_read(struct learn_input *in, const char *name)
{
	size_t bytes;
	uint8_t *data = recorded(name, &bytes);

	assert_int_equal(learn_input_read(in, data, bytes), 0);
	free(data);
}

/* The same every time. */
static inline uint32_t random_next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* The scheduler of this kind in an answer; NULL: it is not proven. */
static inline const struct hud_plan_scheduler *scheduler_in(const struct learn_answer *a,
							    uint32_t kind)
{
	for (uint16_t i = 0; i < a->identity.head.schedulers; i++)
		if (a->identity.scheduler[i].kind == kind)
			return &a->identity.scheduler[i];
	return NULL;
}

/*
 * As without an I/O driver, and with locks that have one futex for each thread (parking_lot): a
 * park waits there, and so do some polls.
 */
static inline void parks_become_futexes_of_threads(struct learn_input *in)
{
	for (size_t i = 0; i < in->count; i++) {
		struct hud_snapshot *s = &in->core[i].head;

		if (s->kind == HUD_SNAPSHOT_PARK || (s->kind == HUD_SNAPSHOT_CALL && i % 2)) {
			s->kind = HUD_SNAPSHOT_SLEEP;
			s->site = 0x7f1000000000 + s->tid * 4096;
		}
	}
}

#endif
