/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan/print.h"

#include <inttypes.h>

#define RUNTIME "tokio"

static const struct scheduler_name {
	uint32_t kind;
	const char *name;
} scheduler_names[] = {
	{HUD_SCHEDULER_MULTI_THREAD, "multi_thread"},
	{HUD_SCHEDULER_CURRENT_THREAD, "current_thread"},
};

static const char *scheduler_name(uint32_t kind)
{
	for (size_t i = 0; i < sizeof(scheduler_names) / sizeof(scheduler_names[0]); i++)
		if (scheduler_names[i].kind == kind)
			return scheduler_names[i].name;
	return NULL;
}

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

static void print_schedulers(FILE *to, const struct hud_plan_identity *identity)
{
	for (uint16_t i = 0; i < identity->schedulers; i++)
		fprintf(to, "%s %s", i ? " and" : "", scheduler_name(identity->scheduler[i].kind));
}

static bool has_scheduler(const struct hud_plan_identity *identity, uint32_t kind)
{
	for (uint16_t i = 0; i < identity->schedulers; i++)
		if (identity->scheduler[i].kind == kind)
			return true;
	return false;
}

static void print_missing(FILE *to, const struct hud_plan_identity *identity)
{
	for (size_t i = 0; i < sizeof(scheduler_names) / sizeof(scheduler_names[0]); i++)
		if (!has_scheduler(identity, scheduler_names[i].kind))
			fprintf(to,
				"  nothing is known of %s: if it has that, polls there are told by stacks\n",
				scheduler_names[i].name);
	if (!(identity->identity_flags & HUD_IDENTITY_TASK))
		fputs("  the task's id is not known: one poll is told from the next by ticks alone\n",
		      to);
	for (uint16_t i = 0; i < identity->schedulers; i++)
		if (identity->scheduler[i].queue_kind == HUD_QUEUE_UNKNOWN)
			fprintf(to, "  how many tasks wait behind one of %s is not known\n",
				scheduler_name(identity->scheduler[i].kind));
}

static void print_identity(FILE *to, const struct plan_runtime *r)
{
	if (!r->identity) {
		fprintf(to,
			"  the state of its workers is not known: %s\n"
			"    so polls are told from parks by their stacks\n",
			r->problem);
		return;
	}
	fputs("  the state of its workers is", to);
	if (r->identity->identity_flags & HUD_IDENTITY_KNOWN)
		fputs(" known by debug information:", to);
	else
		fputs(" guessed by builds like it, and has to be confirmed:", to);
	print_schedulers(to, r->identity);
	fputc('\n', to);
	print_missing(to, r->identity);
}

static void print_polls(FILE *to, const struct plan_polls *polls)
{
	size_t cheap = polls_with(polls, HUD_POLL_SITE_CHEAP), named = polls_named(polls);

	if (!polls->count) {
		fputs("  no poll sites: polls cannot be timed one by one\n", to);
		return;
	}
	fprintf(to, "  %zu poll sites, %zu of them of the blocking pool%s\n", polls->count,
		polls_with(polls, HUD_POLL_SITE_BLOCKING),
		polls->by_shape ? ", found without symbols" : "");
	if (cheap < polls->count)
		fprintf(to, "  %zu of them begin with an instruction that is costly to probe\n",
			polls->count - cheap);
	if (named < polls->count)
		fprintf(to, "  of %zu the task's type is not known\n", polls->count - named);
	if (polls->left_out)
		fprintf(to, "  a plan has no room for %zu more\n", polls->left_out);
}

void plan_print_runtime(FILE *to, const struct plan_runtime *r)
{
	if (!r->present)
		return;
	fputs("  " RUNTIME, to);
	print_version(to, &r->version);
	if (r->compiler.known) {
		fputs(", built by rustc", to);
		print_version(to, &r->compiler);
	}
	fputc('\n', to);
	print_identity(to, r);
	print_polls(to, &r->polls);
}

static void json_version(FILE *to, const char *name, const struct plan_version *v)
{
	if (v->known)
		fprintf(to, ",\"%s\":\"%u.%u.%u\"", name, v->major, v->minor, v->patch);
	else
		fprintf(to, ",\"%s\":null", name);
}

static void json_tag(FILE *to, const char *name, const struct hud_plan_tag *tag)
{
	if (tag->bytes)
		fprintf(to, ",\"%s\":{\"offset\":%u,\"bytes\":%u,\"value\":%" PRIu64 "}", name,
			tag->offset, tag->bytes, tag->value);
	else
		fprintf(to, ",\"%s\":null", name);
}

static void json_queue(FILE *to, const struct hud_plan_scheduler *s)
{
	static const char *const kinds[] = {
		[HUD_QUEUE_RING] = "ring",
		[HUD_QUEUE_LENGTH] = "length",
		[HUD_QUEUE_WRAPPED] = "wrapped",
	};

	if (s->queue_kind == HUD_QUEUE_UNKNOWN) {
		fputs(",\"queue\":null", to);
		return;
	}
	fprintf(to,
		",\"queue\":{\"kind\":\"%s\",\"bytes\":%u,\"offset\":%u,\"head\":%u,\"tail\":%u,"
		"\"room\":%u}",
		kinds[s->queue_kind], s->queue_bytes, s->queue, s->queue_head, s->queue_tail,
		s->queue_room);
}

static void json_scheduler(FILE *to, const struct hud_plan_scheduler *s)
{
	fprintf(to, "{\"kind\":\"%s\",\"context\":%" PRId64 ",\"core\":%u", scheduler_name(s->kind),
		s->context, s->core);
	json_tag(to, "variant", &s->variant);
	json_tag(to, "parked", &s->parked);
	fprintf(to, ",\"tick\":%u,\"lifo\":", s->tick);
	if (s->lifo == HUD_NO_OFFSET)
		fputs("null", to);
	else
		fprintf(to, "%u", s->lifo);
	json_queue(to, s);
	fputc('}', to);
}

static void json_identity(FILE *to, const struct hud_plan_identity *identity)
{
	uint16_t flags = identity->identity_flags;

	fprintf(to, "{\"known\":%s,\"task\":", flags & HUD_IDENTITY_KNOWN ? "true" : "false");
	if (flags & HUD_IDENTITY_TASK)
		fprintf(to, "%" PRId64, identity->task);
	else
		fputs("null", to);
	fputs(",\"task_tag\":", to);
	if (flags & HUD_IDENTITY_TASK_TAG)
		fprintf(to, "%" PRId64, identity->task_tag);
	else
		fputs("null", to);
	if (flags & HUD_IDENTITY_BUDGET)
		fprintf(to, ",\"budget\":%" PRId64, identity->budget);
	else
		fputs(",\"budget\":null", to);
	if (flags & HUD_IDENTITY_HEADER)
		fprintf(to, ",\"task_header\":{\"vtable\":%u,\"id\":%u}", identity->task_vtable,
			identity->task_id);
	else
		fputs(",\"task_header\":null", to);
	fputs(",\"schedulers\":[", to);
	for (uint16_t i = 0; i < identity->schedulers; i++) {
		if (i)
			fputc(',', to);
		json_scheduler(to, &identity->scheduler[i]);
	}
	fputs("]}", to);
}

static void json_poll(FILE *to, const struct plan_poll *p)
{
	fprintf(to, "{\"address\":%" PRIu64 ",\"task\":", p->site.address);
	plan_print_string(to, p->task);
	fputs(",\"file\":", to);
	plan_print_string(to, p->file);
	if (p->line)
		fprintf(to, ",\"line\":%u", p->line);
	else
		fputs(",\"line\":null", to);
	fputs(",\"scheduler\":", to);
	plan_print_string(to, scheduler_name(p->site.kind));
	fprintf(to, ",\"blocking_pool\":%s,\"cheap\":%s}",
		!p->task && !p->scheduled                     ? "null"
		: p->site.site_flags & HUD_POLL_SITE_BLOCKING ? "true"
							      : "false",
		p->site.site_flags & HUD_POLL_SITE_CHEAP ? "true" : "false");
}

void plan_print_runtime_json(FILE *to, const struct plan_runtime *r)
{
	if (!r->present) {
		fputs("null", to);
		return;
	}
	fputs("{\"name\":\"" RUNTIME "\"", to);
	json_version(to, "version", &r->version);
	json_version(to, "rustc", &r->compiler);
	fputs(",\"identity\":", to);
	if (r->identity)
		json_identity(to, r->identity);
	else
		fputs("null", to);
	fputs(",\"identity_problem\":", to);
	plan_print_string(to, r->problem);
	fprintf(to, ",\"poll_sites_by\":\"%s\",\"poll_sites\":[",
		r->polls.by_shape ? "shape" : "symbols");
	for (size_t i = 0; i < r->polls.count; i++) {
		if (i)
			fputc(',', to);
		json_poll(to, &r->polls.item[i]);
	}
	fputs("]}", to);
}
