/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Captures that claim more than they hold, or hold a great deal: told, and within bounds. */
#include "format/wire/recording.h"
#include "format/wire/records.h"
#include "tests/unit/fixture/analysis_fixture.h"
#include "tests/unit/fixture/format_fixture.h"

#include <sys/resource.h>

enum { THREADS = 1000000, PER_CHUNK = 40000 };

static long peak_kib(void)
{
	struct rusage usage;

	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	return usage.ru_maxrss;
}

static int ingest_bytes(const struct bytes *b, sqlite3 *db)
{
	const struct scene scene = {.data = b->data, .size = b->size};

	return scene_ingest(&scene, db);
}

/* A record whose count is `claimed`, and which is as long as its type is without elements. */
static void a_count_that_a_record_does_not_hold_is_refused(void **state)
{
	static const uint64_t claims[] = {1, 255, 65535, 999999999, UINT32_MAX};

	(void)state;
	for (uint16_t type = 1; type < 100; type++) {
		const struct record_kind *kind = record_kind(type);
		uint64_t room[64] = {0};
		struct hud_record *record = (struct hud_record *)room;

		for (size_t i = 0; kind && kind->count.element && i < 5; i++) {
			struct bytes capture = {0};
			struct loaded l;

			*record = (struct hud_record) {.type = type, .size = kind->bytes};
			memcpy((uint8_t *)room + kind->count.offset, &claims[i], kind->count.width);
			make_capture(&capture, 1, 1, 1, NULL);
			craft_chunk(&capture, 1, 1, HUD_FORMAT_VERSION, 1, room, kind->bytes);
			l = load(capture.data, capture.size);
			assert_int_equal(l.error, 0);
			if (loss_of(&l, HUD_LOSS_RECORD_INVALID) != 1)
				fail_msg("%s with a count of %llu", kind->name,
					 (unsigned long long)claims[i]);
			loaded_free(&l);
			bytes_free(&capture);
		}
	}
}

/* Threads `from` to `from` + PER_CHUNK, each with a name of its own. */
static void threads_add(struct bytes *to, uint64_t sequence, uint32_t from)
{
	struct entry {
		struct hud_string string;
		char text[16];
		struct hud_thread thread;
	} *entry = calloc(PER_CHUNK, sizeof(*entry));

	assert_non_null(entry);
	for (uint32_t i = 0; i < PER_CHUNK; i++) {
		struct entry *e = &entry[i];

		e->string.head = (struct hud_record) {HUD_STRING, 0, 32};
		e->string.id = 1000 + from + i;
		e->string.bytes = (uint32_t)snprintf(e->text, sizeof(e->text), "t%u", from + i);
		e->thread.head = (struct hud_record) {HUD_THREAD, 0, sizeof(e->thread)};
		e->thread.tid = 100000 + from + i;
		e->thread.process = 1;
		e->thread.comm = e->string.id;
	}
	craft_chunk(to, 1, sequence, HUD_FORMAT_VERSION, 2 * PER_CHUNK, entry,
		    PER_CHUNK * sizeof(*entry));
	free(entry);
}

static void a_million_threads_are_loaded_in_bounded_memory(void **state)
{
	struct bytes capture = {0};
	long before;
	sqlite3 *db = database_empty();

	(void)state;
	make_capture(&capture, 1, 1, 1, NULL);
	for (uint32_t n = 0; n < THREADS / PER_CHUNK; n++)
		threads_add(&capture, 1 + n, n * PER_CHUNK);
	before = peak_kib();
	assert_int_equal(ingest_bytes(&capture, db), 0);
	assert_number(db, "SELECT count(*) >= 1000000 FROM thread", 1);
	/* Half a KiB for a thread and its name; a capture of them has 64 bytes each. */
	if (peak_kib() - before > THREADS / 2)
		fail_msg("%ld MiB", (peak_kib() - before) >> 10);
	sqlite3_close(db);
	bytes_free(&capture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_count_that_a_record_does_not_hold_is_refused),
		cmocka_unit_test(a_million_threads_are_loaded_in_bounded_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
