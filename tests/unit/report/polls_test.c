/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/events.h"
#include "tests/unit/fixture/polls_fixture.h"

#include <string.h>

/* What whole polls, read from the runtime's own state, become in the report. */

#define TOTAL "SELECT coalesce(sum(wall_ns), 0) / 1000 FROM blocking_poll"
#define COUNT "SELECT count(*) FROM blocking_poll"

static void short_sleeps_of_one_poll_are_one_blocking_poll(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t at = 10000; at < 30000; at += 2500)
		sleep_in_poll(&s, at + 100, at + 2400, 10000);
	poll_seen(&s, (struct seen) {10000, 30000, 7, 18400, 0, 0});
	db = scene_load(&s, 100000);
	assert_number(db, COUNT, 1);
	assert_number(db, TOTAL, 20000);
	assert_number(db,
		      "SELECT count FROM site_figures AS f JOIN site AS s ON s.id = f.site "
		      "WHERE s.function = 'demo::sleepy::nap'",
		      1);
	assert_number(db, "SELECT sum(wall_ns) / 1000 FROM slice", 20000);
	sqlite3_close(db);
}

/* Whoever ends a task, or spawns one, waits for the runtime's own locks now and then. */
static void a_wait_of_the_runtimes_own_in_a_poll_keeps_its_stack(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	wait_in_poll_at(&s, RUNTIME, 10100, 30000, 10000, SYS_FUTEX);
	poll_seen(&s, (struct seen) {10000, 31000, 7, 19900, 0, 0});
	db = scene_load(&s, 100000);
	assert_text(db,
		    "SELECT s.function || ' ' || s.cause || ' ' || k.class FROM slice AS p "
		    "JOIN site AS s ON s.id = p.site JOIN stack AS k ON k.id = p.stack",
		    "unknown lock runtime");
	sqlite3_close(db);
}

/* Where the poll it belongs to was not observed, too: that ended a task, say. */
static void a_wait_of_the_runtimes_own_beside_a_poll_keeps_its_stack(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	wait_in_poll_at(&s, RUNTIME, 10100, 30000, 10000, SYS_FUTEX);
	db = scene_load(&s, 100000);
	assert_text(db,
		    "SELECT b.kind || ' ' || s.function || ' ' || s.cause || ' ' || k.class "
		    "FROM slice AS p JOIN blocking_poll AS b ON b.id = p.blocking_poll "
		    "JOIN site AS s ON s.id = p.site JOIN stack AS k ON k.id = p.stack",
		    "off-cpu unknown lock runtime");
	sqlite3_close(db);
}

static void a_sleep_without_the_core_is_no_block_though_no_stack_shows_it(void **state)
{
	struct hud_offcpu sleep = {
		.head = {HUD_OFFCPU, 0, sizeof(sleep)},
		.start_ns = at_ns(50000),
		.end_ns = at_ns(70000),
		.tid = 11,
		.syscall = SYS_NANOSLEEP,
		.where = HUD_WHERE_NO_CORE,
	};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sleep_in_poll(&s, 10100, 30000, 10000);
	poll_seen(&s, (struct seen) {10000, 31000, 7, 19900, 0, 0});
	sleep.process = s.process;
	scene_event(&s, &sleep);
	db = scene_load(&s, 100000);
	assert_number(db, COUNT, 1);
	assert_number(db, TOTAL, 21000);
	sqlite3_close(db);
}

/* The state could not be read when the second sleep began; the poll went on, or it did not. */
static void a_sleep_of_an_unknown_state_in_a_poll_that_went_on_is_of_that_poll(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	for (uint64_t end = 30000; end <= 60000; end += 30000) {
		scene_begin(&s, 1);
		sleep_in_poll(&s, 10100, 20000, 10000);
		scene_span(&s, (struct span) {11, 30000, 50000, 49990, NAP, SYS_NANOSLEEP, 0, 0,
					      NO_STACK});
		poll_seen(&s, (struct seen) {10000, end, 7, 9900, 0, 0});
		db = scene_load(&s, 100000);
		assert_number(db, COUNT, end == 60000 ? 1 : 2);
		assert_number(db, TOTAL, end == 60000 ? 50000 : 40000);
		sqlite3_close(db);
	}
}

static void a_wait_for_a_probe_of_huds_own_is_no_block(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	wait_in_poll(&s, 10100, 30000, 10000, IN_PROBE);
	poll_seen(&s, (struct seen) {10000, 31000, 7, 19900, 0, 0});
	sleep_in_poll(&s, 50100, 56000, 50000);
	wait_in_poll(&s, 56000, 58000, 50000, IN_PROBE);
	poll_seen(&s, (struct seen) {50000, 60000, 7, 7900, 0, 0});
	db = scene_load(&s, 100000);
	assert_number(db, COUNT, 1);
	assert_number(db, TOTAL, 10000);
	assert_number(db, "SELECT probe_waits FROM limits", 2);
	assert_number(db, "SELECT probe_wait_ns / 1000 FROM limits", 21900);
	sqlite3_close(db);
}

/* Samples in polls of tasks without an id: of two tasks in turn, or of the first alone. */
static sqlite3 *nameless_polls(enum fake_stack first, enum fake_stack second)
{
	struct scene s;

	scene_begin(&s, 1);
	for (uint64_t from = 10000; from < 90000; from += 40000) {
		for (uint64_t at = from; at < from + 20000; at += 5000) {
			sample_in_poll(&s, at + 1000, from, 0, first);
			sample_in_poll(&s, at + 3500, from, 0, second);
		}
		poll_seen(&s, (struct seen) {from, from + 20000, 0, 0, 0, 0});
	}
	return scene_load(&s, 100000);
}

static void without_task_ids_computing_is_one_poll_where_samples_prove_it(void **state)
{
	sqlite3 *db = nameless_polls(HASH, TINY);

	(void)state;
	assert_number(db, COUNT, 0);
	assert_number(db, "SELECT unproven_runs FROM limits", 2);
	sqlite3_close(db);
	db = nameless_polls(HASH, HASH);
	assert_number(db, COUNT, 2);
	assert_number(db, TOTAL, 40000);
	assert_number(db, "SELECT unproven_runs FROM limits", 0);
	sqlite3_close(db);
}

static void a_stack_agrees_with_the_state_or_contradicts_it_or_neither(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sample_in_poll(&s, 12000, 10000, 7, HASH);
	/* The worker is about to give its core away. */
	sample_in_poll(&s, 14000, 10000, 7, IN_PLACE);
	sample_in_poll(&s, 16000, 10000, 7, PARK);
	sample_in_poll(&s, 18000, 10000, 7, POOL);
	db = scene_load(&s, 100000);
	assert_text(db,
		    "SELECT source || ' ' || agreeing || ' ' || contradicting FROM process_source",
		    "passive 1 2");
	sqlite3_close(db);
}

static void a_poll_that_began_before_the_capture_is_drawn_as_it_is_counted(void **state)
{
	const uint64_t before = 0 - UINT64_C(15000);
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sleep_in_poll(&s, before + 100, 15000, before);
	poll_seen(&s, (struct seen) {before, 15000, 7, 29900, 0, 0});
	db = scene_load(&s, 100000);
	assert_number(db, TOTAL, 30000);
	assert_number(db, "SELECT (sum(blocked_ns) + 500) / 1000 FROM activity", 30000);
	assert_number(db,
		      "SELECT (min(a.start_ns) - c.start_ns) / 1000 FROM activity AS a "
		      "JOIN capture AS c ON c.id = a.capture",
		      -15000);
	sqlite3_close(db);
}

static void the_wait_for_a_cpu_does_not_lengthen_a_poll(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sample_in_poll(&s, 12000, 10000, 7, HASH);
	poll_seen(&s, (struct seen) {10000, 30000, 7, 0, 15500, 0});
	sample_in_poll(&s, 42000, 40000, 7, HASH);
	poll_seen(&s, (struct seen) {40000, 60000, 7, 0, 14500, 0});
	db = scene_load(&s, 100000);
	assert_number(db, COUNT, 1);
	assert_number(db, "SELECT (start_ns - 1000000000000) / 1000 FROM blocking_poll", 40000);
	sqlite3_close(db);
}

/* Two tasks waited for 15 ms or longer during the first poll; none during the second. */
static void tasks_queued_during_a_poll_have_their_wait_where_its_end_was_seen(void **state)
{
	struct hud_poll record = {
		.head = {HUD_POLL, 0, sizeof(record)},
		.start_min_ns = at_ns(10005),
		.start_max_ns = at_ns(10005),
		.end_min_ns = at_ns(30000),
		.end_max_ns = at_ns(30000),
		.task = 7,
		.tid = 11,
		.poll_flags = HUD_POLL_EXACT | HUD_POLL_END_EXACT | HUD_POLL_FOLLOWED,
		.scheduler = 2,
		.ready_samples = 1,
		.ready_sum = 2,
		.ready_max = 2,
		.left_queued = 2,
		.next_polls = 2,
		.queued = 2,
		.queued_since_ns = at_ns(15000),
		.next_sum_ns = 300000,
		.next_max_ns = 200000,
	};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	record.process = s.process;
	sample_in_poll(&s, 15000, 10000, 7, HASH);
	scene_event(&s, &record);
	record.start_min_ns = record.start_max_ns = at_ns(40005);
	record.end_min_ns = record.end_max_ns = at_ns(50000);
	record.left_queued = record.next_polls = record.queued = 0;
	record.queued_since_ns = record.next_sum_ns = record.next_max_ns = 0;
	sample_in_poll(&s, 45000, 40000, 7, HASH);
	scene_event(&s, &record);
	db = scene_load(&s, 100000);
	assert_text(db,
		    "SELECT polls_ended || ' ' || queued || ' ' || queue_wait_mean_ns || ' ' || "
		    "queue_wait_max_ns || ' ' || left_queued || ' ' || next_polls || ' ' || "
		    "next_mean_ns || ' ' || next_max_ns FROM site_queue_wait "
		    "WHERE function = 'demo::hasher::hash'",
		    "2 2 15000000 15000000 2 2 150000 200000");
	sqlite3_close(db);
}

static void histogram_of(struct scene *s, enum fake_stack site, uint64_t polls,
			 const uint32_t bucket[6])
{
	struct {
		struct hud_histogram head;
		uint32_t bucket[6];
	} record = {.head = {
			    .head = {HUD_HISTOGRAM, 0, sizeof(record)},
			    .polls = polls,
			    .total_ns = polls * 1000,
			    .max_ns = 9000,
			    .process = s->process,
			    .site = s->stack[site],
			    .buckets = 3,
		    }};

	memcpy(record.bucket, bucket, sizeof(record.bucket));
	scene_event(s, &record);
}

static void histogram(struct scene *s, uint64_t polls, const uint32_t bucket[6])
{
	histogram_of(s, HASH, polls, bucket);
}

static void the_last_histogram_of_a_task_covers_all_its_polls(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	histogram(&s, 30, (const uint32_t[]) {0, 10, 1, 10, 5, 10});
	histogram(&s, 1000, (const uint32_t[]) {1, 498, 5, 491, 21, 11});
	db = scene_load(&s, 100000);
	assert_text(db,
		    "SELECT group_concat(low_ns || '-' || high_ns || ' ' || polls, ', ') "
		    "FROM (SELECT * FROM poll_bucket ORDER BY low_ns)",
		    "256-320 498, 512-640 491, 8192-10240 11");
	/* Upper bounds, at most the longest poll. */
	assert_text(db,
		    "SELECT task || ' ' || polls || ' ' || population || ' ' || p50_ns || ' ' || "
		    "p99_ns || ' ' || max_ns || ' ' || count FROM tasks",
		    "demo::hasher::run 1000 all 640 9000 9000 0");
	sqlite3_close(db);
}

/* As in a program without types in its debug information. */
static void blocking_polls_name_the_task_of_a_site_whose_symbol_does_not(void **state)
{
	const uint32_t buckets[] = {1, 498, 5, 491, 21, 11};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	histogram_of(&s, NAMELESS, 1000, buckets);
	sample_in_poll(&s, 12000, 10000, 7, HASH);
	poll_seen_at(&s, NAMELESS, (struct seen) {10000, 30000, 7, 0, 0, 0});
	db = scene_load(&s, 100000);
	assert_text(db, "SELECT task || ' ' || polls || ' ' || population FROM tasks",
		    "demo::hasher::run 1000 all");
	sqlite3_close(db);

	scene_begin(&s, 1);
	histogram_of(&s, NAMELESS, 1000, buckets);
	sample_in_poll(&s, 12000, 10000, 7, HASH);
	sample_in_poll(&s, 42000, 40000, 8, TINY);
	poll_seen_at(&s, NAMELESS, (struct seen) {10000, 30000, 7, 0, 0, 0});
	poll_seen_at(&s, NAMELESS, (struct seen) {40000, 60000, 8, 0, 0, 0});
	db = scene_load(&s, 100000);
	assert_number(db, "SELECT count(*) FROM tasks WHERE population = 'long'", 2);
	assert_number(db, "SELECT count(*) FROM poll_site WHERE task IS NULL", 1);
	sqlite3_close(db);
}

static void a_histogram_with_buckets_out_of_order_is_dropped(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	histogram(&s, 30, (const uint32_t[]) {5, 10, 1, 10, 21, 10});
	db = scene_load(&s, 100000);
	assert_number(db, "SELECT count(*) FROM poll_bucket", 0);
	assert_number(db, "SELECT count(*) FROM loss_total", 1);
	sqlite3_close(db);
}

static void without_a_seen_end_the_wait_of_queued_tasks_is_not_known(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sample_in_poll(&s, 12000, 10000, 7, HASH);
	poll_seen(&s, (struct seen) {10000, 30000, 7, 0, 0, 0});
	db = scene_load(&s, 100000);
	assert_number(db,
		      "SELECT count(*) FROM poll WHERE coalesce(left_queued, next_polls, queued, "
		      "queued_since_ns, next_sum_ns, next_max_ns) IS NOT NULL",
		      0);
	sqlite3_close(db);
}

/* An open poll is reported by a walk over sleeping threads, maybe after the poll has ended. */
static void a_poll_that_another_follows_is_open_no_more(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sleep_in_poll(&s, 10100, 29900, 10000);
	poll_seen(&s, (struct seen) {10000, 30000, 7, 19800, 0, HUD_POLL_OPEN});
	sleep_in_poll(&s, 50100, 69900, 50000);
	poll_seen(&s, (struct seen) {50000, 70000, 8, 19800, 0, HUD_POLL_OPEN});
	db = scene_load(&s, 100000);
	assert_number(db, COUNT, 2);
	assert_number(db, "SELECT sum(open) FROM blocking_poll", 1);
	assert_number(db, "SELECT open FROM poll WHERE task_id = 8", 1);
	assert_number(db, "SELECT end_max_ns - start_max_ns FROM poll WHERE task_id = 7", 40000000);
	sqlite3_close(db);
}

static void a_late_record_does_not_reopen_a_poll(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sample_in_poll(&s, 10000, 1000, 7, HASH);
	poll_seen(&s, (struct seen) {1000, 21000, 7, 0, 0, 0});
	poll_seen(&s, (struct seen) {1000, 12000, 7, 0, 0, HUD_POLL_OPEN});
	db = scene_load(&s, 200000);
	assert_number(db, "SELECT count(*) FROM poll", 1);
	assert_number(db, "SELECT open FROM poll", 0);
	assert_number(db, TOTAL, 20000);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_sleeps_of_one_poll_are_one_blocking_poll),
		cmocka_unit_test(
			a_sleep_of_an_unknown_state_in_a_poll_that_went_on_is_of_that_poll),
		cmocka_unit_test(a_wait_for_a_probe_of_huds_own_is_no_block),
		cmocka_unit_test(a_wait_of_the_runtimes_own_in_a_poll_keeps_its_stack),
		cmocka_unit_test(a_wait_of_the_runtimes_own_beside_a_poll_keeps_its_stack),
		cmocka_unit_test(a_sleep_without_the_core_is_no_block_though_no_stack_shows_it),
		cmocka_unit_test(without_task_ids_computing_is_one_poll_where_samples_prove_it),
		cmocka_unit_test(a_stack_agrees_with_the_state_or_contradicts_it_or_neither),
		cmocka_unit_test(a_poll_that_began_before_the_capture_is_drawn_as_it_is_counted),
		cmocka_unit_test(the_wait_for_a_cpu_does_not_lengthen_a_poll),
		cmocka_unit_test(tasks_queued_during_a_poll_have_their_wait_where_its_end_was_seen),
		cmocka_unit_test(the_last_histogram_of_a_task_covers_all_its_polls),
		cmocka_unit_test(blocking_polls_name_the_task_of_a_site_whose_symbol_does_not),
		cmocka_unit_test(a_histogram_with_buckets_out_of_order_is_dropped),
		cmocka_unit_test(without_a_seen_end_the_wait_of_queued_tasks_is_not_known),
		cmocka_unit_test(a_poll_that_another_follows_is_open_no_more),
		cmocka_unit_test(a_late_record_does_not_reopen_a_poll),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
