/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/wire/recording.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <string.h>

/* Unwind rows that came while recording. */

static void late_add(struct scene *s, const char *path, uint64_t stacks, uint64_t time_ns)
{
	struct hud_late_rows late = {
		.head = {HUD_LATE_ROWS, 0, sizeof(late)},
		.time_ns = time_ns,
		.stacks = stacks,
		.path = path ? (uint32_t)capture_writer_string(s->writer, path) : 0,
	};

	scene_event(s, &late);
}

static void a_file_is_named_with_the_stacks_that_were_cut_before_its_rows_came(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	late_add(&s, "/opt/demo", 814, BEGIN_NS + 4100000);
	late_add(&s, "/opt/never", 2, 0);
	db = scene_load(&s, 200000);
	assert_text(db,
		    "SELECT group_concat(path || ' ' || stacks || ' ' || "
		    "coalesce(after_ns, 'never'), ', ') FROM late_unwind_rows",
		    "/opt/demo 814 4100000, /opt/never 2 never");
	sqlite3_close(db);
}

static void a_file_without_a_path_or_of_another_time_is_refused(void **state)
{
	struct scene s;
	sqlite3 *db;

	(void)state;
	scene_begin(&s, 1);
	late_add(&s, NULL, 1, BEGIN_NS + 1);
	late_add(&s, "/opt/demo", 1, UINT64_MAX);
	late_add(&s, "/opt/demo", UINT64_MAX, BEGIN_NS + 1);
	db = scene_load(&s, 200000);
	assert_number(db, "SELECT count(*) FROM late_rows", 0);
	assert_number(db, "SELECT count FROM loss WHERE cause = 'record-invalid'", 3);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_file_is_named_with_the_stacks_that_were_cut_before_its_rows_came),
		cmocka_unit_test(a_file_without_a_path_or_of_another_time_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
