/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/capture/plan_report.h"
#include "format/wire/recording.h"

#include <stdlib.h>
#include <string.h>

/* Functions in one record: a large program has several records. */
enum {
	RECORD_FUNCTIONS = (CAPTURE_EVENT_BYTES_MAX - sizeof(struct hud_code)) /
			   (HUD_CODE_WORDS * sizeof(uint64_t))
};
_Static_assert(RECORD_FUNCTIONS <= HUD_CODE_FUNCTIONS_MAX, "readers refuse more");

struct visit {
	struct plan_report *report;
	uint64_t now_ns;
};

/* A function as the capture has it. False: it is in no segment. */
static bool function_place(const struct plan *plan, const struct hud_plan_code *code,
			   uint64_t function[HUD_CODE_WORDS])
{
	if (!plan_file_offset(plan, code->address, &function[0]))
		return false;
	function[1] = code->bytes | (uint64_t)code->code_flags << 32;
	if (!code->site || !plan_file_offset(plan, code->site, &function[2]))
		function[2] = 0;
	return true;
}

static void code_write(const struct visit *v, const struct build_id *id, const struct plan *plan,
		       struct hud_code *record)
{
	size_t next = 0;

	while (next < plan->codes) {
		*record = (struct hud_code) {
			.head = {.type = HUD_CODE},
			.time_ns = v->now_ns,
			.build_id_bytes = (uint16_t)id->bytes,
		};
		memcpy(record->build_id, id->byte, id->bytes);
		for (; next < plan->codes && record->functions < RECORD_FUNCTIONS; next++)
			record->functions += function_place(
				plan, &plan->code[next],
				&record->function[record->functions * HUD_CODE_WORDS]);
		record->head.size =
			(uint32_t)(sizeof(*record) +
				   record->functions * HUD_CODE_WORDS * sizeof(*record->function));
		if (record->functions)
			capture_writer_event(v->report->writer, &record->head);
	}
}

/* `now_ns` 0: the rows never came. */
static void late_write(struct plan_report *r, uint32_t object, uint64_t now_ns)
{
	const char *path = object_path(r->objects, object);
	struct hud_late_rows late = {
		.head = HUD_RECORD_HEAD(HUD_LATE_ROWS, late),
		.time_ns = now_ns,
		.stacks = object < r->early_room ? r->early[object] : 0,
	};
	int64_t id;

	if (!r->recording || !late.stacks)
		return;
	id = capture_writer_string(r->writer, path);
	late.path = id > 0 ? (uint32_t)id : 0;
	if (late.path)
		capture_writer_event(r->writer, &late.head);
	if (r->late)
		r->late(r->context, path, late.stacks, now_ns != 0);
	r->early[object] = 0;
}

static void functions_write(const struct visit *v, uint32_t object, const struct plan *plan)
{
	const struct build_id *id = object_build_id(v->report->objects, object);
	struct hud_code *record;

	/* Nothing else says which mappings are of this file. */
	if (!plan->codes || !id->bytes)
		return;
	record = malloc(sizeof(*record) +
			RECORD_FUNCTIONS * HUD_CODE_WORDS * sizeof(*record->function));
	if (record)
		code_write(v, id, plan, record);
	free(record);
}

static void plan_take(void *context, uint32_t object, const struct plan *plan)
{
	const struct visit *v = context;

	functions_write(v, object, plan);
	late_write(v->report, object, v->now_ns);
}

void plan_report_write(struct plan_report *r, uint64_t now_ns)
{
	struct visit visit = {r, now_ns};

	object_table_each_new(r->objects, plan_take, &visit);
}

/* False: no memory, and so it is not counted. */
static bool early_room(struct plan_report *r)
{
	size_t room = object_table_count(r->objects);
	uint64_t *early;

	if (room <= r->early_room)
		return true;
	early = realloc(r->early, room * sizeof(*early));
	if (!early)
		return false;
	memset(early + r->early_room, 0, (room - r->early_room) * sizeof(*early));
	r->early = early;
	r->early_room = room;
	return true;
}

void plan_report_stack(struct plan_report *r, pid_t pid, const uint64_t *address, size_t frames)
{
	if (!object_table_waiting(r->objects))
		return;
	for (size_t i = 0; i < frames; i++) {
		uint32_t object = process_table_object(r->processes, pid, address[i]);

		if (!object_waits(r->objects, object))
			continue;
		if (early_room(r))
			r->early[object]++;
		return;
	}
}

void plan_report_finish(struct plan_report *r)
{
	for (uint32_t i = 0; i < r->early_room; i++)
		late_write(r, i, 0);
}

void plan_report_close(struct plan_report *r)
{
	free(r->early);
	r->early = NULL;
	r->early_room = 0;
}
