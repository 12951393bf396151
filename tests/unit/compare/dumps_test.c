/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What a comparison takes from dumps of tasks, and what it cannot take. */
#include "analyzer/compare/comparison.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "tests/unit/fixture/dumps_fixture.h"

/* Fails unless a query about what a comparison took from the scene has this result. */
static void assert_taken(struct scene *s, const char *query, const char *expected)
{
	struct input input = {.db = scene_load(s, 1000000), .capture = 1, .captures = 1};
	struct comparison c;

	assert_int_equal(comparison_open(&c), STATUS_DONE);
	assert_int_equal(comparison_add_input(&c, AFTER, &input, false), STATUS_DONE);
	assert_text(c.db, query, expected);
	comparison_close(&c);
	sqlite3_close(input.db);
}

#define MISSING "SELECT group_concat(missing) FROM (SELECT * FROM deadlock ORDER BY dump)"

static void a_dump_that_was_cut_or_whose_lists_changed_may_lack_tasks(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, 1);
	dump_end_as(&s, 10, (struct dump_shape) {.runtimes = 1});
	dump_end_as(&s, 20, (struct dump_shape) {.runtimes = 1, .cut = true});
	dump_end_as(&s, 30, (struct dump_shape) {.runtimes = 1, .broken = 1});
	assert_taken(&s, MISSING, "0,1,1");
}

/* The first one may be taken before the program makes it. */
static void a_process_is_whole_without_a_runtime_only_where_a_dump_has_one(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, 1);
	dump_end_as(&s, 10, (struct dump_shape) {0});
	dump_end_as(&s, 20, (struct dump_shape) {.runtimes = 1});
	assert_taken(&s, MISSING, "0,0");
	scene_begin(&s, 1);
	dump_end_as(&s, 10, (struct dump_shape) {0});
	dump_end_as(&s, 20, (struct dump_shape) {0});
	assert_taken(&s, MISSING, "1,1");
}

/* One that is polled is at no await. */
static void a_parked_block_on_that_was_not_read_is_counted(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, 1);
	dump_thread(&s, 10, 0, ROOT); /* of what it drives nothing was read */
	dump_end_as(&s, 10, (struct dump_shape) {.runtimes = 1});
	dump_thread(&s, 10, 0, ROOT_PARKED);
	dump_end_as(&s, 20, (struct dump_shape) {.runtimes = 1});
	assert_taken(&s,
		     "SELECT group_concat(drivers_unread) FROM (SELECT * FROM deadlock "
		     "ORDER BY dump)",
		     "0,1");
}

/* A dump is of one process. */
static void where_tasks_wait_is_taken_from_the_last_dump_of_each_process(void **state)
{
	struct hud_process second = {.pid = 30, .start_ns = BEGIN_NS};
	struct scene s;

	(void)state;
	scene_begin(&s, 1);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
	dump_end(&s, 10);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 90);
	waiting(&s, 6, 7, HUD_LEAF_ACQUIRE, 90);
	dump_end(&s, 20);
	second.name = second.exe = (uint32_t)capture_writer_string(s.writer, "second");
	s.process = (uint32_t)capture_writer_process(s.writer, &second);
	waiting(&s, 5, 7, HUD_LEAF_ACQUIRE, 91);
	dump_end(&s, 30);
	assert_taken(&s, "SELECT sum(tasks) FROM waiting", "3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_that_was_cut_or_whose_lists_changed_may_lack_tasks),
		cmocka_unit_test(a_process_is_whole_without_a_runtime_only_where_a_dump_has_one),
		cmocka_unit_test(a_parked_block_on_that_was_not_read_is_counted),
		cmocka_unit_test(where_tasks_wait_is_taken_from_the_last_dump_of_each_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
