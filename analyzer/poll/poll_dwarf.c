/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/poll/poll_dwarf.h"
#include "analyzer/dwarf/lines.h"
#include "analyzer/dwarf/name.h"
#include "analyzer/dwarf/scopes.h"
#include "analyzer/dwarf/type.h"
#include "analyzer/names/fold.h"

#include <dwarf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How many wrappers around a future are removed at most. */
enum { WRAPPERS = 16 };

/* The sites in the code of one unit. */
struct batch {
	struct plan_polls *polls;
	const struct plan_poll_source *source;
	struct dwarf_unit *unit;
	uint64_t *address; /* of the sites, ascending */
	size_t *index;     /* of the sites, in `polls` */
	size_t count;
};

static int file_set(struct plan_polls *polls, struct plan_poll *poll,
		    const struct dwarf_lines *lines, uint64_t number, const char *directory)
{
	const struct dwarf_source *from =
		number < lines->source_count ? &lines->sources[number] : NULL;
	struct text path = {0};

	if (!from || !from->name)
		return 0;
	if (from->name[0] != '/') {
		const char *before = from->directory ? from->directory : directory;

		if (before) {
			text_add_string(&path, before);
			text_add(&path, "/", 1);
		}
	}
	text_add_string(&path, from->name);
	if (!path.failed)
		poll->file = text_pool_intern(&polls->pool, path.bytes, path.length);
	text_close(&path);
	return poll->file ? 0 : -ENOMEM;
}

/*
 * The type of the future without its wrappers: those that the rules and debug information agree on.
 */
static bool future_find(const struct batch *b, const struct dwarf_entry *function, const char *task,
			struct dwarf_entry *future)
{
	char *name = strdup(task);
	bool found = name && dwarf_parameter_type(function, NULL, future);

	for (int i = 0; found && i < WRAPPERS; i++) {
		struct text folded = {0};
		size_t length = 0;
		const char *inner = fold_first_argument(name, &length);
		char *next;

		fold_name(&folded, name);
		if (!length || !folded.bytes ||
		    !rules_has_role(b->source->rules, ROLE_WRAPPER, folded.bytes)) {
			text_close(&folded);
			break;
		}
		text_close(&folded);
		next = strndup(inner, length);
		free(name);
		name = next;
		found = name && dwarf_parameter_type(future, NULL, future);
	}
	free(name);
	return found;
}

static int place_read(const struct batch *b, const struct dwarf_entry *function,
		      struct plan_poll *poll)
{
	struct dwarf_entry future, declared;
	struct dwarf_value file, line;
	struct dwarf_lines lines = {0};
	int err;

	if (!future_find(b, function, poll->task, &future) ||
	    !dwarf_future_declaration(&future, &declared))
		return 0;
	file = dwarf_entry_value(&declared, DW_AT_decl_file);
	line = dwarf_entry_value(&declared, DW_AT_decl_line);
	poll->line = (uint32_t)dwarf_value_number(&line);
	err = dwarf_lines_sources(&lines, declared.unit);
	if (!err)
		err = file_set(b->polls, poll, &lines, dwarf_value_number(&file),
			       declared.unit->comp_dir);
	dwarf_lines_close(&lines);
	return err;
}

static int function_read(const struct batch *b, const struct dwarf_entry *function,
			 struct plan_poll *poll)
{
	struct dwarf_found name = dwarf_integrated(function, DW_AT_name);
	const char *text = name.unit ? dwarf_unit_text(name.unit, &name.value) : NULL;
	int err;

	if (!text)
		return 0;
	err = plan_poll_set_types(b->polls, poll, text);
	return err || !poll->task ? err : place_read(b, function, poll);
}

static int batch_read(const struct batch *b)
{
	struct dwarf_wanted wanted = {b->address, b->count};
	struct dwarf_scopes scopes = {0};
	int err = dwarf_scopes_read(&scopes, b->unit, &wanted);

	for (size_t i = 0; !err && i < b->count; i++) {
		uint32_t chain[DWARF_CHAIN];
		size_t depth = dwarf_scopes_chain(&scopes, b->address[i], chain);
		struct dwarf_entry function;

		if (depth &&
		    dwarf_entry_read(b->unit, scopes.scopes[chain[depth - 1]].offset, &function) &&
		    function.kind)
			err = function_read(b, &function, &b->polls->item[b->index[i]]);
	}
	dwarf_scopes_close(&scopes);
	return err;
}

/* Takes all sites of the unit that site `first` is in, and removes them from `units`. */
static void batch_fill(struct batch *b, size_t first, struct dwarf_unit **units)
{
	b->count = 0;
	b->unit = units[first];
	for (size_t i = first; i < b->polls->count; i++) {
		if (units[i] != b->unit)
			continue;
		b->address[b->count] = b->polls->item[i].site.address;
		b->index[b->count++] = i;
		units[i] = NULL;
	}
}

int plan_polls_read_dwarf(struct plan_polls *polls, const struct plan_poll_source *source)
{
	size_t count = polls->count;
	struct dwarf_unit **units = calloc(count + 1, sizeof(struct dwarf_unit *));
	struct batch b = {.polls = polls, .source = source};
	int err = 0;

	b.address = calloc(count + 1, sizeof(*b.address));
	b.index = calloc(count + 1, sizeof(*b.index));
	if (!units || !b.address || !b.index)
		err = -ENOMEM;
	for (size_t i = 0; !err && i < count; i++)
		units[i] = dwarf_index_unit(source->debug, polls->item[i].site.address);
	for (size_t i = 0; !err && i < count; i++) {
		if (!units[i])
			continue;
		batch_fill(&b, i, units);
		err = batch_read(&b);
	}
	free(units);
	free(b.address);
	free(b.index);
	return err;
}
