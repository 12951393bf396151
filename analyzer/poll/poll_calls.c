/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/poll/poll_calls.h"
#include "analyzer/base/sorted.h"
#include "analyzer/image/instruction.h"
#include "analyzer/names/demangle.h"
#include "analyzer/names/fold.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * In the legacy mangling the name of a poll function does not have the task's type, but the names
 * of functions that drop a value have its type. The function that frees a task calls the one that
 * drops its cell, whose type has the task's; and the function that schedules a task calls its
 * scheduler.
 */
enum { CALL_DEPTH = 3, FUNCTION_BYTES = 4096, NAMES_OF_ONE = 64 };

/* What a function of one task's vtable calls. */
struct calls {
	const struct plan_poll_source *source;
	enum plan_name follow; /* the calls of functions with this name are searched too */
	struct text holder;    /* the type that is dropped: "…Cell<TASK, SCHEDULER>" */
	bool ambiguous; /* it drops several: the compiler merged functions of several types */
	bool blocking;  /* it schedules on the blocking pool */
	uint32_t kind;  /* it calls a function of this scheduler; 0: of none */
};

static void holder_take(struct calls *c, const char *demangled)
{
	struct text folded = {0};
	size_t length, arguments = 0;
	const char *held = fold_first_argument(demangled, &length);
	char *type = length ? strndup(held, length) : NULL;

	if (type) {
		fold_name(&folded, type);
		fold_first_argument(type, &arguments);
	}
	if (folded.bytes && arguments &&
	    pattern_matches(c->source->names->name[NAME_POLL_HOLDER], folded.bytes)) {
		c->ambiguous |= c->holder.bytes && strcmp(c->holder.bytes, type) != 0;
		if (!c->holder.bytes)
			text_add_string(&c->holder, type);
	}
	text_close(&folded);
	free(type);
}

static void scheduler_take(struct calls *c, const char *demangled)
{
	const char *const *names = c->source->names->name;

	if (pattern_matches(names[NAME_POLL_POOL], demangled))
		c->blocking = true;
	else if (plan_names_kind_of(c->source->names, demangled))
		c->kind = plan_names_kind_of(c->source->names, demangled);
}

/* One name of a function that is called. True: its own calls are to be searched too. */
static bool name_take(struct calls *c, const char *linkage)
{
	struct text name = {0}, folded = {0};
	bool rust, further = false;

	demangle_name(&name, linkage, &rust);
	if (name.bytes)
		fold_name(&folded, name.bytes);
	if (folded.bytes && c->follow == NAME_POLL_SCHEDULING)
		scheduler_take(c, name.bytes);
	else if (folded.bytes &&
		 pattern_matches(c->source->names->name[NAME_POLL_DROP], name.bytes))
		holder_take(c, name.bytes);
	if (folded.bytes)
		further = pattern_matches(c->source->names->name[c->follow], folded.bytes);
	text_close(&name);
	text_close(&folded);
	return further;
}

static bool is_done(const struct calls *c)
{
	return c->holder.bytes || c->kind || c->blocking;
}

static void function_search(struct calls *c, uint64_t address, int depth);

static void call_follow(struct calls *c, uint64_t address, int depth)
{
	const struct elf_symbols *symbols = c->source->symbols;
	const struct elf_symbol *symbol = elf_symbols_starting(symbols, address);
	const struct elf_symbol *end = symbols->items + symbols->count;
	bool further = false;

	for (int i = 0; symbol && symbol < end && symbol->start == address && i < NAMES_OF_ONE;
	     symbol++, i++)
		further |= name_take(c, symbol->name);
	if (further && !is_done(c) && depth < CALL_DEPTH)
		function_search(c, address, depth + 1);
}

/* Searches the code of a function for calls, at each address where an instruction may begin. */
static void function_search(struct calls *c, uint64_t address, int depth)
{
	const struct plan_image *image = c->source->image;
	const struct elf_symbol *symbol = elf_symbols_starting(c->source->symbols, address);
	size_t step = image->machine == EM_X86_64 ? 1 : 4, left, bytes;
	const uint8_t *at = plan_image_at(image, address, &left);

	if (!at || !symbol)
		return;
	bytes = symbol->end - symbol->start < left ? (size_t)(symbol->end - symbol->start) : left;
	bytes = bytes < FUNCTION_BYTES ? bytes : FUNCTION_BYTES;
	for (size_t i = 0; i < bytes && !is_done(c); i += step) {
		uint64_t target = plan_instruction_target(image, at + i, bytes - i, address + i);

		if (target && target != address)
			call_follow(c, target, depth);
	}
}

const struct plan_vtable *plan_vtable_of(const struct plan_poll_source *s, uint64_t poll)
{
	size_t at = SORTED_BELOW(s->vtable, s->vtables, function[PLAN_VTABLE_POLL], poll);

	return at < s->vtables && s->vtable[at].function[PLAN_VTABLE_POLL] == poll ? &s->vtable[at]
										   : NULL;
}

static void scheduler_read(struct plan_poll *poll, const struct plan_poll_source *source,
			   const struct plan_vtable *vtable)
{
	struct calls c = {.source = source, .follow = NAME_POLL_SCHEDULING};

	function_search(&c, vtable->function[PLAN_VTABLE_SCHEDULE], 0);
	poll->site.kind = c.kind;
	if (c.blocking)
		poll->site.site_flags |= HUD_POLL_SITE_BLOCKING;
	poll->scheduled = c.kind || c.blocking;
}

static int type_read(struct plan_polls *polls, struct plan_poll *poll,
		     const struct plan_poll_source *source, const struct plan_vtable *vtable)
{
	struct calls c = {.source = source, .follow = NAME_POLL_FREEING};
	int err = 0;

	function_search(&c, vtable->function[PLAN_VTABLE_DEALLOC], 0);
	if (c.holder.bytes && !c.ambiguous)
		err = plan_poll_set_types(polls, poll, c.holder.bytes);
	if (c.holder.failed)
		err = -ENOMEM;
	text_close(&c.holder);
	return err;
}

int plan_polls_read_calls(struct plan_polls *polls, const struct plan_poll_source *source)
{
	int err = 0;

	for (size_t i = 0; !err && i < polls->count; i++) {
		struct plan_poll *poll = &polls->item[i];
		const struct plan_vtable *vtable = plan_vtable_of(source, poll->site.address);

		if (vtable && !poll->task)
			err = type_read(polls, poll, source, vtable);
		if (vtable && !poll->scheduler)
			scheduler_read(poll, source, vtable);
	}
	return err;
}
