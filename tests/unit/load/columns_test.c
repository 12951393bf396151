/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/load/inserts.h"
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "format/wire/records.h"
#include "tests/unit/fixture/analysis_fixture.h"

#include <stdio.h>
#include <string.h>

/*
 * A column has the value of the field of its name. Values are bound by their order, so that two
 * that are exchanged would otherwise be seen by nobody.
 */

/* Room for any of these records. */
union any {
	struct hud_record head;
	struct hud_offcpu offcpu;
	struct hud_sample sample;
	struct hud_window window;
	struct hud_lifecycle lifecycle;
	struct hud_poll poll;
	struct hud_probes probes;
	struct hud_cost cost;
	struct hud_cpu_quota cpu_quota;
	struct hud_pool_queue pool_queue;
	struct hud_runtime_thread runtime_thread;
	struct hud_clock clock;
	struct hud_layout layout;
	uint8_t bytes[256];
};

/* What the loader requires of a record, and ascending numbers are not. */
static void sample_correct(union any *r)
{
	r->sample.time_ns = BEGIN_NS;
}

static void window_correct(union any *r)
{
	r->window.sleep_ns = r->window.maybe_parked_ns + 1;
	r->window.run_queue_ns = r->window.stolen_ns + 2;
}

static void poll_correct(union any *r)
{
	r->poll.end_min_ns = BEGIN_NS;
	r->poll.end_max_ns = BEGIN_NS + 1;
	r->poll.next_sum_ns = r->poll.next_max_ns - 1;
	r->poll.queued_since_ns = BEGIN_NS - 1;
	r->poll.poll_flags = HUD_POLL_FOLLOWED;
}

static void pool_queue_correct(union any *r)
{
	r->pool_queue.time_ns = BEGIN_NS;
	r->pool_queue.since_ns = BEGIN_NS - 1;
}

static void runtime_thread_correct(union any *r)
{
	r->runtime_thread.time_ns = BEGIN_NS;
}

static void layout_correct(union any *r)
{
	r->layout.layout_source = HUD_LAYOUT_LEARNED;
}

static const struct loaded {
	uint16_t type;
	const char *table;
	void (*correct)(union any *record);
	int columns; /* that are named as a field is */
} loaded[] = {
	{HUD_OFFCPU, "offcpu_span", NULL, 7},
	{HUD_SAMPLE, "sample", sample_correct, 6},
	{HUD_WINDOW, "thread_window", window_correct, 15},
	{HUD_LIFECYCLE, "lifecycle", NULL, 1},
	{HUD_POLL, "poll", poll_correct, 16},
	{HUD_PROBES, "probe_state", NULL, 5},
	{HUD_COST, "cost", NULL, 6},
	{HUD_CPU_QUOTA, "cpu_quota", NULL, 7},
	{HUD_POOL_QUEUE, "pool_queue", pool_queue_correct, 7},
	{HUD_RUNTIME_THREAD, "runtime_thread", runtime_thread_correct, 1},
	{HUD_CLOCK, "clock", NULL, 2},
	{HUD_LAYOUT, "layout", layout_correct, 13},
};

static bool is_number(const struct record_kind *kind, const struct record_field *f)
{
	if (f->form != FIELD_NUMBER && f->form != FIELD_SIGNED)
		return false;
	for (size_t i = 0; i < RECORD_REFERENCES && kind->reference[i].kind; i++) {
		if (kind->reference[i].offset == f->offset)
			return false;
	}
	return true;
}

/* Each number of the record is another one, ascending. Flags, which are no numbers, are not set. */
static void fill(union any *r, const struct record_kind *kind, const struct scene *s)
{
	uint64_t number = 1;

	for (const struct record_field *f = kind->fields; f->name; f++) {
		uint64_t value = f->bytes < 4 ? number : number * 1000000;

		if (is_number(kind, f))
			memcpy(&r->bytes[f->offset], &value, f->bytes); /* little-endian */
		else if (strcmp(f->name, "process") == 0)
			memcpy(&r->bytes[f->offset], &s->process, f->bytes);
		else if (strcmp(f->name, "tid") == 0)
			memcpy(&r->bytes[f->offset], &(uint32_t) {11}, f->bytes);
		number++;
	}
}

/* Fields whose table has a number of that name; they must be equal. */
static int columns_compare(sqlite3 *db, const struct loaded *l, const union any *r)
{
	const struct record_kind *kind = record_kind(l->type);
	int compared = 0;

	for (const struct record_field *f = kind->fields; f->name; f++) {
		char sql[256];
		int64_t value = 0;

		snprintf(sql, sizeof(sql),
			 "SELECT count(*) FROM pragma_table_info('%s') "
			 "WHERE name = '%s' AND type = 'INTEGER'",
			 l->table, f->name);
		if (!is_number(kind, f) || !database_number(db, sql, 0))
			continue;
		memcpy(&value, &r->bytes[f->offset], f->bytes);
		snprintf(sql, sizeof(sql), "SELECT %s FROM %s", f->name, l->table);
		if (database_number(db, sql, -1) != value)
			fail_msg("%s.%s is %lld, the record says %lld", l->table, f->name,
				 (long long)database_number(db, sql, -1), (long long)value);
		compared++;
	}
	return compared;
}

static void a_column_has_the_value_of_the_field_of_its_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(loaded) / sizeof(*loaded); i++) {
		const struct loaded *l = &loaded[i];
		union any r = {.head = {l->type, 0, record_kind(l->type)->bytes}};
		struct scene s;
		sqlite3 *db;

		scene_begin(&s, 1);
		fill(&r, record_kind(l->type), &s);
		if (l->correct)
			l->correct(&r);
		scene_event(&s, &r);
		db = scene_load(&s, 200000);
		if (columns_compare(db, l, &r) != l->columns)
			fail_msg("%s: %d columns", l->table, columns_compare(db, l, &r));
		sqlite3_close(db);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_column_has_the_value_of_the_field_of_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
