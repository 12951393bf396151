/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/poll/code.h"
#include "analyzer/base/key_map.h"
#include "analyzer/image/instruction.h"
#include "analyzer/image/references.h"
#include "analyzer/poll/poll_calls.h"
#include "format/base/array.h"
#include "format/wire/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * The function in a task's table only jumps to the one that polls, or is that one. All tasks of one
 * scheduler share the function that schedules them; that of the blocking pool, whose tasks are
 * never scheduled again, panics, and so refers to its source file.
 */
enum { CALLER_DEPTH = 3, CALLER_BYTES_MAX = 512 };
enum { JUMP_BYTES_MAX = 16, SCHEDULE_DEPTH = 3, SCHEDULE_BYTES_MAX = 512 };

static const struct {
	enum plan_name name;
	uint32_t flag;
	bool path; /* of a panic's source file; else its message */
} marks[] = {
	{NAME_CODE_IN_PLACE, HUD_CODE_IN_PLACE, false}, {NAME_CODE_EXIT, HUD_CODE_IN_PLACE, false},
	{NAME_CODE_ENTER, HUD_CODE_ENTER, false},       {NAME_CODE_POOL, HUD_CODE_POOL, true},
	{NAME_CODE_MULTI, HUD_CODE_WORKER, true},       {NAME_CODE_SINGLE, HUD_CODE_SINGLE, true},
};

struct finding {
	struct plan_codes *out;
	size_t room;
	const struct plan_poll_source *source;
	const struct plan_functions *functions;
	struct key_map paths; /* flags of a source file, by the address of its path */
	bool found, failed;
};

static void code_add(struct finding *f, const struct plan_function *function, uint64_t site,
		     uint32_t flags)
{
	struct plan_codes *out = f->out;

	if (!function || function->end - function->start > UINT32_MAX || f->failed)
		return;
	if (!array_grow(&out->item, out->count, &f->room, sizeof(*out->item))) {
		f->failed = true;
		return;
	}
	out->item[out->count++] = (struct hud_plan_code) {
		function->start, site, (uint32_t)(function->end - function->start), flags};
}

static bool path_matches(const struct plan_location *at, const char *pattern)
{
	char path[1025];

	if (at->bytes >= sizeof(path))
		return false;
	memcpy(path, at->path, at->bytes);
	path[at->bytes] = 0;
	return pattern_matches(pattern, path);
}

static void schedule_take(void *context, uint64_t from, uint64_t to)
{
	struct finding *f = context;
	struct plan_location at;

	(void)from;
	if (!f->found && plan_location_at(f->source->image, to, &at))
		f->found = path_matches(&at, f->source->names->name[NAME_CODE_NEVER]);
}

/* Does it, or a short function that it calls, refer to the source of a schedule that panics? */
static bool never_scheduled(struct finding *f, uint64_t address, int depth)
{
	const struct plan_image *image = f->source->image;
	const struct plan_function *function = plan_functions_from(f->functions, address);
	size_t left, step = image->machine == EM_X86_64 ? 1 : 4;
	const uint8_t *at = function ? plan_image_at(image, address, &left) : NULL;
	uint64_t bytes = at ? function->end - function->start : 0;

	if (!at || bytes > left || bytes > SCHEDULE_BYTES_MAX)
		return false;
	f->found = false;
	plan_references_each(image, function->start, function->end, schedule_take, f);
	for (size_t i = 0; i < bytes && !f->found && depth + 1 < SCHEDULE_DEPTH; i += step) {
		uint64_t target = plan_instruction_target(image, at + i, bytes - i, address + i);

		if (target && target != address)
			f->found = never_scheduled(f, target, depth + 1);
	}
	return f->found;
}

/* Marks those of the blocking pool. False: it is not known which are. */
static bool closures_find(struct finding *f, struct plan_polls *polls)
{
	struct key_map known = {0}; /* by the function that schedules: `no` or `yes` */
	static char no, yes;
	bool any = false;

	for (size_t i = 0; i < polls->count && !f->failed; i++) {
		struct hud_plan_poll_site *site = &polls->item[i].site;
		const struct plan_vtable *vtable = plan_vtable_of(f->source, site->address);
		uint64_t schedule = vtable ? vtable->function[PLAN_VTABLE_SCHEDULE] : 0;
		char *closure = schedule ? key_map_find(&known, schedule) : &no;

		if (!closure) {
			closure = never_scheduled(f, schedule, 0) ? &yes : &no;
			f->failed |= key_map_put(&known, schedule, closure) != 0;
		}
		if (closure == &yes) {
			site->site_flags |= HUD_POLL_SITE_BLOCKING;
			polls->item[i].scheduled = true;
		}
		any |= (site->site_flags & HUD_POLL_SITE_BLOCKING) != 0;
	}
	key_map_close(&known);
	return any;
}

/* The function that a poll site only jumps to; NULL: it does more. */
static const struct plan_function *jump_target(const struct finding *f,
					       const struct plan_function *site)
{
	size_t left;
	const uint8_t *at = plan_image_at(f->source->image, site->start, &left);
	uint64_t bytes = site->end - site->start;

	if (!at || bytes > JUMP_BYTES_MAX || bytes > left)
		return NULL;
	return plan_functions_from(
		f->functions,
		plan_instruction_target(f->source->image, at, (size_t)bytes, site->start));
}

static void polls_add(struct finding *f, struct plan_polls *polls)
{
	bool known = closures_find(f, polls);

	for (size_t i = 0; i < polls->count; i++) {
		const struct hud_plan_poll_site *site = &polls->item[i].site;
		const struct plan_function *function =
			plan_functions_from(f->functions, site->address);
		uint32_t flags = HUD_CODE_POLL;

		if (known)
			flags |= site->site_flags & HUD_POLL_SITE_BLOCKING ? HUD_CODE_CLOSURE
									   : HUD_CODE_TASK;
		code_add(f, function, site->address, flags);
		if (function)
			code_add(f, jump_target(f, function), site->address, flags);
	}
}

static uint32_t path_flags(struct finding *f, const struct plan_location *at)
{
	uint64_t key = (uint64_t)(uintptr_t)at->path;
	const char *known = key_map_find(&f->paths, key);
	static const char zero[256];
	uint32_t flags = 0;

	if (known)
		return (uint32_t)(known - zero);
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (marks[i].path && path_matches(at, f->source->names->name[marks[i].name]))
			flags |= marks[i].flag;
	f->failed |= key_map_put(&f->paths, key, (void *)(uintptr_t)&zero[flags]) != 0;
	return flags;
}

static void reference_take(void *context, uint64_t from, uint64_t to)
{
	struct finding *f = context;
	const struct plan_image *image = f->source->image;
	struct plan_location at;
	uint32_t flags = 0;

	if (plan_location_at(image, to, &at)) {
		flags = path_flags(f, &at);
	} else {
		for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
			if (!marks[i].path &&
			    plan_text_matches(image, to, f->source->names->name[marks[i].name]))
				flags |= marks[i].flag;
	}
	if (flags)
		code_add(f, plan_functions_at(f->functions, from), 0, flags);
}

/* Most of what a task does is in the function that polls it: it calls more than the closure. */
static bool polls_in(const struct plan_codes *out, uint64_t function)
{
	for (size_t i = 0; i < out->count; i++)
		if (out->item[i].address == function && out->item[i].code_flags & HUD_CODE_POLL)
			return true;
	return false;
}

static void caller_take(void *context, uint64_t from, uint64_t to)
{
	struct finding *f = context;
	const struct plan_function *caller = plan_functions_at(f->functions, from);

	if (caller && caller->start != to && caller->end - caller->start <= CALLER_BYTES_MAX &&
	    !polls_in(f->out, caller->start))
		code_add(f, caller, 0, HUD_CODE_IN_PLACE);
}

static int address_order(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/*
 * In debug builds it is a function of its own, called through short ones that only pass it on, that
 * has the message. Their caller is the function that calls the closure of block_in_place.
 */
static void callers_add(struct finding *f)
{
	size_t from = 0, count;
	uint64_t *targets;

	for (int depth = 0; depth < CALLER_DEPTH && !f->failed; depth++) {
		size_t end = f->out->count;

		targets = calloc(end - from + 1, sizeof(*targets));
		count = 0;
		f->failed = !targets;
		for (size_t i = from; targets && i < end; i++)
			if (f->out->item[i].code_flags & HUD_CODE_IN_PLACE)
				targets[count++] = f->out->item[i].address;
		if (count > 1)
			qsort(targets, count, sizeof(*targets), address_order);
		if (count)
			plan_calls_each(f->source->image, targets, count, caller_take, f);
		free(targets);
		from = end;
	}
}

static int code_order(const void *a, const void *b)
{
	const struct hud_plan_code *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

/* One item a function. The compiler may have merged what polls tasks of several types. */
static void codes_join(struct plan_codes *out)
{
	size_t kept = 0;

	if (out->count)
		qsort(out->item, out->count, sizeof(*out->item), code_order);
	for (size_t i = 0; i < out->count; i++) {
		const struct hud_plan_code *c = &out->item[i];
		struct hud_plan_code *last = kept ? &out->item[kept - 1] : NULL;

		if (!last || last->address != c->address) {
			out->item[kept++] = *c;
			continue;
		}
		if (c->code_flags & last->code_flags & HUD_CODE_POLL && c->site != last->site)
			last->site = 0;
		else if (c->code_flags & HUD_CODE_POLL)
			last->site = c->site;
		last->code_flags |= c->code_flags;
	}
	out->count = kept < HUD_PLAN_CODE_MAX ? kept : HUD_PLAN_CODE_MAX;
}

int plan_codes_find(struct plan_codes *out, struct plan_polls *polls,
		    const struct plan_poll_source *source, const struct plan_functions *functions)
{
	struct finding f = {.out = out, .source = source, .functions = functions};
	const struct plan_image *image = source->image;

	memset(out, 0, sizeof(*out));
	polls_add(&f, polls);
	for (size_t i = 0; i < image->texts && !f.failed; i++)
		plan_references_each(image, image->text[i].start, image->text[i].end,
				     reference_take, &f);
	callers_add(&f);
	key_map_close(&f.paths);
	if (f.failed) {
		plan_codes_close(out);
		return -ENOMEM;
	}
	codes_join(out);
	return 0;
}

void plan_codes_close(struct plan_codes *codes)
{
	free(codes->item);
	memset(codes, 0, sizeof(*codes));
}
