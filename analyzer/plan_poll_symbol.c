/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/plan_poll.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/demangle.h"
#include "analyzer/fold.h"
#include "analyzer/plan_probe.h"

/*
 * Legacy names do not have the task's type, but those of the functions that drop a value of a type
 * do. So: the function that frees a task calls one that drops what holds it, and that says which.
 */
#define DROP "core::ptr::drop_in_place"

enum { FREEING_DEPTH = 3, FREEING_BYTES = 4096, NAMES_OF_ONE = 64 };

struct freeing {
	const struct plan_poll_source *source;
	struct text holder; /* what is dropped: "…Cell<TASK, SCHEDULER>" */
	bool ambiguous;     /* functions of several types were made one by the compiler */
};

static const struct elf_symbol *symbol_starting(const struct elf_symbols *s, uint64_t address)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->items[middle].start < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->count && s->items[low].start == address ? &s->items[low] : NULL;
}

static void holder_take(struct freeing *f, const char *demangled)
{
	struct text folded = {0};
	size_t length;
	const char *held = fold_first_argument(demangled, &length);
	char *type = length ? strndup(held, length) : NULL;

	if (type)
		fold_name(&folded, type);
	if (folded.bytes &&
	    pattern_matches(f->source->names->name[NAME_POLL_HOLDER], folded.bytes)) {
		f->ambiguous |= f->holder.bytes && strcmp(f->holder.bytes, type) != 0;
		if (!f->holder.bytes)
			text_add_string(&f->holder, type);
	}
	text_close(&folded);
	free(type);
}

static void freeing_look(struct freeing *f, uint64_t address, int depth);

/* What is called here: a function that drops a holder, or one more that frees. */
static void call_look(struct freeing *f, uint64_t address, int depth)
{
	const struct elf_symbols *symbols = f->source->symbols;
	const struct elf_symbol *symbol = symbol_starting(symbols, address);
	const struct elf_symbol *end = symbols->items + symbols->count;
	bool further = false;

	for (int i = 0; symbol && symbol < end && symbol->start == address && i < NAMES_OF_ONE;
	     symbol++, i++) {
		struct text name = {0}, folded = {0};
		bool rust;

		demangle_name(&name, symbol->name, &rust);
		if (name.bytes)
			fold_name(&folded, name.bytes);
		if (name.bytes && !strncmp(name.bytes, DROP, strlen(DROP)))
			holder_take(f, name.bytes);
		else if (folded.bytes &&
			 pattern_matches(f->source->names->name[NAME_POLL_FREEING], folded.bytes))
			further = true;
		text_close(&name);
		text_close(&folded);
	}
	if (further && depth < FREEING_DEPTH)
		freeing_look(f, address, depth + 1);
}

/* The code of one function, looked at for calls at every place where an instruction may begin. */
static void freeing_look(struct freeing *f, uint64_t address, int depth)
{
	const struct plan_image *image = f->source->image;
	const struct elf_symbol *symbol = symbol_starting(f->source->symbols, address);
	size_t step = image->machine == EM_X86_64 ? 1 : 4, left, bytes;
	const uint8_t *at = plan_image_at(image, address, &left);

	if (!at || !symbol)
		return;
	bytes = symbol->end - symbol->start < left ? (size_t)(symbol->end - symbol->start) : left;
	bytes = bytes < FREEING_BYTES ? bytes : FREEING_BYTES;
	for (size_t i = 0; i < bytes && !f->holder.bytes; i += step) {
		uint64_t target =
			plan_branch_target(image->machine, at + i, bytes - i, address + i);

		if (target && target != address)
			call_look(f, target, depth);
	}
}

static const struct plan_vtable *vtable_of(const struct plan_poll_source *s, uint64_t poll)
{
	size_t low = 0, high = s->vtables;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (s->vtable[middle].function[PLAN_VTABLE_POLL] < poll)
			low = middle + 1;
		else
			high = middle;
	}
	return low < s->vtables && s->vtable[low].function[PLAN_VTABLE_POLL] == poll
		       ? &s->vtable[low]
		       : NULL;
}

int plan_polls_symbols(struct plan_polls *polls, const struct plan_poll_source *source)
{
	int err = 0;

	for (size_t i = 0; !err && i < polls->count; i++) {
		struct plan_poll *poll = &polls->item[i];
		const struct plan_vtable *vtable =
			poll->task ? NULL : vtable_of(source, poll->site.address);
		struct freeing f = {.source = source};

		if (!vtable)
			continue;
		freeing_look(&f, vtable->function[PLAN_VTABLE_DEALLOC], 0);
		if (f.holder.bytes && !f.ambiguous)
			err = plan_poll_types(polls, poll, f.holder.bytes);
		if (f.holder.failed)
			err = -ENOMEM;
		text_close(&f.holder);
	}
	return err;
}
