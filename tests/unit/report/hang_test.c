/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <stdio.h>
#include <string.h>

/* Waits that nobody ends, and runtimes in which no worker runs any more. */

#define END_US 3000000
#define SINCE_BEFORE (HUD_OFFCPU_OPEN | HUD_OFFCPU_AT_ATTACH)

static void waits(struct scene *s, uint32_t tid, enum fake_stack stack, uint64_t from,
		  uint32_t flags)
{
	scene_span(s, (struct span) {.tid = tid,
				     .from = from,
				     .to = END_US,
				     .stack = stack,
				     .syscall = stack == LOCK ? SYS_FUTEX : SYS_NANOSLEEP,
				     .flags = flags});
}

static void parks(struct scene *s, uint32_t tid, uint64_t from, uint64_t to)
{
	scene_span(s, (struct span) {.tid = tid,
				     .from = from,
				     .to = to,
				     .stack = PARK,
				     .syscall = SYS_EPOLL_WAIT});
}

static void a_wait_since_before_the_recording_that_nobody_ended_says_so(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	waits(&s, 11, LOCK, 0, SINCE_BEFORE);
	parks(&s, 12, 0, 2900000);
	db = scene_load(&s, END_US);
	assert_text(db,
		    "SELECT open_count || ' ' || at_attach_count || ' ' || longest_at_attach || ' '"
		    " || unended_share || ' ' || coalesce(wakers, 'none') FROM blocking_sites",
		    "1 1 1 1.0 none");
	assert_text(db,
		    "SELECT open || ' ' || coalesce(waker, '-') || ' ' || count FROM site_waker",
		    "1 - 1");
	assert_number(db, "SELECT count(*) FROM site_holder", 0);
	assert_text(db, "SELECT waits || ' ' || at_attach FROM blocking_polls", "1 1");
	assert_text(db, "SELECT level || ' ' || reason FROM verdict", "WARNING blocking");
	assert_number(db,
		      "SELECT sentence LIKE '%the longest 3.00 s, since before the recording and "
		      "still going on at the end.' "
		      "AND longest_at_attach FROM verdict",
		      1);
	sqlite3_close(db);
}

/* A process that was found later was asleep then: since when is not known. */
static void a_wait_in_a_process_that_was_found_later_may_have_begun_in_the_recording(void **state)
{
	(void)state;
	for (uint64_t found = 0; found < 2; found++) {
		struct scene s;
		sqlite3 *db;

		scene_begin_late(&s, 1, found);
		waits(&s, 11, LOCK, found, SINCE_BEFORE);
		db = scene_load(&s, END_US);
		assert_number(db, "SELECT at_attach_count FROM blocking_sites", !found);
		assert_number(db, "SELECT open_count FROM blocking_sites", 1);
		sqlite3_close(db);
	}
}

/* It is not known to have begun before the recording, and it was ended. */
static void a_wait_that_was_seen_whole_has_neither_mark(void **state)
{
	sqlite3 *db = spans_load(100000, {.tid = 11,
					  .from = 10000,
					  .to = 40000,
					  .wakeup = 39000,
					  .stack = LOCK,
					  .syscall = SYS_FUTEX,
					  .waker_tid = 20,
					  .waker_stack = OTHER});

	(void)state;
	assert_text(db,
		    "SELECT open_count || ' ' || at_attach_count || ' ' || longest_at_attach || ' '"
		    " || coalesce(unended_share, 'none') FROM blocking_sites",
		    "0 0 0 none");
	assert_text(db, "SELECT open || ' ' || waker FROM site_waker", "0 demo::holder::hold");
	assert_number(db, "SELECT count(*) FROM site_holder", 1);
	assert_text(db, "SELECT waits || ' ' || at_attach FROM blocking_polls", "0 0");
	sqlite3_close(db);
}

/* The poll goes on at the end; the wait in it was over long before, or has been ended just now. */
static void only_a_wait_that_goes_on_is_still_blocked(void **state)
{
	struct hud_poll poll = {
		.head = {HUD_POLL, 0, sizeof(poll)},
		.start_min_ns = BEGIN_NS + 10000000,
		.start_max_ns = BEGIN_NS + 10000000,
		.end_min_ns = BEGIN_NS + 100000000,
		.end_max_ns = BEGIN_NS + 100000000,
		.task = 7,
		.tid = 11,
		.poll_flags = HUD_POLL_OPEN,
		.scheduler = 2,
		.sleep_ns = 20000000,
	};
	struct hud_offcpu nap = {
		.head = {HUD_OFFCPU, 0, sizeof(nap)},
		.start_ns = BEGIN_NS + 12000000,
		.end_ns = BEGIN_NS + 32000000,
		.wakeup_ns = BEGIN_NS + 32000000,
		.tid = 11,
		.syscall = SYS_NANOSLEEP,
		.poll_ns = BEGIN_NS + 10000000,
		.task = 7,
		.where = HUD_WHERE_POLL,
	};

	(void)state;
	for (int ended_by_then = 0; ended_by_then < 2; ended_by_then++) {
		struct scene s;
		sqlite3 *db;

		scene_begin_expecting(&s, 1, HUD_SOURCE_PASSIVE);
		poll.process = nap.process = s.process;
		nap.user_stack = s.stack[NAP];
		if (ended_by_then) {
			nap.end_ns = BEGIN_NS + 100000000;
			nap.wakeup_ns = BEGIN_NS + 99900000;
			nap.offcpu_flags = HUD_OFFCPU_OPEN;
		}
		scene_event(&s, &nap);
		scene_event(&s, &poll);
		db = scene_load(&s, 100000);
		assert_number(db, "SELECT count(*) FROM blocking_sites WHERE open_count > 0", 0);
		assert_text(db, "SELECT open || ' ' || waits FROM blocking_polls", "1 0");
		sqlite3_close(db);
	}
}

/* What the stack LOCK waits for. */
static void lock_name(sqlite3 *db, const char *name)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "UPDATE frame SET site = '%s' WHERE site = 'std::sys::futex'",
		 name);
	assert_int_equal(database_run(db, sql), 0);
}

static void a_runtime_without_a_running_worker_is_stuck(void **state)
{
	static const struct {
		enum fake_stack first, second;
		uint64_t first_from, second_from;
		uint32_t flags;
		const char *sentence; /* NULL: not stuck */
	} cases[] = {
		{LOCK, LOCK, 0, 0, SINCE_BEFORE,
		 "no worker of this runtime runs: nothing can make progress; 2 workers wait since "
		 "before the recording in demo::locker::take (lock); nobody ended that."},
		{LOCK, NAP, 0, 0, SINCE_BEFORE,
		 "no worker of this runtime runs: nothing can make progress until a wait ends; 2 "
		 "workers wait since before the recording in demo::locker::take (lock), "
		 "demo::sleepy::nap (sleep)."},
		{LOCK, LOCK, 1000000, 2000000, HUD_OFFCPU_OPEN,
		 "no worker of this runtime runs: nothing can make progress until a wait ends; 2 "
		 "workers wait for 1.00 s or longer in demo::locker::take (lock)."},
		{LOCK, LOCK, 0, 2100000, HUD_OFFCPU_OPEN, NULL}, /* may be over soon */
		{LOCK, PARK, 0, 0, SINCE_BEFORE, NULL},          /* that one can run */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scene s;
		sqlite3 *db;

		scene_begin(&s, 1);
		waits(&s, 11, cases[i].first, cases[i].first_from, cases[i].flags);
		if (cases[i].second == PARK)
			parks(&s, 12, 0, 2900000);
		else
			waits(&s, 12, cases[i].second, cases[i].second_from, cases[i].flags);
		db = scene_load(&s, END_US);
		lock_name(db, "std::sync::mutex::Mutex::lock");
		assert_number(db, "SELECT count(*) FROM stuck_runtime", cases[i].sentence != NULL);
		assert_number(db, "SELECT stuck_workers FROM verdict", cases[i].sentence ? 2 : 0);
		if (cases[i].sentence) {
			assert_text(db, "SELECT level || ' ' || reason FROM verdict",
				    strstr(cases[i].sentence, "until") ? "WARNING stuck"
								       : "HUNG stuck");
			assert_text(db, "SELECT sentence FROM verdict", cases[i].sentence);
		}
		sqlite3_close(db);
	}
}

static void a_wait_that_another_thread_or_time_may_end_is_no_hang(void **state)
{
	static const struct {
		const char *lock;
		enum fake_stack runs, sleeps; /* of another thread */
		const char *level;
	} cases[] = {
		{"parking_lot::raw_rwlock::RawRwLock::lock_exclusive_slow", 0, 0, "HUNG"},
		{"std::sync::mutex::Mutex::lock", 0, POOL_IDLE, "HUNG"},
		{"std::sync::mutex::Mutex::lock", OTHER, 0, "WARNING"},
		{"std::sync::mutex::Mutex::lock", 0, POOL, "WARNING"},
		{"std::sync::mutex::Mutex::lock", 0, IN_PLACE, "WARNING"},
		{"std::sync::mpsc::Receiver::recv", 0, 0, "WARNING"},
		{"lock_api::mutex::Mutex::try_lock_for", 0, 0, "WARNING"},
		{"demo+0x1080", 0, 0, "WARNING"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scene s;
		sqlite3 *db;

		scene_begin(&s, 1);
		waits(&s, 11, LOCK, 0, SINCE_BEFORE);
		waits(&s, 12, LOCK, 0, SINCE_BEFORE);
		if (cases[i].runs)
			scene_samples(&s, 20, 100000, 900000, 0, cases[i].runs);
		if (cases[i].sleeps)
			waits(&s, 20, cases[i].sleeps, 0, SINCE_BEFORE);
		db = scene_load(&s, END_US);
		lock_name(db, cases[i].lock);
		assert_text(db, "SELECT level FROM verdict", cases[i].level);
		assert_number(db, "SELECT sentence LIKE '%until a wait ends%' FROM verdict",
			      strcmp(cases[i].level, "HUNG") != 0);
		sqlite3_close(db);
	}
}

/* It has slept many times, and is asleep again when the recording ends. */
static void a_poll_that_sleeps_again_and_again_has_not_stopped(void **state)
{
	struct hud_poll poll = {
		.head = {HUD_POLL, 0, sizeof(poll)},
		.start_min_ns = BEGIN_NS,
		.start_max_ns = BEGIN_NS,
		.end_min_ns = BEGIN_NS + END_US * 1000ull,
		.end_max_ns = BEGIN_NS + END_US * 1000ull,
		.task = 7,
		.tid = 11,
		.poll_flags = HUD_POLL_OPEN,
		.scheduler = 2,
		.sleep_ns = END_US * 1000ull,
	};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin_expecting(&s, 1, HUD_SOURCE_PASSIVE);
	poll.process = s.process;
	for (uint64_t at = 0; at < END_US; at += 50000) {
		struct hud_offcpu nap = {
			.head = {HUD_OFFCPU, 0, sizeof(nap)},
			.start_ns = BEGIN_NS + at * 1000,
			.end_ns = BEGIN_NS + (at + 50000) * 1000,
			.wakeup_ns = at + 50000 < END_US ? BEGIN_NS + (at + 50000) * 1000 : 0,
			.process = s.process,
			.tid = 11,
			.syscall = SYS_NANOSLEEP,
			.poll_ns = BEGIN_NS,
			.task = 7,
			.where = HUD_WHERE_POLL,
			.user_stack = s.stack[NAP],
			.offcpu_flags = at + 50000 < END_US ? 0 : HUD_OFFCPU_OPEN,
		};

		scene_event(&s, &nap);
	}
	scene_event(&s, &poll);
	db = scene_load(&s, END_US);
	assert_text(db, "SELECT open || ' ' || waits FROM blocking_polls", "1 1");
	assert_number(db, "SELECT count(*) FROM stuck_runtime", 0);
	assert_text(db, "SELECT level || ' ' || reason FROM verdict", "WARNING blocking");
	sqlite3_close(db);
}

static void in_runtime(struct scene *s, uint32_t tid, uint64_t pool)
{
	struct hud_runtime_thread wire = {
		.head = {HUD_RUNTIME_THREAD, 0, sizeof(wire)},
		.time_ns = BEGIN_NS + 1000,
		.pool = pool,
		.process = s->process,
		.tid = tid,
	};

	scene_event(s, &wire);
}

/* Workers 11 and 12 wait for a lock, 13 runs. Which runtime each is of; 0: not known. */
static sqlite3 *runtimes_load(uint64_t second, uint64_t third)
{
	struct scene s;

	scene_begin(&s, 1);
	waits(&s, 11, LOCK, 0, SINCE_BEFORE);
	waits(&s, 12, LOCK, 0, SINCE_BEFORE);
	parks(&s, 13, 0, 2900000);
	in_runtime(&s, 11, 0x1000);
	if (second)
		in_runtime(&s, 12, second);
	if (third)
		in_runtime(&s, 13, third);
	return scene_load(&s, END_US);
}

static void what_blocks_beside_a_stuck_runtime_is_said_too(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	waits(&s, 11, LOCK, 0, SINCE_BEFORE);
	scene_span(&s, (struct span) {13, 100000, 1000000, 1000000, NAP, SYS_NANOSLEEP, 0, 0, 0});
	parks(&s, 13, 1000000, 2900000);
	in_runtime(&s, 11, 0x1000);
	in_runtime(&s, 13, 0x2000);
	db = scene_load(&s, END_US);
	assert_number(db,
		      "SELECT sentence LIKE '%The other worker is of another runtime. Also, 2 "
		      "blocking spans took 3.90 s, these waits included.' FROM verdict",
		      1);
	sqlite3_close(db);
}

static void one_of_two_runtimes_is_stuck_and_the_other_runs(void **state)
{
	sqlite3 *db = runtimes_load(0x1000, 0x2000);

	(void)state;
	lock_name(db, "std::sync::mutex::Mutex::lock");
	assert_text(db, "SELECT sentence FROM verdict",
		    "no worker of runtime 1 (tokio-runtime-w) of demo (10) runs: its tasks cannot "
		    "make progress; 2 workers wait since before the recording in "
		    "demo::locker::take (lock); nobody ended that. The other worker is of another "
		    "runtime.");
	assert_text(db, "SELECT group_concat(tid || ' ' || runtime) FROM workers",
		    "11 1,12 1,13 2");
	sqlite3_close(db);
}

static void parked_all_the_time(struct scene *s, uint32_t tid)
{
	struct hud_window parked = {
		.head = {HUD_WINDOW, 0, sizeof(parked)},
		.start_ns = BEGIN_NS,
		.end_ns = BEGIN_NS + END_US * UINT64_C(1000),
		.tid = tid,
		.process = s->process,
		.parked_ns = END_US * UINT64_C(1000),
	};

	scene_event(s, &parked);
}

/* A worker that was parked all the time has no stack that shows its scheduler. */
static void a_worker_of_an_unknown_scheduler_may_be_of_the_same_runtime(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	waits(&s, 11, LOCK, 0, SINCE_BEFORE);
	parked_all_the_time(&s, 12);
	db = scene_load(&s, END_US);
	assert_text(db, "SELECT group_concat(coalesce(scheduler, 'unknown')) FROM workers",
		    "multi_thread,unknown");
	assert_number(db, "SELECT count(*) FROM stuck_runtime", 0);
	sqlite3_close(db);
}

/* Nothing is known of them but that: no stack, and no need of one. */
static void workers_that_only_parked_are_classified_in_full(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	parked_all_the_time(&s, 11);
	parked_all_the_time(&s, 12);
	db = scene_load(&s, END_US);
	assert_text(db, "SELECT level || ' ' || classified_percent FROM verdict", "NOMINAL 100.0");
	sqlite3_close(db);
}

/* Worker 13 may be of the runtime of the others, or runtime 2 may have a worker that waits. */
static void runtimes_that_cannot_be_told_apart_count_as_one(void **state)
{
	static const uint64_t third[] = {0, 0x1000};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		sqlite3 *db = runtimes_load(third[i] ? 0 : 0x2000, third[i]);

		assert_number(db, "SELECT count(*) FROM stuck_runtime", 0);
		assert_text(db, "SELECT reason FROM verdict", "blocking");
		sqlite3_close(db);
	}
}

/* Polls blocked worker 11 for 12% of its time, and the three workers for 4%. */
static sqlite3 *one_blocked_load(bool apart)
{
	struct scene s;

	scene_begin(&s, 1);
	for (uint32_t tid = 11; tid <= 13; tid++) {
		scene_window(&s, tid, 0, END_US, 1000, 0, 0);
		parks(&s, tid, 1000000, 2900000);
		if (apart)
			in_runtime(&s, tid, tid == 11 ? 0x1000 : 0x2000);
	}
	for (uint64_t at = 10000; at < 910000; at += 100000)
		scene_span(&s, (struct span) {.tid = 11,
					      .from = at,
					      .to = at + 40000,
					      .stack = NAP,
					      .syscall = SYS_NANOSLEEP});
	scene_samples(&s, 20, 100000, 200000, 0, OTHER);
	return scene_load(&s, END_US);
}

static void the_runtime_that_is_blocked_the_most_decides(void **state)
{
	static const struct {
		bool apart;
		const char *change; /* NULL: none */
		const char *said;   /* NULL: it is one runtime */
	} cases[] = {
		{true, NULL, "; runtime 1 (tokio-runtime-w): 12.0%."},
		{false, NULL, NULL},
		{false, "UPDATE thread_role SET scheduler = 'current_thread' WHERE role = 'worker'",
		 "; the runtime of thread 11 (tokio-runtime-w): 12.0%."},
		{false,
		 "INSERT INTO process SELECT 77, capture, 77, start_ns, 'second', executable "
		 "FROM process; UPDATE thread SET process = 77 WHERE tid = 11",
		 "; the multi_thread runtime of second (77): 12.0%."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		sqlite3 *db = one_blocked_load(cases[i].apart);
		char sql[256];

		if (cases[i].change)
			assert_int_equal(database_run(db, cases[i].change), 0);
		assert_number(db, "SELECT blocking_percent < 5 FROM verdict", 1);
		assert_text(db, "SELECT level FROM verdict", cases[i].said ? "WARNING" : "CAUTION");
		snprintf(sql, sizeof(sql),
			 "SELECT sentence LIKE '%%, the longest 40.0 ms%s' "
			 "FROM verdict",
			 cases[i].said ? cases[i].said : "%");
		assert_number(db, sql, 1);
		sqlite3_close(db);
	}
}

static void a_process_without_a_worker_beside_others_is_named(void **state)
{
	sqlite3 *db = one_blocked_load(false);

	(void)state;
	assert_number(db, "SELECT sentence LIKE '%Not in these%' FROM verdict", 0);
	assert_int_equal(database_run(db, "INSERT INTO process SELECT 77, capture, 77, start_ns, "
					  "'second', executable FROM process; "
					  "UPDATE thread SET process = 77 WHERE tid = 20"),
			 0);
	assert_number(db,
		      "SELECT sentence LIKE '% Not in these figures: second (77), of which no "
		      "worker is known.' FROM verdict",
		      1);
	sqlite3_close(db);
}

/* In the middle of the recording it stood still, and then it went on. */
static void a_runtime_that_went_on_is_not_stuck(void **state)
{
	sqlite3 *db = spans_load(END_US, {.tid = 11,
					  .from = 0,
					  .to = 1500000,
					  .stack = LOCK,
					  .syscall = SYS_FUTEX,
					  .flags = SINCE_BEFORE});

	(void)state;
	assert_number(db, "SELECT count(*) FROM stuck_runtime", 0);
	sqlite3_close(db);
}

/* No other worker can take it from there. */
static void the_task_in_the_lifo_slot_of_a_worker_that_waits_is_named(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	for (uint64_t i = 0; i < 3; i++) {
		struct hud_offcpu wait = {
			.head = {HUD_OFFCPU, 0, sizeof(wait)},
			.start_ns = BEGIN_NS + i * 100000000,
			.end_ns = BEGIN_NS + i * 100000000 + 40000000,
			.process = s.process,
			.tid = 11,
			.user_stack = s.stack[LOCK],
			.syscall = SYS_FUTEX,
			/* OTHER polls no task: not what a LIFO slot can hold */
			.next_site = i == 0 ? 0 : s.stack[i == 1 ? TINY : OTHER],
		};

		scene_event(&s, &wait);
	}
	db = scene_load(&s, 500000);
	assert_text(db,
		    "SELECT count(*) || ' ' || group_concat(task || ' ' || waits || ' ' || "
		    "(blocked_ns / 1000000)) FROM site_next_task",
		    "1 demo::tiny::run 1 40");
	assert_text(db, "SELECT next_task FROM blocking_functions", "demo::tiny::run");
	sqlite3_close(db);
}

static void assert_advised(sqlite3 *db, bool suspended)
{
	lock_name(db, "std::sync::mutex::Mutex::lock");
	assert_number(db,
		      "SELECT advice LIKE '%guard that is kept over an .await%' FROM site_advice "
		      "AS a JOIN site AS s ON s.id = a.site WHERE s.cause = 'lock'",
		      suspended);
	sqlite3_close(db);
}

static void a_lock_that_a_running_thread_may_have_has_no_such_advice(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s, 1);
	waits(&s, 11, LOCK, 0, SINCE_BEFORE);
	scene_samples(&s, 20, 100000, 900000, 0, OTHER);
	assert_advised(scene_load(&s, END_US), false);
}

static void a_lock_that_nobody_gives_back_has_the_advice_of_a_guard_over_await(void **state)
{
	static const struct {
		uint64_t from;
		uint32_t flags;
		bool suspended;
	} cases[] = {{0, SINCE_BEFORE, true},
		     {1000000, HUD_OFFCPU_OPEN, true},
		     {2990000, HUD_OFFCPU_OPEN, false}, /* it may be given back soon */
		     {0, HUD_OFFCPU_AT_ATTACH, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scene s;

		scene_begin(&s, 1);
		waits(&s, 11, LOCK, cases[i].from, cases[i].flags);
		assert_advised(scene_load(&s, END_US), cases[i].suspended);
	}
}

/* Worker 12 parked for 60 ms in a window that ends 60 ms after the wait began, at 100 ms. */
static void counted_park(struct scene *s, uint64_t from)
{
	struct hud_window window = {
		.head = {HUD_WINDOW, 0, sizeof(window)},
		.start_ns = BEGIN_NS + from * 1000,
		.end_ns = BEGIN_NS + 160000000,
		.process = s->process,
		.tid = 12,
		.parked_ns = 60000000,
	};

	scene_event(s, &window);
}

/* Worker 12 ends a wait of 11 in a poll: what did it do since the wait began? */
static void a_lock_given_back_by_a_worker_that_parked_has_it_too(void **state)
{
	enum meanwhile {
		PARKED,
		PARK_COUNTED, /* in a window that began before the wait, 60 ms of which it parked */
		PARK_BEFORE,  /* the same, but these 60 ms may have been before the wait */
		POLLED_ANOTHER_TASK,
		HELD_IT,
		WAITED_ITSELF,
		ENDED_BY_OTHER,
	};
	static const bool suspended[] = {[PARKED] = true,
					 [PARK_COUNTED] = true,
					 [POLLED_ANOTHER_TASK] = true,
					 [ENDED_BY_OTHER] = false};

	(void)state;
	for (size_t i = 0; i < sizeof(suspended) / sizeof(*suspended); i++) {
		struct scene s;

		scene_begin(&s, 1);
		if (i == PARKED || i == WAITED_ITSELF)
			parks(&s, 12, 120000, 200000);
		else
			parks(&s, 12, 20000, 50000);
		if (i == PARK_COUNTED || i == PARK_BEFORE)
			counted_park(&s, i == PARK_COUNTED ? 95000 : 20000);
		if (i == POLLED_ANOTHER_TASK)
			scene_samples(&s, 12, 200000, 220000, 190000, TINY);
		if (i == WAITED_ITSELF)
			scene_span(&s, (struct span) {12, 210000, 240000, 239000, LOCK, SYS_FUTEX,
						      0, 20, OTHER});
		scene_samples(&s, 12, 390000, 400000, 385000, HASH);
		scene_span(&s, (struct span) {11, 100000, 401000, 400000, LOCK, SYS_FUTEX, 0,
					      i == ENDED_BY_OTHER ? 20 : 12,
					      i == ENDED_BY_OTHER ? OTHER : HASH});
		assert_advised(scene_load(&s, 500000), suspended[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wait_since_before_the_recording_that_nobody_ended_says_so),
		cmocka_unit_test(
			a_wait_in_a_process_that_was_found_later_may_have_begun_in_the_recording),
		cmocka_unit_test(a_wait_that_was_seen_whole_has_neither_mark),
		cmocka_unit_test(only_a_wait_that_goes_on_is_still_blocked),
		cmocka_unit_test(a_runtime_without_a_running_worker_is_stuck),
		cmocka_unit_test(a_wait_that_another_thread_or_time_may_end_is_no_hang),
		cmocka_unit_test(a_poll_that_sleeps_again_and_again_has_not_stopped),
		cmocka_unit_test(a_runtime_that_went_on_is_not_stuck),
		cmocka_unit_test(what_blocks_beside_a_stuck_runtime_is_said_too),
		cmocka_unit_test(one_of_two_runtimes_is_stuck_and_the_other_runs),
		cmocka_unit_test(a_worker_of_an_unknown_scheduler_may_be_of_the_same_runtime),
		cmocka_unit_test(workers_that_only_parked_are_classified_in_full),
		cmocka_unit_test(runtimes_that_cannot_be_told_apart_count_as_one),
		cmocka_unit_test(the_runtime_that_is_blocked_the_most_decides),
		cmocka_unit_test(a_process_without_a_worker_beside_others_is_named),
		cmocka_unit_test(the_task_in_the_lifo_slot_of_a_worker_that_waits_is_named),
		cmocka_unit_test(a_lock_that_a_running_thread_may_have_has_no_such_advice),
		cmocka_unit_test(
			a_lock_that_nobody_gives_back_has_the_advice_of_a_guard_over_await),
		cmocka_unit_test(a_lock_given_back_by_a_worker_that_parked_has_it_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
