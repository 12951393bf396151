/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What a reader makes of records and chunks that are newer than it, or make no sense. */
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "tests/unit/fixture/format_fixture.h"

/* A clock record, then `bytes` of another one, then a clock again. */
static struct loaded load_between_clocks(const void *record, size_t bytes)
{
	struct hud_clock clock = {.head = {.type = HUD_CLOCK, .size = sizeof(clock)}};
	struct bytes records = {0}, b = {0};
	struct loaded l;

	bytes_append(&records, &clock, sizeof(clock));
	bytes_append(&records, record, bytes);
	bytes_append(&records, &clock, sizeof(clock));
	craft_chunk(&b, 1, 0, HUD_FORMAT_VERSION, 3, records.data, records.size);
	l = load(b.data, b.size);
	bytes_free(&records);
	bytes_free(&b);
	return l;
}

static void unknown_records_are_skipped(void **state)
{
	/* The last number of each group, which is taken last. */
	static const uint16_t type[] = {0, 31, 63, 95, 127, 4096, UINT16_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(type) / sizeof(type[0]); i++) {
		struct hud_record record[4] = {{.type = type[i], .size = sizeof(record)}};
		struct loaded l = load_between_clocks(record, sizeof(record));

		assert_int_equal(l.error, 0);
		assert_int_equal(l.count, 2);
		assert_int_equal(count_of(&l, HUD_CLOCK), 2);
		loaded_free(&l);
	}
}

static void a_must_understand_record_of_a_newer_version_is_refused(void **state)
{
	struct hud_record record = {.type = 999, .flags = HUD_MUST_UNDERSTAND, .size = 8};
	struct loaded l = load_between_clocks(&record, sizeof(record));

	(void)state;
	assert_int_equal(l.error, -EPROTO);
	assert_int_equal(l.count, 1);
	loaded_free(&l);
	record.type = HUD_LIFECYCLE; /* known, but too short: that is no reason to refuse all */
	l = load_between_clocks(&record, sizeof(record));
	assert_int_equal(l.error, 0);
	loaded_free(&l);
}

static void a_refused_capture_stays_refused(void **state)
{
	struct hud_record record = {.type = 999, .flags = HUD_MUST_UNDERSTAND, .size = 8};
	const struct hud_record *out;
	struct capture_reader *r;
	struct bytes b = {0};
	struct supply supply;

	(void)state;
	craft_chunk(&b, 1, 0, HUD_FORMAT_VERSION, 1, &record, sizeof(record));
	supply = (struct supply) {.data = b.data, .size = b.size};
	assert_int_equal(capture_reader_open(supply_read, &supply, &r), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(capture_reader_next(r, &out), -EPROTO);
	capture_reader_close(r);
	bytes_free(&b);
}

static void a_chunk_of_a_newer_version_is_refused(void **state)
{
	struct hud_clock clock = {.head = {.type = HUD_CLOCK, .size = sizeof(clock)}};
	struct bytes b = {0};
	struct loaded l;

	(void)state;
	craft_chunk(&b, 1, 0, HUD_FORMAT_VERSION, 1, &clock, sizeof(clock));
	craft_chunk(&b, 1, 1, HUD_FORMAT_VERSION + 1, 1, &clock, sizeof(clock));
	l = load(b.data, b.size);
	assert_int_equal(l.error, -EPROTO);
	assert_int_equal(l.count, 1);
	loaded_free(&l);
	bytes_free(&b);
}

static void a_longer_known_record_is_read_up_to_what_is_known(void **state)
{
	struct {
		struct hud_lifecycle known;
		uint64_t newer[3];
	} record = {.known = {.head = {.type = HUD_LIFECYCLE, .size = sizeof(record)},
			      .time_ns = 42,
			      .kind = HUD_THREAD_EXIT},
		    .newer = {1, 2, 3}};
	const struct hud_record *out;
	struct capture_reader *r;
	struct bytes b = {0};
	struct supply supply;

	(void)state;
	craft_chunk(&b, 1, 0, HUD_FORMAT_VERSION, 1, &record, sizeof(record));
	supply = (struct supply) {.data = b.data, .size = b.size};
	assert_int_equal(capture_reader_open(supply_read, &supply, &r), 0);
	assert_int_equal(capture_reader_next(r, &out), 0);
	assert_non_null(out);
	assert_int_equal(out->type, HUD_LIFECYCLE);
	assert_int_equal(out->size, sizeof(record));
	assert_int_equal(((const struct hud_lifecycle *)out)->time_ns, 42);
	assert_int_equal(((const struct hud_lifecycle *)out)->kind, HUD_THREAD_EXIT);
	assert_int_equal(capture_reader_next(r, &out), 0);
	assert_null(out);
	capture_reader_close(r);
	bytes_free(&b);
}

static void a_record_with_a_false_size_or_count_is_refused_and_counted(void **state)
{
	struct {
		struct hud_record head;
		uint32_t word[1100];
	} r[] = {
		{{HUD_OFFCPU, 0, sizeof(struct hud_offcpu) - 8}, {0}},
		{{HUD_END, 0, 8}, {0}},
		{{HUD_STRING, 0, 24}, {1, 9}},
		{{HUD_STRING, 0, 16 + 4104}, {1, 4097}},
		{{HUD_STRING, 0, 16}, {1, UINT32_MAX}},
		{{HUD_USER_STACK, 0, 24}, {1, 1, 1}},
		{{HUD_USER_STACK, 0, 24 + 257 * 8}, {1, 1, 257}},
		{{HUD_KERNEL_STACK, 0, 24}, {1, 3}},
		{{HUD_KERNEL_STACK, 0, 16 + 1032}, {1, 257}},
		{{HUD_MAPPING, 0, 88}, {[11] = 33}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(r) / sizeof(r[0]); i++) {
		struct loaded l = load_between_clocks(&r[i], r[i].head.size);

		assert_int_equal(l.error, 0);
		assert_int_equal(l.count, 3);
		assert_int_equal(count_of(&l, HUD_CLOCK), 2);
		assert_int_equal(loss_of(&l, HUD_LOSS_RECORD_INVALID), 1);
		loaded_free(&l);
	}
}

static void the_largest_record_of_each_kind_is_taken(void **state)
{
	struct {
		struct hud_record head;
		uint32_t word[1100];
	} r[] = {
		{{HUD_STRING, 0, 16 + 4096}, {1, 4096}},
		{{HUD_USER_STACK, 0, 24 + 256 * 8}, {1, 1, 256}},
		{{HUD_KERNEL_STACK, 0, 16 + 1024}, {1, 256}},
		{{HUD_MAPPING, 0, 88}, {[11] = 32}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(r) / sizeof(r[0]); i++) {
		struct loaded l = load_between_clocks(&r[i], r[i].head.size);

		assert_int_equal(l.error, 0);
		assert_int_equal(l.count, 3);
		assert_int_equal(count_of(&l, r[i].head.type), 1);
		loaded_free(&l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_records_are_skipped),
		cmocka_unit_test(a_must_understand_record_of_a_newer_version_is_refused),
		cmocka_unit_test(a_refused_capture_stays_refused),
		cmocka_unit_test(a_chunk_of_a_newer_version_is_refused),
		cmocka_unit_test(a_longer_known_record_is_read_up_to_what_is_known),
		cmocka_unit_test(a_record_with_a_false_size_or_count_is_refused_and_counted),
		cmocka_unit_test(the_largest_record_of_each_kind_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
