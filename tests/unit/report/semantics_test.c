/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "tests/unit/fixture/analysis_fixture.h"

/* What counts as a block, and what does not. */

#define TOTAL "SELECT coalesce(sum(wall_ns), 0) / 1000 FROM blocking_poll"
#define SITES "SELECT count(*) FROM site"

static void a_sleep_inside_a_poll_is_a_site(void **state)
{
	sqlite3 *db = spans_load(100000, {.tid = 11,
					  .from = 1000,
					  .to = 21000,
					  .wakeup = 20000,
					  .stack = NAP,
					  .syscall = SYS_NANOSLEEP});

	(void)state;
	assert_number(db, SITES, 1);
	assert_text(db, "SELECT function || ' ' || cause || ' ' || crate FROM site",
		    "demo::sleepy::nap sleep demo");
	assert_text(db, "SELECT file || ':' || line FROM site_line", "src/sleepy.rs:12");
	assert_text(db, "SELECT function FROM site_entry", "demo::sleepy::run");
	assert_text(db, "SELECT group_concat(function) FROM site_user_frame",
		    "demo::sleepy::run,demo::sleepy::nap");
	assert_number(db, "SELECT total_ns FROM site_figures", 19000000);
	assert_number(db, "SELECT run_queue_ns FROM site_figures", 1000000);
	sqlite3_close(db);
}

static void a_park_is_never_a_block(void **state)
{
	sqlite3 *db = spans_load(
		100000,
		{.tid = 11, .from = 0, .to = 90000, .stack = PARK, .syscall = SYS_EPOLL_WAIT});

	(void)state;
	assert_number(db, SITES, 0);
	assert_number(db, "SELECT parked_ns = wall_ns FROM worker", 1);
	assert_text(db, "SELECT level FROM verdict", "NOMINAL");
	sqlite3_close(db);
}

static void a_preempted_span_is_no_site(void **state)
{
	sqlite3 *db = spans_load(100000, {.tid = 11,
					  .from = 0,
					  .to = 50000,
					  .stack = HASH,
					  .syscall = NONE,
					  .flags = HUD_OFFCPU_PREEMPTED});

	(void)state;
	assert_number(db, SITES, 0);
	assert_number(db, "SELECT run_queue_ns FROM worker", 50000000);
	/* nor does it need a stack, whether it has one or not */
	assert_text(db, "SELECT stacks_complete || ' of ' || stacks FROM limits", "0 of 0");
	sqlite3_close(db);
}

static void a_wait_that_is_mostly_run_queue_is_no_site(void **state)
{
	sqlite3 *db = spans_load(100000, {.tid = 11,
					  .from = 0,
					  .to = 50000,
					  .wakeup = 4000,
					  .stack = NAP,
					  .syscall = SYS_NANOSLEEP});

	(void)state;
	assert_number(db, SITES, 0);
	assert_number(db, "SELECT run_queue_ns FROM worker", 46000000);
	assert_number(db, "SELECT poll_offcpu_ns FROM worker", 4000000);
	sqlite3_close(db);
}

static void samples_in_a_row_of_one_task_are_a_cpu_block(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	scene_samples(&s, 11, 5000, 25000, 1000, HASH);
	scene_sample(&s, 11, 27500, 1000, RUNTIME);
	db = scene_load(&s, 100000);
	assert_number(db, TOTAL, 22500);
	assert_text(db, "SELECT function || ' ' || cause FROM site", "demo::hasher::hash cpu");
	assert_text(db, "SELECT bounds FROM site_figures", "upper");
	sqlite3_close(db);
}

static void a_sleep_between_samples_ends_the_block(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t at = 5000; at < 80000; at += SAMPLE_US)
		scene_sample(&s, 11, at, at - 1000, HASH);
	db = scene_load(&s, 100000);
	assert_number(db, SITES, 0);
	sqlite3_close(db);
}

static void short_polls_in_a_row_are_not_a_block(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t at = 5000; at < 90000; at += SAMPLE_US)
		scene_sample(&s, 11, at, 1000, at / SAMPLE_US % 5 ? TINY : RUNTIME);
	db = scene_load(&s, 100000);
	assert_number(db, SITES, 0);
	assert_number(db, "SELECT unproven_runs > 3 FROM limits", 1);
	assert_number(db, "SELECT unproven_cpu_ns > 0 FROM limits", 1);
	sqlite3_close(db);
}

static void time_waited_for_a_cpu_is_not_cpu_time(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t i = 0; i < 3; i++) {
		struct hud_sample sample = {
			.head = {HUD_SAMPLE, 0, sizeof(sample)},
			.time_ns = BEGIN_NS + 10000000 + i * 20000000,
			.awake_ns = BEGIN_NS,
			.waited_ns = i * 19000000,
			.process = s.process,
			.tid = 11,
			.user_stack = s.stack[HASH],
			.syscall = HUD_NO_SYSCALL,
		};

		scene_event(&s, &sample);
	}
	db = scene_load(&s, 100000);
	assert_number(db, SITES, 0);
	sqlite3_close(db);
}

static void a_block_that_no_stack_covers_is_the_site_unknown(void **state)
{
	sqlite3 *db = spans_load(
		100000, {.tid = 11, .from = 0, .to = 10000, .stack = PARK, .syscall = SYS_FUTEX},
		{.tid = 11, .from = 11000, .to = 31000, .stack = UNKNOWN, .syscall = SYS_FSYNC},
		{.tid = 11, .from = 32000, .to = 52000, .stack = UNKNOWN, .syscall = SYS_FUTEX},
		{.tid = 11,
		 .from = 53000,
		 .to = 73000,
		 .stack = NAMELESS,
		 .syscall = SYS_NANOSLEEP});

	(void)state;
	assert_number(db, SITES, 2);
	assert_number(db, TOTAL, 40000);
	assert_number(db, "SELECT count(*) FROM site WHERE function = 'unknown' AND crate IS NULL",
		      2);
	assert_number(db, "SELECT unclassified_span_ns FROM limits", 20000000);
	assert_number(db, "SELECT poll_offcpu_ns FROM worker", 40000000);
	assert_number(db, "SELECT count(*) FROM site_line WHERE file IS NULL AND line IS NULL", 2);
	sqlite3_close(db);
}

static void lines_do_not_make_sites(void **state)
{
	sqlite3 *db = spans_load(
		100000, {.tid = 11, .from = 0, .to = 10000, .stack = NAP, .syscall = SYS_NANOSLEEP},
		{.tid = 11,
		 .from = 20000,
		 .to = 50000,
		 .stack = NAP_AT_14,
		 .syscall = SYS_NANOSLEEP});

	(void)state;
	assert_number(db, SITES, 1);
	assert_number(db, "SELECT line FROM site_line WHERE rank = 1", 14);
	sqlite3_close(db);
}

static void the_lock_holder_is_named(void **state)
{
	sqlite3 *db = spans_load(100000, {.tid = 11,
					  .from = 0,
					  .to = 30000,
					  .stack = LOCK,
					  .syscall = SYS_FUTEX,
					  .waker_tid = 20,
					  .waker_stack = OTHER});

	(void)state;
	assert_text(db,
		    "SELECT waker || ' ' || file || ':' || line || printf(' %.2f', share) "
		    "FROM site_waker",
		    "demo::holder::hold src/holder.rs:7 1.00");
	sqlite3_close(db);
}

static void a_deadlock_is_in_the_report(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t to = 1000000; to <= 3000000; to += 1000000)
		scene_span(&s, (struct span) {.tid = 11,
					      .from = 0,
					      .to = to,
					      .stack = LOCK,
					      .syscall = SYS_FUTEX,
					      .flags = HUD_OFFCPU_OPEN | HUD_OFFCPU_AT_ATTACH});
	db = scene_load(&s, 3000000);
	assert_number(db, TOTAL, 3000000);
	assert_number(db, "SELECT open_count FROM site_figures", 1);
	assert_int_equal(database_run(db, "UPDATE frame SET site = 'std::sync::mutex::Mutex::lock' "
					  "WHERE site = 'std::sys::futex'"),
			 0);
	assert_text(db, "SELECT level FROM verdict", "HUNG");
	sqlite3_close(db);
}

static void slices_of_all_sites_add_up_to_blocking_time(void **state)
{
	sqlite3 *db = everything_load();

	(void)state;
	assert_number(
		db, "SELECT sum(wall_ns) = (SELECT sum(wall_ns) FROM blocking_poll) FROM slice", 1);
	assert_number(db,
		      "SELECT sum(total_ns) = (SELECT sum(wall_ns - run_queue_ns) FROM "
		      "blocking_poll) FROM site_figures",
		      1);
	assert_number(db,
		      "SELECT sum(blocking_ns) = (SELECT sum(wall_ns - run_queue_ns) FROM "
		      "blocking_poll) FROM worker",
		      1);
	assert_number(db,
		      "SELECT count(*) FROM slice GROUP BY blocking_poll HAVING sum(wall_ns) <> "
		      "(SELECT wall_ns FROM blocking_poll AS b WHERE b.id = blocking_poll)",
		      INT64_MIN);
	sqlite3_close(db);
}

static void states_add_up_to_wall(void **state)
{
	sqlite3 *db = everything_load();

	(void)state;
	assert_number(db, "SELECT count(*) FROM worker", 2);
	assert_number(
		db,
		"SELECT count(*) FROM worker WHERE poll_cpu_ns + poll_offcpu_ns + run_queue_ns + "
		"parked_ns + runtime_ns + unknown_ns <> wall_ns",
		0);
	assert_number(db,
		      "SELECT wall_ns FROM worker AS w JOIN thread AS t ON t.id = w.thread "
		      "WHERE tid = 12",
		      200000000);
	assert_number(
		db,
		"SELECT min(poll_cpu_ns, poll_offcpu_ns, run_queue_ns, parked_ns, runtime_ns, "
		"unknown_ns) < 0 FROM worker",
		0);
	sqlite3_close(db);
}

static void the_timeline_splits_spans_at_its_windows(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	scene_span(&s, (struct span) {.tid = 11,
				      .from = 50000,
				      .to = 250000,
				      .stack = PARK,
				      .syscall = SYS_EPOLL_WAIT});
	scene_window(&s, 11, 0, 100000, 50000, 0, 0);
	scene_window(&s, 11, 100000, 200000, 0, 0, 0);
	scene_window(&s, 11, 200000, 300000, 50000, 0, 0);
	db = scene_load(&s, 300000);
	assert_text(db, "SELECT group_concat(parked_ns / 1000000) FROM worker_timeline",
		    "50,100,50");
	assert_number(db, "SELECT sum(unknown_ns) FROM worker_timeline", 100000000);
	sqlite3_close(db);
}

static void a_program_without_tokio_is_reported_as_such(void **state)
{
	sqlite3 *db = spans_load(
		100000, {.tid = 20, .from = 0, .to = 90000, .stack = OTHER, .syscall = SYS_FSYNC});

	(void)state;
	assert_text(db, "SELECT level || ', ' || reason FROM verdict", "CANNOT TELL, no-worker");
	assert_int_equal(database_run(db, "UPDATE binary SET has_runtime = 0"), 0);
	assert_text(db, "SELECT level || ', ' || reason FROM verdict", "CANNOT TELL, no-runtime");
	assert_int_equal(database_run(db, "UPDATE binary SET has_runtime = NULL, symbols = 'none'"),
			 0);
	assert_text(db, "SELECT level || ', ' || reason FROM verdict", "CANNOT TELL, no-symbols");
	sqlite3_close(db);
}

static void why_there_is_no_worker_is_said_with_what_helps(void **state)
{
	static const char reason[] = "SELECT reason FROM no_worker";
	static const char next[] = "SELECT next_step FROM no_worker";
	sqlite3 *db = spans_load(
		100000, {.tid = 20, .from = 0, .to = 90000, .stack = OTHER, .syscall = SYS_FSYNC},
		{.tid = 12, .from = 0, .to = 90000, .stack = OTHER, .syscall = SYS_FSYNC});

	(void)state;
	assert_text(db, "SELECT sentence FROM verdict",
		    "no thread could be identified as a worker: no stack shows the loop of one; "
		    "2 threads are called tokio-runtime-w, as Tokio calls them: record with "
		    "--workers tokio-runtime-w.");
	assert_int_equal(database_run(db, "UPDATE thread SET comm = 'app-' || tid"), 0);
	assert_text(db, next,
		    "the largest group of threads is app (2): if these are its workers, record "
		    "with --workers app");
	assert_int_equal(database_run(db, "UPDATE stack SET complete = 0, stop = 'end'"), 0);
	assert_text(db, "SELECT reason || ': ' || why FROM no_worker",
		    "cut: 2 of 2 stacks are cut (end 2)");
	assert_int_equal(database_run(db, "UPDATE capture SET workers_prefix = 'pool-'"), 0);
	assert_text(db, reason, "prefix");
	assert_int_equal(database_run(db, "UPDATE capture SET workers_prefix = NULL;"
					  "DELETE FROM observation"),
			 0);
	assert_text(db, reason, "idle");
	assert_text(db, next, "record it for longer, or under load");
	sqlite3_close(db);
}

static void a_capture_with_a_worker_has_no_row_for_why_there_is_none(void **state)
{
	sqlite3 *db = spans_load(
		100000, {.tid = 11, .from = 0, .to = 90000, .stack = NAP, .syscall = SYS_FSYNC});

	(void)state;
	assert_number(db, "SELECT count(*) FROM no_worker", 0);
	sqlite3_close(db);
}

static void worker_parks(struct scene *s, uint64_t from, uint64_t to)
{
	scene_span(s,
		   (struct span) {
			   .tid = 11, .from = from, .to = to, .stack = PARK, .syscall = SYS_FUTEX});
}

static void worker_blocks(struct scene *s, uint64_t from, uint64_t to)
{
	scene_span(
		s,
		(struct span) {
			.tid = 11, .from = from, .to = to, .stack = NAP, .syscall = SYS_NANOSLEEP});
}

/* Other threads did the work: that no worker was blocked says little then. */
static void workers_with_nothing_to_do_are_said_to_have_been_idle(void **state)
{
	static const char said[] =
		"NOMINAL no poll blocked for 5 ms or more, but 1 worker had next to nothing to do: "
		"no sample fell into a poll in 1.0 s, while other threads ran for 600.0 ms.";
	static const struct {
		uint64_t poll_us;
		const char *said;
	} cases[] = {{0, said}, {2000, NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scene s;
		sqlite3 *db;

		scene_begin(&s, 1);
		worker_parks(&s, 0, 500000);
		worker_blocks(&s, 500000, 500000 + cases[i].poll_us);
		worker_parks(&s, 500000 + cases[i].poll_us, 1000000);
		scene_window(&s, 10, 0, 1000000, 600000, 0, 0);
		db = scene_load(&s, 1000000);
		assert_number(db,
			      "SELECT sentence LIKE '% had next to nothing to do: %' FROM verdict",
			      cases[i].said != NULL);
		if (cases[i].said)
			assert_text(db, "SELECT level || ' ' || sentence FROM verdict",
				    cases[i].said);
		assert_number(db, "SELECT next_step LIKE '%HOTSPOTS%' FROM verdict",
			      cases[i].said != NULL);
		sqlite3_close(db);
	}
}

/* A worker that waits for a CPU: no function is to blame, and nothing is nominal. */
static void a_worker_that_waits_for_a_cpu_is_starved(void **state)
{
	static const struct {
		uint64_t cpu_us, short_us, long_us,
			block_us; /* waits: under the threshold, over it */
		const char *level;
		bool also; /* another verdict names it too */
	} cases[] = {
		{400000, 90000, 0, 0, "NOMINAL", false},
		{400000, 100000, 0, 0, "STARVED", false},
		{210000, 52000, 0, 0, "NOMINAL", false},
		{200000, 52000, 0, 0, "STARVED", false},
		{190000, 49000, 0, 0, "NOMINAL", false},
		{850000, 110000, 0, 0, "NOMINAL", true},
		{9000, 4000, 6000, 0, "STARVED", false},
		{11000, 4000, 6000, 0, "NOMINAL", false},
		{9000, 3000, 6000, 0, "NOMINAL", false},
		{9000, 6000, 4000, 0, "NOMINAL", false},
		{400000, 100000, 0, 99000, "STARVED", false},
		{400000, 100000, 0, 110000, "WARNING", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scene s;
		sqlite3 *db;

		scene_begin(&s, 1);
		worker_parks(&s, 500000, 800000);
		if (cases[i].block_us)
			worker_blocks(&s, 800000, 800000 + cases[i].block_us);
		scene_span(&s, (struct span) {.tid = 11,
					      .from = 950000 - cases[i].long_us - 10000,
					      .to = 950000,
					      .wakeup = 950000 - cases[i].long_us,
					      .stack = PARK,
					      .syscall = SYS_EPOLL_WAIT});
		scene_window(&s, 11, 0, 1000000, cases[i].cpu_us, 0, cases[i].short_us);
		db = scene_load(&s, 1000000);
		assert_number(db, "SELECT run_queue_ns / 1000 FROM verdict",
			      (int64_t)(cases[i].short_us + cases[i].long_us));
		assert_text(db, "SELECT level FROM verdict", cases[i].level);
		assert_number(db,
			      "SELECT sentence LIKE '%. Also, 1 worker waited for a CPU for %: %.' "
			      "FROM verdict",
			      cases[i].also);
		sqlite3_close(db);
	}
}

static void the_verdict_follows_the_limits(void **state)
{
	static const struct {
		uint64_t block_us, lost;
		const char *level;
	} cases[] = {
		{0, 0, "NOMINAL"},      {9000, 0, "NOMINAL"},   {10000, 0, "CAUTION"},
		{99000, 0, "CAUTION"},  {100000, 0, "WARNING"}, {9000, 20, "CANNOT TELL"},
		{10000, 20, "CAUTION"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scene s;
		sqlite3 *db;

		scene_begin(&s, 1);
		worker_parks(&s, 0, 500000);
		worker_parks(&s, 700000, 1000000);
		if (cases[i].block_us)
			worker_blocks(&s, 500000, 500000 + cases[i].block_us);
		if (cases[i].lost)
			scene_lost(&s, HUD_LOSS_RING_FULL, cases[i].lost);
		db = scene_load(&s, 1000000);
		assert_text(db, "SELECT level FROM verdict", cases[i].level);
		sqlite3_close(db);
	}
}

static void the_innermost_user_frame_of_a_waker_names_it(void **state)
{
	sqlite3 *db = spans_load(100000, {.tid = 11,
					  .from = 0,
					  .to = 30000,
					  .stack = LOCK,
					  .syscall = SYS_FUTEX,
					  .waker_tid = 12,
					  .waker_stack = HASH});

	(void)state;
	assert_text(db, "SELECT waker FROM site_waker", "demo::hasher::mix");
	sqlite3_close(db);
}

static void samples_that_are_only_counted_do_not_bias_the_cpu_profile(void **state)
{
	static const struct {
		const char *change, *functions;
	} cases[] = {
		/* Nine samples in HASH, one in RUNTIME, all kept. */
		{"SELECT 1", "demo::hasher::mix 41850000,tokio::schedule 4650000"},
		/* One of each is of the CPU profile; ten more, in young polls, only counted. */
		{"UPDATE sample SET profile = time_ns IN (SELECT max(time_ns) FROM sample UNION "
		 "SELECT min(time_ns) FROM sample); UPDATE thread_totals SET poll_samples = 19 "
		 "WHERE cpu_ns = 46500000",
		 "demo::hasher::mix 23250000,tokio::schedule 23250000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sqlite3 *db = everything_load();

		assert_int_equal(database_run(db, cases[i].change), 0);
		assert_text(db,
			    "SELECT group_concat(function || ' ' || self_ns) FROM (SELECT * FROM "
			    "hotspots WHERE self_ns > 0 ORDER BY self_ns DESC, function)",
			    cases[i].functions);
		sqlite3_close(db);
	}
}

static void the_most_threads_at_work_in_the_pool_are_counted(void **state)
{
	/* 11 works without a break, and ends as 12 begins. */
	sqlite3 *db = spans_load(
		200000, {.tid = 11, .from = 0, .to = 20000, .stack = POOL, .syscall = SYS_FSYNC},
		{.tid = 11, .from = 20000, .to = 40000, .stack = POOL, .syscall = SYS_FSYNC},
		{.tid = 12, .from = 40000, .to = 60000, .stack = POOL, .syscall = SYS_FSYNC},
		{.tid = 13, .from = 30000, .to = 50000, .stack = POOL, .syscall = SYS_FSYNC},
		{.tid = 20, .from = 0, .to = 100000, .stack = POOL_IDLE, .syscall = SYS_FUTEX});

	(void)state;
	assert_number(db, "SELECT busy FROM pool_peak", 2);
	sqlite3_close(db);
}

static void a_missing_caller_is_not_taken_for_the_runtime(void **state)
{
	sqlite3 *db = spans_load(
		200000, {.tid = 11, .from = 0, .to = 20000, .stack = NAP, .syscall = SYS_NANOSLEEP},
		{.tid = 11, .from = 30000, .to = 50000, .stack = GAP, .syscall = SYS_NANOSLEEP});

	(void)state;
	assert_text(db, "SELECT group_concat(class, ' ') FROM observation", "poll unknown");
	assert_text(db,
		    "SELECT group_concat(function || ' ' || count) FROM blocking_sites "
		    "WHERE function = 'unknown'",
		    "unknown 1");
	sqlite3_close(db);
}

static void a_site_has_the_queued_tasks_of_polls_that_read_the_queue(void **state)
{
	static const char make[] =
		"INSERT INTO poll (id, capture, thread, start_ns, start_max_ns, end_ns, end_min_ns,"
		" samples, ready_samples, ready_sum, ready_max, sleep_ns, run_queue_ns, open,"
		" upper_bound, start_exact, end_exact, unsure) VALUES"
		" (1, 1, 1, 0, 0, 1, 1, 9, 4, 10, 6, 0, 0, 0, 0, 0, 0, 0),"
		" (2, 1, 1, 2, 2, 3, 3, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0),"
		" (3, 1, 1, 4, 4, 5, 5, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);"
		"UPDATE blocking_poll SET poll = id WHERE id <= 3";
	sqlite3 *db = spans_load(200000, {.tid = 11, .from = 0, .to = 20000, .stack = NAP},
				 {.tid = 11, .from = 30000, .to = 50000, .stack = NAP},
				 {.tid = 11, .from = 60000, .to = 80000, .stack = LOCK});

	(void)state;
	assert_int_equal(database_run(db, make), 0);
	assert_text(db,
		    "SELECT group_concat(function || ' ' || samples || ' ' || mean || ' ' || max) "
		    "FROM site_queue_wait",
		    "demo::sleepy::nap 5 2.0 6");
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sleep_inside_a_poll_is_a_site),
		cmocka_unit_test(a_park_is_never_a_block),
		cmocka_unit_test(a_worker_that_waits_for_a_cpu_is_starved),
		cmocka_unit_test(the_most_threads_at_work_in_the_pool_are_counted),
		cmocka_unit_test(a_missing_caller_is_not_taken_for_the_runtime),
		cmocka_unit_test(workers_with_nothing_to_do_are_said_to_have_been_idle),
		cmocka_unit_test(a_preempted_span_is_no_site),
		cmocka_unit_test(a_wait_that_is_mostly_run_queue_is_no_site),
		cmocka_unit_test(the_innermost_user_frame_of_a_waker_names_it),
		cmocka_unit_test(samples_in_a_row_of_one_task_are_a_cpu_block),
		cmocka_unit_test(a_sleep_between_samples_ends_the_block),
		cmocka_unit_test(short_polls_in_a_row_are_not_a_block),
		cmocka_unit_test(time_waited_for_a_cpu_is_not_cpu_time),
		cmocka_unit_test(a_block_that_no_stack_covers_is_the_site_unknown),
		cmocka_unit_test(lines_do_not_make_sites),
		cmocka_unit_test(the_lock_holder_is_named),
		cmocka_unit_test(a_deadlock_is_in_the_report),
		cmocka_unit_test(slices_of_all_sites_add_up_to_blocking_time),
		cmocka_unit_test(states_add_up_to_wall),
		cmocka_unit_test(the_timeline_splits_spans_at_its_windows),
		cmocka_unit_test(a_program_without_tokio_is_reported_as_such),
		cmocka_unit_test(why_there_is_no_worker_is_said_with_what_helps),
		cmocka_unit_test(a_capture_with_a_worker_has_no_row_for_why_there_is_none),
		cmocka_unit_test(the_verdict_follows_the_limits),
		cmocka_unit_test(samples_that_are_only_counted_do_not_bias_the_cpu_profile),
		cmocka_unit_test(a_site_has_the_queued_tasks_of_polls_that_read_the_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
