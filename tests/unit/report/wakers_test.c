/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <string.h>

/* Who ended a wait, and for whom that one had waited. */

/* A reader waits for a writer, which waits for a long reader: thread 20. */
static sqlite3 *readers_behind_a_writer(uint64_t writer_from)
{
	return spans_load(200000,
			  {.tid = 12,
			   .from = writer_from,
			   .to = 49900,
			   .wakeup = 49800,
			   .stack = LOCK,
			   .syscall = SYS_FUTEX,
			   .waker_tid = 20,
			   .waker_stack = OTHER},
			  {.tid = 11,
			   .from = 10000,
			   .to = 50100,
			   .wakeup = 50000,
			   .stack = NAP,
			   .syscall = SYS_FUTEX,
			   .waker_tid = 12,
			   .waker_stack = LOCK});
}

#define HOLDER_OF                                                                                  \
	"SELECT holder || ' ' || coalesce(through, 'at once') || ' ' || count || ' ' || share "    \
	"FROM site_holder WHERE function = "

static void a_waker_that_waited_itself_is_followed_to_who_worked(void **state)
{
	sqlite3 *db = readers_behind_a_writer(9000);

	(void)state;
	assert_text(db, HOLDER_OF "'demo::sleepy::nap'",
		    "demo::holder::hold demo::locker::take 1 1.0");
	assert_text(db, HOLDER_OF "'demo::locker::take'", "demo::holder::hold at once 1 1.0");
	assert_text(db,
		    "SELECT waited_for FROM blocking_sites WHERE function = 'demo::sleepy::nap'",
		    "demo::holder::hold (src/holder.rs:7) 100%");
	sqlite3_close(db);
}

static void a_waker_that_waited_for_less_than_half_of_the_time_is_not(void **state)
{
	sqlite3 *db = readers_behind_a_writer(35000);

	(void)state;
	assert_text(db, HOLDER_OF "'demo::sleepy::nap'", "demo::locker::take at once 1 1.0");
	assert_number(db, "SELECT count(*) FROM wait_chain", 0);
	sqlite3_close(db);
}

/* As a thread of a pool is: who gives it work, and waits for that, is not who it waited for. */
static void a_waker_that_had_no_cpu_waited_for_nobody(void **state)
{
	sqlite3 *db = spans_load(200000,
				 {.tid = 12,
				  .from = 1000,
				  .to = 40000,
				  .wakeup = 9990,
				  .stack = LOCK,
				  .syscall = SYS_FUTEX,
				  .waker_tid = 11,
				  .waker_stack = NAP},
				 {.tid = 11,
				  .from = 10000,
				  .to = 50100,
				  .wakeup = 50000,
				  .stack = NAP,
				  .syscall = SYS_FUTEX,
				  .waker_tid = 12,
				  .waker_stack = LOCK});

	(void)state;
	assert_text(db, HOLDER_OF "'demo::sleepy::nap'", "demo::locker::take at once 1 1.0");
	sqlite3_close(db);
}

/* The kernel ends the wait of who joins it, on a stack without any function of the user's. */
static void a_thread_that_ends_is_no_thread_without_a_name(void **state)
{
	struct hud_lifecycle ended = {
		.head = {HUD_LIFECYCLE, 0, sizeof(ended)},
		.time_ns = BEGIN_NS + 49990000,
		.tid = 20,
		.kind = HUD_THREAD_EXIT,
	};

	(void)state;
	for (int ends = 0; ends < 2; ends++) {
		struct scene s;
		sqlite3 *db;

		scene_begin(&s, 1);
		scene_span(&s, (struct span) {.tid = 11,
					      .from = 10000,
					      .to = 50100,
					      .wakeup = 50000,
					      .stack = NAP,
					      .syscall = SYS_FUTEX,
					      .waker_tid = 20,
					      .waker_stack = UNKNOWN});
		ended.process = s.process;
		if (ends)
			scene_event(&s, &ended);
		db = scene_load(&s, 100000);
		assert_text(db, "SELECT known_as FROM site_waker",
			    ends ? "thread 20 (tokio-runtime-w), which was ending"
				 : "thread 20 (tokio-runtime-w)");
		sqlite3_close(db);
	}
}

static void two_that_end_each_others_waits_are_no_endless_chain(void **state)
{
	sqlite3 *db = spans_load(200000,
				 {.tid = 11,
				  .from = 10000,
				  .to = 50000,
				  .wakeup = 49000,
				  .stack = LOCK,
				  .syscall = SYS_FUTEX,
				  .waker_tid = 12,
				  .waker_stack = LOCK},
				 {.tid = 12,
				  .from = 9000,
				  .to = 48000,
				  .wakeup = 48000,
				  .stack = LOCK,
				  .syscall = SYS_FUTEX,
				  .waker_tid = 11,
				  .waker_stack = LOCK});

	(void)state;
	assert_number(db, "SELECT max(waits) FROM wait_chain", 1);
	sqlite3_close(db);
}

static void a_process_that_is_not_recorded_is_named(void **state)
{
	struct hud_waker waker = {
		.head = {HUD_WAKER, 0, sizeof(waker)}, .time_ns = BEGIN_NS + 39000000, .pid = 77};
	struct hud_offcpu wait = {
		.head = {HUD_OFFCPU, 0, sizeof(wait)},
		.start_ns = BEGIN_NS + 10000000,
		.end_ns = BEGIN_NS + 40000000,
		.wakeup_ns = BEGIN_NS + 39000000,
		.tid = 11,
		.syscall = SYS_FUTEX,
		.waker_pid = 77,
		.waker_tid = 78,
	};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	wait.process = s.process;
	wait.user_stack = s.stack[LOCK];
	waker.name = (uint32_t)capture_writer_string(s.writer, "lockd");
	scene_event(&s, &waker);
	scene_event(&s, &waker); /* said twice, it counts once */
	scene_event(&s, &wait);
	db = scene_load(&s, 200000);
	assert_text(db, "SELECT wakers FROM blocking_sites", "process 77 (lockd) 100%");
	assert_number(db, "SELECT count FROM site_waker", 1);
	sqlite3_close(db);
}

static void a_thread_without_a_stack_is_named(void **state)
{
	sqlite3 *db = spans_load(200000, {.tid = 11,
					  .from = 10000,
					  .to = 50000,
					  .wakeup = 49000,
					  .stack = LOCK,
					  .syscall = SYS_FUTEX,
					  .waker_tid = 20});

	(void)state;
	assert_text(db, "SELECT known_as LIKE 'thread 20 (%)' FROM site_waker", "1");
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_waker_that_waited_itself_is_followed_to_who_worked),
		cmocka_unit_test(a_waker_that_waited_for_less_than_half_of_the_time_is_not),
		cmocka_unit_test(a_waker_that_had_no_cpu_waited_for_nobody),
		cmocka_unit_test(a_thread_that_ends_is_no_thread_without_a_name),
		cmocka_unit_test(two_that_end_each_others_waits_are_no_endless_chain),
		cmocka_unit_test(a_process_that_is_not_recorded_is_named),
		cmocka_unit_test(a_thread_without_a_stack_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
