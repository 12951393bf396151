/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What tasks did: how long they were polled, ready, awaiting; how many came and went. */
#include "format/wire/tasks.h"
#include "tests/unit/fixture/analysis_fixture.h"

#define MS UINT64_C(1000000)

/* A task that lived for 100 ms, of which it was ready for `ready`. */
static void life_add(struct scene *s, uint64_t id, enum fake_stack site, uint64_t ready_ms,
		     uint32_t flags)
{
	struct hud_task_life life = {
		.head = {HUD_TASK_LIFE, 0, sizeof(life)},
		.start_ns = BEGIN_NS,
		.end_ns = BEGIN_NS + 100 * MS,
		.task = id,
		.parent = id > 1,
		.polled_ns = 10 * MS,
		.ready_ns = ready_ms * MS,
		.await_ns = (90 - ready_ms) * MS,
		.ready_max_ns = ready_ms * MS / 2,
		.process = s->process,
		.site = s->stack[site],
		.polls = 4,
		.readies = 2,
		.life_flags = flags,
	};

	scene_event(s, &life);
}

/* So many had been spawned and ended at `ms`, each after 10 ms: 1 polled, 3 ready, 6 awaiting. */
static struct hud_task_sum sum_of(const struct scene *s, uint64_t ms, enum fake_stack site,
				  uint64_t spawned, uint64_t ended)
{
	return (struct hud_task_sum) {
		.head = {HUD_TASK_SUM, 0, sizeof(struct hud_task_sum)},
		.time_ns = BEGIN_NS + ms * MS,
		.spawned = spawned,
		.found = 1,
		.ended = ended,
		.polls = 2 * ended,
		.readies = ended,
		.polled_ns = ended * MS,
		.ready_ns = 3 * ended * MS,
		.await_ns = 6 * ended * MS,
		.ready_max_ns = 3 * MS,
		.lived = ended / 2,
		.lived_ns = ended / 2 * 10 * MS,
		.process = s->process,
		.site = s->stack[site],
	};
}

static void sum_add(struct scene *s, uint64_t ms, enum fake_stack site, uint64_t spawned,
		    uint64_t ended)
{
	struct hud_task_sum sum = sum_of(s, ms, site, spawned, ended);

	scene_event(s, &sum);
}

#define OF_HASHER " FROM task_life WHERE task = 'demo::hasher::run'"

static void the_time_of_a_type_is_that_of_tasks_that_ended_and_of_those_that_live(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sum_add(&s, 10, HASH, 5, 2);
	sum_add(&s, 20, HASH, 30, 20);                                /* the last one holds */
	life_add(&s, 1, HASH, 60, HUD_LIFE_SPAWNED | HUD_LIFE_ENDED); /* is in the sum */
	life_add(&s, 2, HASH, 40, HUD_LIFE_SPAWNED);
	life_add(&s, 3, HASH, 0, HUD_LIFE_LOST);
	db = scene_load(&s, 200000);
	assert_text(db,
		    "SELECT spawned || ' ' || found || ' ' || ended || ' ' || lost || ' ' || alive "
		    "|| ' ' || alive_first || ' ' || polls || ' ' || readies" OF_HASHER,
		    "30 1 20 1 10 4 48 24");
	assert_number(db, "SELECT found_late" OF_HASHER, 0);
	assert_number(db, "SELECT polled_ns" OF_HASHER, 40 * MS);
	assert_number(db, "SELECT ready_ns" OF_HASHER, 100 * MS);
	assert_number(db, "SELECT await_ns" OF_HASHER, (120 + 50 + 90) * MS);
	assert_number(db, "SELECT total_ns" OF_HASHER, 400 * MS);
	assert_text(db,
		    "SELECT polled_percent || ' ' || ready_percent || ' ' || await_percent || ' ' "
		    "|| unknown_percent" OF_HASHER,
		    "10.0 25.0 65.0 0.0");
	assert_number(db, "SELECT ready_max_ns" OF_HASHER, 20 * MS);
	assert_number(db, "SELECT mean_life_ns" OF_HASHER, 10 * MS);
	sqlite3_close(db);
}

/* Of a build where no function is known that all tasks end in: no life is known whole. */
static void where_no_end_was_seen_those_alive_are_an_upper_bound(void **state)
{
	static const struct {
		uint64_t lived, written, ended;
		const char *seen;
	} cases[] = {{0, 0, 20, "0"}, {1, 0, 20, "1"}, {0, 1, 20, "1"}, {0, 0, 0, "-"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct hud_task_sum sum;
		struct scene s;
		sqlite3 *db;

		scene_begin(&s, 1);
		sum = sum_of(&s, 20, HASH, 30, cases[i].ended);
		sum.lived = cases[i].lived;
		sum.written = cases[i].written;
		scene_event(&s, &sum);
		db = scene_load(&s, 200000);
		assert_text(db, "SELECT coalesce(ends_seen, '-')" OF_HASHER, cases[i].seen);
		sqlite3_close(db);
	}
}

static void a_single_task_has_its_parent_and_its_times(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	life_add(&s, 1, HASH, 60, HUD_LIFE_SPAWNED | HUD_LIFE_ENDED);
	life_add(&s, 2, NAP, 40, HUD_LIFE_SPAWNED);
	db = scene_load(&s, 200000);
	assert_text(
		db,
		"SELECT group_concat(task || ' ' || coalesce(parent_id, '-') || ' ' || ended || "
		"' ' || (life_ns / 1000000) || ' ' || (ready_ns / 1000000), ', ') FROM task_lives",
		"demo::hasher::run - 1 100 60, demo::sleepy::run 1 0 100 40");
	sqlite3_close(db);
}

static void tasks_are_counted_as_time_goes_on(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	sum_add(&s, 10, HASH, 5, 2);
	sum_add(&s, 10, NAP, 1, 0);
	sum_add(&s, 20, HASH, 30, 20);
	db = scene_load(&s, 200000);
	assert_text(db,
		    "SELECT group_concat(task || ' ' || alive, ', ') FROM (SELECT * FROM "
		    "task_counts ORDER BY time_ns, task)",
		    "demo::hasher::run 4, demo::sleepy::run 2, demo::hasher::run 11");
	sqlite3_close(db);
}

static void times_beyond_all_measure_add_up_to_no_error(void **state)
{
	struct hud_task_sum huge = {
		.head = {HUD_TASK_SUM, 0, sizeof(huge)},
		.time_ns = BEGIN_NS + 2,
		.await_ns = INT64_MAX,
		.ready_ns = INT64_MAX,
	};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	huge.process = s.process;
	huge.site = s.stack[HASH];
	scene_event(&s, &huge);
	huge.site = s.stack[UNKNOWN];
	scene_event(&s, &huge);
	db = scene_load(&s, 200000);
	assert_number(db, "SELECT count(*) FROM task_life WHERE total_ns > 0", 2);
	assert_number(db, "SELECT count(*) FROM task_life WHERE await_percent > 100", 0);
	sqlite3_close(db);
}

static void a_life_that_makes_no_sense_is_refused_and_counted(void **state)
{
	struct hud_task_life backward = {
		.head = {HUD_TASK_LIFE, 0, sizeof(backward)},
		.start_ns = BEGIN_NS + 2,
		.end_ns = BEGIN_NS + 1,
	};
	struct hud_task_sum huge = {
		.head = {HUD_TASK_SUM, 0, sizeof(huge)},
		.time_ns = BEGIN_NS + 2,
		.spawned = UINT64_MAX / 2,
	};
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	backward.process = huge.process = s.process;
	backward.site = huge.site = s.stack[HASH];
	scene_event(&s, &backward);
	scene_event(&s, &huge);
	db = scene_load(&s, 200000);
	assert_number(db, "SELECT count(*) FROM task_lives", 0);
	assert_number(db, "SELECT count(*) FROM task_life", 0);
	assert_number(db, "SELECT sum(count) FROM loss", 2);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_time_of_a_type_is_that_of_tasks_that_ended_and_of_those_that_live),
		cmocka_unit_test(where_no_end_was_seen_those_alive_are_an_upper_bound),
		cmocka_unit_test(a_single_task_has_its_parent_and_its_times),
		cmocka_unit_test(tasks_are_counted_as_time_goes_on),
		cmocka_unit_test(times_beyond_all_measure_add_up_to_no_error),
		cmocka_unit_test(a_life_that_makes_no_sense_is_refused_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
