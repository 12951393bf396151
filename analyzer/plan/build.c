/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan/build.h"
#include "format/base/clock.h"
#include "format/elf/text_hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool plan_by_hash(const struct hud_plan *head)
{
	return text_hash_is(head->build_id, head->build_id_bytes);
}

double plan_built_percent(const struct plan_built *b, uint64_t bytes)
{
	return b->numbers.text_bytes ? 100.0 * (double)bytes / (double)b->numbers.text_bytes : 0;
}

static void describe(struct plan_built *out, const struct unwind_object *o,
		     const struct unwind_rows *rows)
{
	out->head.machine = o->machine;
	out->head.build_id_bytes = (uint16_t)o->id.bytes;
	memcpy(out->head.build_id, o->id.byte, o->id.bytes);
	out->numbers.text_bytes = o->text_bytes;
	out->numbers.fdes = rows->fdes;
	out->numbers.unsupported_bytes = rows->unsupported_bytes;
	if (o->text_bytes > rows->covered_bytes)
		out->numbers.gap_bytes = o->text_bytes - rows->covered_bytes;
	out->rows = rows->rows;
	out->rules = rows->rules;
	out->pages = rows->pages;
	out->content_bytes = rows->rows * sizeof(*rows->row) + rows->rules * sizeof(*rows->rule) +
			     rows->pages * sizeof(*rows->page);
	out->rules_dropped = rows->rules_dropped;
	out->skipped = o->skipped;
	out->damaged = o->damaged;
	out->unwind_information = rows->fdes > 0;
}

/* The sites as the plan file has them; `*out` is to be freed. 0 or -ENOMEM. */
static int poll_sites_make(const struct plan_polls *polls, struct hud_plan_poll_site **out)
{
	*out = calloc(polls->count + 1, sizeof(**out));
	if (!*out)
		return -ENOMEM;
	for (size_t i = 0; i < polls->count; i++)
		(*out)[i] = polls->item[i].site;
	return 0;
}

int plan_build(struct plan_built *out, const struct unwind_object *o, uint64_t start_ns)
{
	struct depth_trace traced;
	struct unwind_rows rows;
	struct hud_plan_poll_site *poll_site = NULL;
	struct plan plan = {0};
	int err;

	memset(out, 0, sizeof(*out));
	err = depth_trace_read(&traced, o->elf[0], o->machine, o->frame, o->frames);
	if (err)
		return err;
	err = unwind_rows_build(&rows, o->frame, o->frames, o->segment, o->segments, &traced);
	depth_trace_free(&traced);
	if (err)
		return err;
	describe(out, o, &rows);
	err = plan_runtime_read(&out->runtime, o);
	if (!err)
		err = poll_sites_make(&out->runtime.polls, &poll_site);
	if (err)
		goto out;
	out->numbers.build_ns = clock_ns(CLOCK_MONOTONIC) - start_ns;
	plan.head = out->head;
	plan.numbers = out->numbers;
	plan.segment = o->segment;
	plan.segments = o->segments;
	unwind_rows_set(&rows, &plan);
	plan.identity = out->runtime.identity;
	plan.pool = out->runtime.pool;
	plan.thread_block = out->runtime.block;
	plan.poll_site = poll_site;
	plan.poll_sites = out->runtime.polls.count;
	plan.hook = out->runtime.polls.hook;
	plan.hooks = out->runtime.polls.hooks;
	plan.code = out->runtime.codes.item;
	plan.codes = out->runtime.codes.count;
	plan.tasks = out->runtime.descent.tasks;
	plan.tasks.lists = out->runtime.task_lists;
	err = plan_serialize(&plan, &out->data, &out->bytes);
out:
	if (err)
		plan_runtime_free(&out->runtime);
	free(poll_site);
	unwind_rows_free(&rows);
	return err;
}

void plan_built_free(struct plan_built *built)
{
	free(built->data);
	plan_runtime_free(&built->runtime);
	memset(built, 0, sizeof(*built));
}
