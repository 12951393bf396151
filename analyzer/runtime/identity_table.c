/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/runtime/identity_table.h"
#include "analyzer/base/bytes.h"
#include "analyzer/base/embedded.h"
#include "format/wire/events.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the rules file. */
enum { COLUMN_ITEM, COLUMN_VERSIONS, COLUMN_COMPILERS, COLUMN_FIELDS };
enum { FIELD_NUMBERS = 4 };

struct guess {
	const struct plan_table_source *source;
	const struct rules_file *file;
	const char *drivers; /* "", "-io" or "-signal": which drivers the program has */
	struct hud_plan_identity *out;
	uint64_t context; /* offset of the runtime's thread-local in the thread-local block */
	const struct rules_line *layout; /* row of that thread-local; NULL */
};

/* "1.29": as one number that can be compared. */
static bool minor_version_read(const char **at, uint64_t *out)
{
	char *end;
	unsigned long major = strtoul(*at, &end, 10);

	if (end == *at || *end != '.')
		return false;
	*out = (uint64_t)major << 32 | (uint32_t)strtoul(end + 1, &end, 10);
	*at = end;
	return true;
}

/*
 * "1.29-1.43", "1.44-", "1.63": minor versions, both ends included. A range without an end is of
 * one major version.
 */
static bool in_range(const char *range, const struct plan_version *v)
{
	uint64_t own = (uint64_t)v->major << 32 | v->minor;
	uint64_t low, high;

	if (!v->known || !minor_version_read(&range, &low))
		return false;
	if (!*range)
		return own == low;
	range++;
	if (!minor_version_read(&range, &high))
		high = low | UINT32_MAX;
	return own >= low && own <= high;
}

/* "name=1:2:3" among fields that commas separate; missing numbers are 0. */
static bool field(const struct rules_line *rule, const char *name, uint64_t out[FIELD_NUMBERS])
{
	size_t length = strlen(name);
	const char *at = rule->words[COLUMN_FIELDS];

	memset(out, 0, FIELD_NUMBERS * sizeof(*out));
	for (; at; at = strchr(at, ','), at += at ? 1 : 0) {
		char *end = (char *)(uintptr_t)at + length;

		if (strncmp(at, name, length) != 0 || *end != '=')
			continue;
		for (int i = 0; i < FIELD_NUMBERS && (*end == '=' || *end == ':'); i++)
			out[i] = strtoull(end + 1, &end, 10);
		return true;
	}
	return false;
}

static uint32_t number(const struct rules_line *rule, const char *name, uint32_t otherwise)
{
	uint64_t value[FIELD_NUMBERS];

	return field(rule, name, value) ? (uint32_t)value[0] : otherwise;
}

static struct hud_plan_tag tag(const struct rules_line *rule, const char *name)
{
	uint64_t value[FIELD_NUMBERS];

	field(rule, name, value);
	return (struct hud_plan_tag) {
		.offset = (uint32_t)value[0], .bytes = (uint32_t)value[1], .value = value[2]};
}

/* The first row of this item for both versions and, where `bytes` is not 0, for that size. */
static const struct rules_line *row_find(const struct guess *g, const char *item,
					 const char *suffix, uint64_t bytes)
{
	size_t length = strlen(item);

	for (size_t i = 0; i < g->file->count; i++) {
		const struct rules_line *rule = &g->file->lines[i];
		const char *own = rule->words[COLUMN_ITEM];

		if (!strncmp(own, item, length) && !strcmp(own + length, suffix) &&
		    in_range(rule->words[COLUMN_VERSIONS], &g->source->version) &&
		    in_range(rule->words[COLUMN_COMPILERS], &g->source->compiler) &&
		    (!bytes || number(rule, "bytes", 0) == bytes))
			return rule;
	}
	return NULL;
}

static bool has_symbol(const struct plan_table_source *s, enum plan_name mark)
{
	for (size_t i = 0; i < s->symbols->count; i++)
		if (pattern_matches(s->names->name[mark], s->symbols->items[i].name))
			return true;
	return false;
}

static bool place(const struct guess *g, uint64_t value, int64_t *out)
{
	return value <= UINT64_MAX - POINTER_BYTES &&
	       plan_tls_offset(g->source->tls, value + POINTER_BYTES - 1, out) &&
	       plan_tls_offset(g->source->tls, value, out);
}

static void task_guess(struct guess *g)
{
	uint64_t task[FIELD_NUMBERS], task_tag[FIELD_NUMBERS];

	if (!g->layout || !field(g->layout, "task", task) ||
	    !place(g, g->context + task[0], &g->out->task))
		return;
	g->out->identity_flags |= HUD_IDENTITY_TASK;
	if (field(g->layout, "tag", task_tag) &&
	    place(g, g->context + task_tag[0], &g->out->task_tag))
		g->out->identity_flags |= HUD_IDENTITY_TASK_TAG;
}

/* The thread-local of the whole runtime, or in older versions one of this scheduler. */
static bool context_guess(const struct guess *g, const struct plan_scheduler_kind *kind,
			  int64_t *out)
{
	const char *own = g->source->names->name[kind->names + OF_VARIABLE];
	const struct plan_tls_symbol *symbol;
	uint64_t scheduler[FIELD_NUMBERS];

	if (g->layout && field(g->layout, "scheduler", scheduler))
		return place(g, g->context + scheduler[0], out);
	symbol = plan_tls_match(g->source->tls, own);
	return symbol && symbol->bytes == POINTER_BYTES && place(g, symbol->value, out);
}

static void queue_guess(const struct rules_line *row, struct hud_plan_scheduler *s)
{
	uint64_t v[FIELD_NUMBERS];

	s->queue_bytes = POINTER_BYTES;
	if (field(row, "ring", v)) {
		s->queue_kind = HUD_QUEUE_RING;
		s->queue_bytes = (uint16_t)v[0];
		s->queue = (uint32_t)v[1];
		s->queue_head = (uint32_t)v[2];
		s->queue_tail = (uint32_t)v[3];
	} else if (field(row, "length", v)) {
		s->queue_kind = HUD_QUEUE_LENGTH;
		s->queue = (uint32_t)v[0];
		s->queue_tail = (uint32_t)v[1];
	} else if (field(row, "wrapped", v)) {
		s->queue_kind = HUD_QUEUE_WRAPPED;
		s->queue = (uint32_t)v[0];
		s->queue_head = (uint32_t)v[1];
		s->queue_tail = (uint32_t)v[2];
		s->queue_room = (uint32_t)v[3];
	}
}

static void scheduler_guess(struct guess *g, const struct plan_scheduler_kind *kind)
{
	struct hud_plan_scheduler s = {.kind = kind->kind};
	bool single = kind->kind == HUD_SCHEDULER_CURRENT_THREAD;
	const struct rules_line *row = row_find(g, kind->item, single ? g->drivers : "", 0);

	if (!row || !context_guess(g, kind, &s.context))
		return;
	s.core = number(row, "core", 0);
	s.variant = tag(row, "variant");
	s.parked = tag(row, "parked");
	s.tick = number(row, "tick", 0);
	s.lifo = number(row, "lifo", HUD_NO_OFFSET);
	queue_guess(row, &s);
	g->out->scheduler[g->out->schedulers++] = s;
}

static const char *guess_problem(const struct plan_table_source *s)
{
	if (s->tls->machine != EM_X86_64)
		return "no debug information; layouts of other builds are known for x86-64 only";
	if (!s->tls->has_symbols)
		return "neither debug information nor symbols";
	if (!s->version.known)
		return "no debug information, and the runtime's version is not known";
	if (!s->compiler.known)
		return "no debug information, and the version of rustc is not known";
	return NULL;
}

static void identity_guess(struct guess *g)
{
	const struct plan_table_source *s = g->source;
	const struct plan_tls_symbol *context =
		plan_tls_match(s->tls, s->names->name[NAME_CONTEXT_VARIABLE]);

	if (context) {
		g->context = context->value;
		g->layout = row_find(g, "context", "", context->bytes);
	}
	g->drivers = has_symbol(s, NAME_DRIVER_SIGNAL) ? "-signal"
		     : has_symbol(s, NAME_DRIVER_IO)   ? "-io"
						       : "";
	task_guess(g);
	for (size_t i = 0; i < PLAN_SCHEDULERS; i++)
		scheduler_guess(g, &plan_scheduler_kinds[i]);
}

int plan_identity_read_table(struct hud_plan_identity *out, const struct plan_table_source *source,
			     const char **problem)
{
	struct guess g = {.source = source, .out = out};
	struct rules_file file;
	int err;

	memset(out, 0, sizeof(*out));
	*problem = guess_problem(source);
	if (*problem)
		return 0;
	err = rules_file_open(&file, embedded_text(source->names->name[NAME_LAYOUTS]));
	if (err)
		return err;
	g.file = &file;
	identity_guess(&g);
	rules_file_close(&file);
	if (!out->schedulers) {
		out->identity_flags = 0;
		*problem = "no debug information, and no layout of these versions of the runtime "
			   "and of rustc is known";
	}
	return 0;
}
