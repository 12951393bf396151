/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/capture/plan_report.h"

#include <stdlib.h>
#include <string.h>

struct visit {
	const struct plan_report *report;
	uint64_t now_ns;
};

/* A function as the capture has it. False: it is in no segment. */
static bool function_place(const struct plan *plan, const struct hud_plan_code *code,
			   uint64_t function[HUD_CODE_WORDS])
{
	for (size_t i = 0; i < plan->segments; i++) {
		const struct hud_plan_segment *s = &plan->segment[i];

		if (code->address < s->address || code->address - s->address >= s->bytes)
			continue;
		function[0] = code->address - s->address + s->offset;
		function[1] = code->bytes | (uint64_t)code->code_flags << 32;
		function[2] = code->site ? code->site - s->address + s->offset : 0;
		return true;
	}
	return false;
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
		for (; next < plan->codes && record->functions < HUD_CODE_FUNCTIONS_MAX; next++)
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

static void plan_take(void *context, uint32_t object, const struct plan *plan)
{
	const struct visit *v = context;
	const struct build_id *id = object_build_id(v->report->objects, object);
	struct hud_code *record;

	/* Nothing else says which mappings are of this file. */
	if (!plan->codes || !id->bytes)
		return;
	record = malloc(sizeof(*record) +
			HUD_CODE_FUNCTIONS_MAX * HUD_CODE_WORDS * sizeof(*record->function));
	if (record)
		code_write(v, id, plan, record);
	free(record);
}

void plan_report_write(struct plan_report *r, uint64_t now_ns)
{
	struct visit visit = {r, now_ns};

	object_table_each_new(r->objects, plan_take, &visit);
}
