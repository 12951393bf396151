/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan/print_text.h"
#include "analyzer/base/words.h"

#include <inttypes.h>
#include <string.h>

static size_t polls_with(const struct plan_polls *polls, uint32_t flag)
{
	size_t count = 0;

	for (size_t i = 0; i < polls->count; i++)
		count += (polls->item[i].site.site_flags & flag) != 0;
	return count;
}

static size_t polls_named(const struct plan_polls *polls)
{
	size_t count = 0;

	for (size_t i = 0; i < polls->count; i++)
		count += polls->item[i].task != NULL;
	return count;
}

static void print_version(FILE *to, const struct plan_version *v)
{
	if (v->known)
		fprintf(to, " %u.%u.%u", v->major, v->minor, v->patch);
	else
		fputs(" of unknown version", to);
}

static void print_schedulers(FILE *to, const struct plan_runtime *r)
{
	for (uint16_t i = 0; i < r->identity->schedulers; i++)
		fprintf(to, "%s %s", i ? " and" : "",
			plan_names_scheduler(&r->names, r->identity->scheduler[i].kind));
}

static bool has_scheduler(const struct hud_plan_identity *identity, uint32_t kind)
{
	for (uint16_t i = 0; i < identity->schedulers; i++)
		if (identity->scheduler[i].kind == kind)
			return true;
	return false;
}

static void print_missing(FILE *to, const struct plan_runtime *r)
{
	const struct hud_plan_identity *identity = r->identity;

	for (size_t i = 0; i < PLAN_SCHEDULERS; i++)
		if (!has_scheduler(identity, plan_scheduler_kinds[i].kind))
			fprintf(to,
				"  the state of %s is not known: if it is used, its polls are "
				"recognized by stack traces only\n",
				plan_names_scheduler(&r->names, plan_scheduler_kinds[i].kind));
	if (!(identity->identity_flags & HUD_IDENTITY_TASK))
		fputs("  the place of the task's id is not known: polls are distinguished by the "
		      "scheduler's tick only\n",
		      to);
	for (uint16_t i = 0; i < identity->schedulers; i++)
		if (identity->scheduler[i].queue_kind == HUD_QUEUE_UNKNOWN)
			fprintf(to,
				"  the run queue of %s cannot be read: its length is not known\n",
				plan_names_scheduler(&r->names, identity->scheduler[i].kind));
	if (!r->pool)
		fputs("  the queue of the blocking pool cannot be read: its length is not known\n",
		      to);
}

static void print_identity(FILE *to, const struct plan_runtime *r)
{
	if (!r->identity) {
		fprintf(to,
			"  the state of its workers is not known: %s\n"
			"    %s\n",
			r->problem,
			r->block ? "hud-record learns it by watching the process while it works"
				 : "so polls and parks are distinguished by stack traces only");
		return;
	}
	fputs("  the state of its workers is", to);
	if (r->identity->identity_flags & HUD_IDENTITY_KNOWN)
		fputs(" known from debug information:", to);
	else
		fputs(" assumed from builds of the same versions, and confirmed while recording:",
		      to);
	print_schedulers(to, r);
	fputc('\n', to);
	print_missing(to, r);
}

/* Without its wakes a task's life cannot be divided; without the others it has no end or parent. */
static void print_hooks(FILE *to, const struct plan_polls *polls)
{
	bool seen[HUD_HOOK_LAST + 1] = {false};

	for (size_t i = 0; i < polls->hooks; i++)
		seen[polls->hook[i].hook] = true;
	if (!seen[HUD_HOOK_WAKE])
		fputs("  the functions that wake a task are not known: --polls cannot say how long "
		      "tasks were ready\n",
		      to);
	if (!seen[HUD_HOOK_SPAWN] && !seen[HUD_HOOK_BIND])
		fputs("  the function that all tasks are spawned by is not known\n", to);
	if (!seen[HUD_HOOK_END])
		fputs("  the function that all tasks end in is not known\n", to);
}

static void print_polls(FILE *to, const struct plan_polls *polls)
{
	size_t cheap = polls_with(polls, HUD_POLL_SITE_CHEAP), named = polls_named(polls);

	if (!polls->count) {
		fputs("  no poll sites: --polls cannot time single polls\n", to);
		return;
	}
	fprintf(to, "  %zu poll sites, %zu of them in the blocking pool%s\n", polls->count,
		polls_with(polls, HUD_POLL_SITE_BLOCKING),
		polls->by_shape ? ", found without symbols" : "");
	if (cheap < polls->count)
		fprintf(to, "  %zu of them begin with an instruction that is costly to probe\n",
			polls->count - cheap);
	if (named < polls->count)
		fprintf(to, "  the task's type is not known at %zu of them\n",
			polls->count - named);
	if (polls->left_out)
		fprintf(to, "  %zu more are left out: a plan has no room for them\n",
			polls->left_out);
	print_hooks(to, polls);
}

/* What hud-record tasks can read. */
static void print_tasks(FILE *to, const struct plan_runtime *r)
{
	const struct plan_tasks *tasks = &r->descent.tasks;
	size_t known = 0;

	for (size_t i = 0; i < tasks->types; i++)
		known += tasks->type[i].node != HUD_NO_NODE;
	if (!r->task_lists)
		fputs("  its tasks cannot be listed: where the runtime keeps them is not known\n",
		      to);
	else if (!r->task_lists->roots)
		fputs("  its tasks can be listed, by a search; what they wait for is not known "
		      "without debug information\n",
		      to);
	else
		fprintf(to,
			"  its tasks can be listed; what they wait for is known for %zu of %zu "
			"functions%s\n",
			known, tasks->types,
			r->descent.cut ? ", and not whole: there are too many types" : "");
}

static void print_runtime(FILE *to, const struct plan_runtime *r)
{
	if (!r->present)
		return;
	fprintf(to, "  %s", r->names.name[NAME_RUNTIME]);
	print_version(to, &r->version);
	if (r->compiler.known) {
		fputs(", built by rustc", to);
		print_version(to, &r->compiler);
	}
	fputc('\n', to);
	print_identity(to, r);
	print_polls(to, &r->polls);
	print_tasks(to, r);
}

static void print_gaps(FILE *to, const struct plan_built *b)
{
	const struct hud_plan_numbers *n = &b->numbers;

	if (!b->unwind_information) {
		fputs("  no unwind information: stacks end in it unless it keeps frame pointers\n",
		      to);
		return;
	}
	if (n->gap_bytes)
		fprintf(to,
			"  %.2f%% of its code has no unwind information: "
			"stacks need frame pointers there\n",
			plan_built_percent(b, n->gap_bytes));
	if (n->unsupported_bytes)
		fprintf(to,
			"  %.2f%% of its code has unwind information that hud does not support: "
			"stacks end there\n",
			plan_built_percent(b, n->unsupported_bytes));
	if (b->damaged || b->skipped)
		fprintf(to,
			"  its unwind information is damaged: %" PRIu64
			" functions could not be read%s\n",
			b->skipped, b->damaged ? ", and all that follow the damage" : "");
	if (b->rules_dropped)
		fprintf(to,
			"  more than %u distinct unwind rules: %" PRIu64
			" ranges of code have none\n",
			HUD_PLAN_RULES_MAX, b->rules_dropped);
}

void plan_print_text(FILE *to, const struct plan_built *b, const char *object, const char *output)
{
	char text[WORD_BYTES], kernel[WORD_BYTES], file[WORD_BYTES], time[WORD_BYTES];

	fprintf(to, "%s: %zu rows, %zu rules for %s of code, in %s; %s in the kernel; %s in %s\n",
		object, b->rows, b->rules, bytes_word(text, (int64_t)b->numbers.text_bytes),
		duration_word(time, (int64_t)b->numbers.build_ns),
		bytes_word(kernel, (int64_t)b->content_bytes), bytes_word(file, (int64_t)b->bytes),
		output);
	print_gaps(to, b);
	print_runtime(to, &b->runtime);
	if (!b->head.build_id_bytes)
		fputs("  no build-id, and too much code for a hash: "
		      "hud-record cannot use this plan\n",
		      to);
	else if (plan_by_hash(&b->head))
		fputs("  no build-id: identified by a hash of its code\n", to);
}
