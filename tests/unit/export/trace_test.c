/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/format.h"
#include "analyzer/open/filter.h"
#include "tests/unit/export/export_fixture.h"
#include "tests/unit/export/proto_reader.h"

#include <zlib.h>

/* Traces and profiles: what they hold, and that all that loads can be exported in all formats. */

/* One of everything, with marks, wakers that are recorded, and samples. */
static sqlite3 *scene_full(void)
{
	struct scene s;
	sqlite3 *db;
	const char *const sql =
		"INSERT INTO mark (capture, time_ns, text) SELECT id, start_ns + 5000, 'deploy' "
		"FROM capture;"
		"UPDATE offcpu_span SET waker_thread = (SELECT id FROM thread WHERE tid = 20) "
		"WHERE waker_tid = 20";

	scene_begin(&s, 1);
	scene_everything(&s);
	db = scene_load(&s, 200000);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	return db;
}

static struct exported exported(sqlite3 *db, const char *format)
{
	bool query = strcmp(format, "ndjson") == 0 || strcmp(format, "csv") == 0;

	return exported_from(
		db, (struct export_form) {.format = format, .query = query ? "@sites" : NULL});
}

static void a_trace_names_the_blocked_time_of_each_site(void **state)
{
	static const char sum[] =
		"SELECT total(p.value ->> '$.blocked_ns') FROM json_each(?1, '$.traceEvents') AS e,"
		" json_each(e.value, '$.args.sites') AS p WHERE p.value ->> '$.site' = %lld";
	sqlite3 *db = scene_full();
	struct exported x = exported(db, "chrome");
	int64_t sites = database_number(db, "SELECT max(id) FROM site", 0);

	(void)state;
	assert_true(sites > 2);
	for (int64_t site = 1; site <= sites; site++) {
		char of_trace[256], of_report[128];

		snprintf(of_trace, sizeof(of_trace), sum, (long long)site);
		snprintf(of_report, sizeof(of_report),
			 "SELECT total_ns FROM blocking_sites WHERE site = %lld", (long long)site);
		assert_number(db, of_report, number_of(x.bytes, of_trace));
	}
	free(x.bytes);
	sqlite3_close(db);
}

/* Also where the capture has spans that do. */
static void slices_of_one_track_do_not_overlap(void **state)
{
	static const char overlapping[] =
		"SELECT count(*) FROM (SELECT e.value ->> '$.ts' AS ts, lag(e.value ->> '$.ts' + "
		"e.value ->> '$.dur') OVER (PARTITION BY e.value ->> '$.pid', e.value ->> '$.tid' "
		"ORDER BY e.value ->> '$.ts', e.key) AS before FROM json_each(?1, '$.traceEvents') "
		"AS e WHERE e.value ->> '$.ph' = 'X' AND e.value ->> '$.cat' <> 'wake') "
		"WHERE ts < before - 0.0005";
	sqlite3 *db = scene_full();
	struct exported x;

	(void)state;
	assert_int_equal(sqlite3_exec(db,
				      "UPDATE blocking_poll SET end_ns = end_ns + 30000000;"
				      "UPDATE observation SET disjoint_from_ns = start_ns - 9000000"
				      " WHERE disjoint_from_ns IS NOT NULL",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	x = exported(db, "chrome");
	assert_int_equal(number_of(x.bytes, overlapping), 0);
	free(x.bytes);
	sqlite3_close(db);
}

static void a_flow_leads_from_the_holder_to_the_blocked_poll(void **state)
{
	static const char flow[] =
		"SELECT count(*) FROM json_each(?1, '$.traceEvents') AS s, "
		"json_each(?1, '$.traceEvents') AS f WHERE s.value ->> '$.ph' = 's' AND "
		"f.value ->> '$.ph' = 'f' AND s.value ->> '$.id' = f.value ->> '$.id' "
		"AND s.value ->> '$.tid' = 20 AND f.value ->> '$.tid' = 11";
	static const char holder[] =
		"SELECT count(*) FROM json_each(?1, '$.traceEvents') AS e "
		"WHERE e.value ->> '$.name' = 'wakes' AND e.value ->> '$.tid' = 20 AND "
		"e.value ->> '$.args.function' = 'demo::holder::hold' AND "
		"e.value ->> '$.args.waiter' = 'demo::locker::take'";
	sqlite3 *db = scene_full();
	struct exported x = exported(db, "chrome");

	(void)state;
	assert_int_equal(number_of(x.bytes, flow), 1);
	assert_int_equal(number_of(x.bytes, holder), 1);
	free(x.bytes);
	sqlite3_close(db);
}

static void marks_and_losses_are_in_a_trace(void **state)
{
	sqlite3 *db = scene_full();
	struct exported x = exported(db, "chrome");

	(void)state;
	assert_non_null(strstr(x.bytes,
			       "\"ph\":\"i\",\"pid\":5000000,\"tid\":1,\"name\":\"deploy\","
			       "\"cat\":\"mark\",\"ts\":5.000"));
	assert_non_null(strstr(x.bytes, "\"lost stack-limit (stacks)\":3"));
	free(x.bytes);
	sqlite3_close(db);
}

/* The rows of a thread are the views' own: what the exports draw is what a person may ask. */
static void waits_are_split_where_the_thread_was_ready(void **state)
{
	sqlite3 *db = scene_full();

	(void)state;
	assert_number(
		db,
		"SELECT w.ready_ns - w.start_ns FROM trace_wait AS w JOIN thread AS t ON t.id = "
		"w.thread WHERE t.tid = 11 AND w.cause = 'lock' AND NOT open",
		39900000);
	assert_number(
		db,
		"SELECT w.end_ns - w.ready_ns FROM trace_wait AS w JOIN thread AS t ON t.id = "
		"w.thread WHERE t.tid = 11 AND w.cause = 'lock' AND NOT open",
		100000);
	assert_text(db,
		    "SELECT group_concat(state) FROM (SELECT DISTINCT state FROM trace_wait "
		    "ORDER BY state)",
		    "other,parked,poll,pool,pool-idle,runtime,unknown");
	assert_number(db, "SELECT count(*) FROM trace_poll", 6);
	/* Waits for a CPU add up to those of the spans, whichever tenth of a second they are in. */
	assert_number(db,
		      "SELECT sum(run_queue_ns) - (SELECT sum(run_queue_ns) FROM offcpu_span) "
		      "FROM trace_cpu_queue",
		      0);
	sqlite3_close(db);
}

/* A wait that reaches over the end of a tenth of a second is in both, with its part. */
static void a_long_wait_for_a_cpu_is_divided(void **state)
{
	sqlite3 *db =
		spans_load(400000, {11, 80000, 330000, 90000, NAP, SYS_NANOSLEEP, 0, 0, NO_STACK});

	(void)state;
	assert_text(db,
		    "SELECT group_concat(run_queue_ns / 1000000) FROM trace_cpu_queue "
		    "ORDER BY start_ns",
		    "10,100,100,30");
	sqlite3_close(db);
}

/* Begins and ends of each track alternate, in the order of time; all numbers used are defined. */
static void a_perfetto_trace_is_balanced(void **state)
{
	sqlite3 *db = scene_full();
	struct exported x = exported(db, "perfetto");
	struct trace_read read = {.flows = 0};

	(void)state;
	trace_read(&read, (const uint8_t *)x.bytes, x.size);
	assert_int_equal(read.begun, read.ended);
	assert_true(read.begun > 20);
	assert_int_equal(read.flows, 1);
	assert_int_equal(read.flow_ends, 1);
	assert_int_equal(read.undefined, 0);
	assert_number(db, "SELECT count(*) FROM sample WHERE user_stack IS NOT NULL",
		      (int64_t)read.samples);
	assert_number(db, "SELECT count(*) FROM mark", (int64_t)read.instants - 2);
	free(x.bytes);
	sqlite3_close(db);
}

/* The bytes of a gzip file; the caller frees them. */
static struct exported inflated(struct exported x)
{
	struct exported all = {.bytes = calloc(1, 1 << 24)};
	z_stream z = {.next_in = (Bytef *)x.bytes, .avail_in = (uInt)x.size};

	assert_non_null(all.bytes);
	z.next_out = (Bytef *)all.bytes;
	z.avail_out = 1 << 24;
	assert_int_equal(inflateInit2(&z, 31), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	all.size = z.total_out;
	inflateEnd(&z);
	free(x.bytes);
	return all;
}

static void a_profile_has_the_blocked_time_and_that_of_each_cause(void **state)
{
	sqlite3 *db = scene_full();
	struct exported x = inflated(exported(db, "pprof"));
	struct profile_read read = {.samples = 0};
	int64_t causes_ns = 0;

	(void)state;
	profile_read(&read, (const uint8_t *)x.bytes, x.size);
	assert_int_equal(read.undefined, 0);
	assert_number(db, "SELECT count(*) FROM profile_stack WHERE kind = 'blocked'",
		      (int64_t)read.samples);
	assert_number(db, "SELECT sum(total_ns) FROM blocking_sites", read.sum[1]);
	assert_number(db,
		      "SELECT sum(total_ns) FROM blocking_sites GROUP BY cause "
		      "ORDER BY sum(total_ns) DESC LIMIT 1",
		      read.sum[3]);
	for (size_t i = 3; i < READ_TYPES; i += 2)
		causes_ns += read.sum[i];
	assert_int_equal(causes_ns, read.sum[1]);
	free(x.bytes);
	sqlite3_close(db);
}

/* Valid: JSON is JSON, messages are whole. */
static void assert_valid(const char *format, struct exported x)
{
	if (strcmp(format, "perfetto") == 0) {
		struct trace_read read = {.flows = 0};

		trace_read(&read, (const uint8_t *)x.bytes, x.size);
		assert_int_equal(read.begun, read.ended);
		assert_int_equal(read.undefined, 0);
	} else if (strcmp(format, "pprof") == 0) {
		struct profile_read read = {.samples = 0};

		x = inflated(x);
		profile_read(&read, (const uint8_t *)x.bytes, x.size);
		assert_int_equal(read.undefined, 0);
	} else if (*x.bytes == '{' && strcmp(format, "ndjson") != 0) {
		assert_int_equal(number_of(x.bytes, "SELECT json_valid(?1)"), 1);
	}
	free(x.bytes);
}

static void all_formats_are_valid(sqlite3 *db)
{
	for (const struct export_format *f = export_formats; f->name; f++)
		assert_valid(f->name, exported(db, f->name));
}

static void whatever_loads_is_exported(void **state)
{
	static const struct filter filters[] = {
		{.from = NULL},
		{.from = "95ms", .to = "130ms"},
		{.worker = "12"},
		{.cause = "lock"},
		{.min_ns = 25000000},
		{.site = 1},
		{.task = "demo::sleepy*"},
	};
	struct scene s;
	sqlite3 *db;

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++) {
		int64_t capture = 1;

		db = scene_full();
		assert_int_equal(filter_functions(db), 0);
		assert_int_equal(filter_apply(db, &filters[i], &capture, 1), STATUS_DONE);
		all_formats_are_valid(db);
		sqlite3_close(db);
	}
	scene_begin(&s, 1); /* nothing in it */
	db = scene_load(&s, 1000);
	all_formats_are_valid(db);
	sqlite3_close(db);
	scene_begin(&s, 1);
	scene_busy(&s, (struct busy) {.seed = 7, .seconds = 3, .nap_sleep = 1});
	db = scene_load(&s, 3000000);
	all_formats_are_valid(db);
	sqlite3_close(db);
}

/* Every name that a target can choose. */
static void hostile_names_change_nothing(void **state)
{
	static const char *const names[] = {
		"'a\"b\\c</script><!--'",
		"char(27) || '[31m' || char(10) || char(13) || char(9) || char(0x202e) || 'a;b c'",
		"CAST(x'ff80c328a0c2' AS TEXT)",
		"replace(hex(zeroblob(5000)), '0', '<')",
		"''",
	};
	static const char *const set[] = {
		"UPDATE frame SET site = %s, function = %s, file = %s",
		"UPDATE thread SET comm = %s",
		"UPDATE process SET name = %s, executable = %s",
		"UPDATE site SET function = %s",
		"UPDATE blocking_poll SET task = %s",
		"UPDATE binary SET path = %s, build_id = %s",
		"UPDATE mark SET text = %s",
		"UPDATE capture SET command = %s, kernel = %s",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		sqlite3 *db = scene_full();

		for (size_t k = 0; k < sizeof(set) / sizeof(*set); k++) {
			char sql[1024];

			snprintf(sql, sizeof(sql), set[k], names[i], names[i], names[i]);
			assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
		}
		all_formats_are_valid(db);
		sqlite3_close(db);
	}
}

/* A database may be anybody's. */
static void numbers_out_of_any_range_are_exported(void **state)
{
	static const char *const numbers[] = {"9223372036854775807", "-9223372036854775808", "-1",
					      "0", "4611686018427387904"};
	static const char *const set[] = {
		"UPDATE thread SET tid = %s",
		"UPDATE process SET pid = %s",
		"UPDATE sample SET cpu = %s, time_ns = %s",
		"UPDATE observation SET end_ns = %s, run_queue_ns = %s",
		"UPDATE observation SET start_ns = %s, disjoint_from_ns = %s",
		"UPDATE blocking_poll SET start_ns = %s",
		"UPDATE timeline SET end_ns = %s, parked_ns = %s",
		"UPDATE frame SET line = %s, file_offset = %s, decl_line = %s",
		"UPDATE mapping SET start_address = %s, file_offset = %s",
		"UPDATE capture SET start_ns = %s, sample_hz = %s",
		"UPDATE capture SET end_ns = %s, start_realtime_ns = %s",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		for (size_t k = 0; k < sizeof(set) / sizeof(*set); k++) {
			sqlite3 *db = scene_full();
			char sql[256];

			snprintf(sql, sizeof(sql), set[k], numbers[i], numbers[i], numbers[i]);
			assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
			all_formats_are_valid(db);
			sqlite3_close(db);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trace_names_the_blocked_time_of_each_site),
		cmocka_unit_test(slices_of_one_track_do_not_overlap),
		cmocka_unit_test(a_flow_leads_from_the_holder_to_the_blocked_poll),
		cmocka_unit_test(marks_and_losses_are_in_a_trace),
		cmocka_unit_test(waits_are_split_where_the_thread_was_ready),
		cmocka_unit_test(a_long_wait_for_a_cpu_is_divided),
		cmocka_unit_test(a_perfetto_trace_is_balanced),
		cmocka_unit_test(a_profile_has_the_blocked_time_and_that_of_each_cause),
		cmocka_unit_test(whatever_loads_is_exported),
		cmocka_unit_test(hostile_names_change_nothing),
		cmocka_unit_test(numbers_out_of_any_range_are_exported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
