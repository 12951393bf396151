/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/facts/given.h"
#include "format/wire/records.h"
#include "format/wire/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Ids are those of one capture. */
struct symbol_givens_capture {
	struct symbol_givens_capture *next;
	uint8_t id[16];
	struct key_map texts, functions, binaries;
};

static struct symbol_givens_capture *capture_of(struct symbol_givens *g, const uint8_t *id)
{
	struct symbol_givens_capture *c;

	for (c = g->captures; c; c = c->next)
		if (!memcmp(c->id, id, sizeof(c->id)))
			return c;
	c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	memcpy(c->id, id, sizeof(c->id));
	c->next = g->captures;
	g->captures = c;
	return c;
}

static int text_add_record(struct symbol_givens *g, struct symbol_givens_capture *c,
			   const struct hud_symbol_text *r)
{
	const char *text;

	if (!r->id || memchr(r->text, 0, r->bytes))
		return -EINVAL;
	if (key_map_find(&c->texts, r->id))
		return 0;
	text = text_pool_intern(g->pool, r->text, r->bytes);
	if (!text)
		return -ENOMEM;
	return key_map_put(&c->texts, r->id, (void *)(uintptr_t)text);
}

/* False: the id was never defined. */
static bool text_of(const struct symbol_givens_capture *c, uint32_t id, const char **out)
{
	*out = id ? key_map_find(&c->texts, id) : NULL;
	return !id || *out;
}

static bool same_binary(const struct symbol_binary *a, const struct symbol_binary *b)
{
	if (a->build_id_bytes != b->build_id_bytes || a->quality != b->quality)
		return false;
	if (a->build_id_bytes)
		return !memcmp(a->build_id, b->build_id, a->build_id_bytes);
	return a->path && b->path && !strcmp(a->path, b->path);
}

static int binary_add(struct symbol_givens *g, struct symbol_givens_capture *c,
		      const struct hud_symbol_binary *r)
{
	struct symbol_binary b = {
		.build_id_bytes = r->build_id_bytes,
		.quality = r->quality,
		.symtab = r->symtab,
	};
	struct symbol_given *given;
	uint8_t *id;

	if (!r->id || r->quality > HUD_SYMBOLS_DWARF || !text_of(c, r->path, &b.path) ||
	    !text_of(c, r->file, &b.file) || !text_of(c, r->problem, &b.problem) ||
	    !text_of(c, r->marker, &b.marker) || !text_of(c, r->main_crates, &b.main_crates))
		return -EINVAL;
	if (key_map_find(&c->binaries, r->id))
		return 0;
	id = text_pool_alloc(g->pool, r->build_id_bytes);
	if (!id)
		return -ENOMEM;
	memcpy(id, r->build_id, r->build_id_bytes);
	b.build_id = id;
	for (given = g->binaries; given && !same_binary(&given->binary, &b); given = given->next)
		;
	if (!given) {
		given = text_pool_alloc(g->pool, sizeof(*given));
		if (!given)
			return -ENOMEM;
		given->binary = b;
		given->next = g->binaries;
		g->binaries = given;
	}
	return key_map_put(&c->binaries, r->id, given);
}

static int function_add(struct symbol_givens *g, struct symbol_givens_capture *c,
			const struct hud_symbol_function *r)
{
	struct symbol_definition *d;

	if (!r->id || !r->name)
		return -EINVAL;
	if (key_map_find(&c->functions, r->id))
		return 0;
	d = text_pool_alloc(g->pool, sizeof(*d));
	if (!d)
		return -ENOMEM;
	d->flags = r->symbol_flags;
	d->decl_line = r->decl_line;
	d->own = r->own;
	if (!text_of(c, r->name, &d->name) || !text_of(c, r->task_type, &d->task_type) ||
	    !text_of(c, r->decl_file, &d->decl_file) || !text_of(c, r->comp_dir, &d->comp_dir))
		return -EINVAL;
	if (d->own > strlen(d->name))
		return -EINVAL;
	return key_map_put(&c->functions, r->id, d);
}

static bool call_take(const struct symbol_givens_capture *c, const uint32_t *words,
		      struct symbol_call *out)
{
	out->definition = key_map_find(&c->functions, words[0]);
	out->line = words[3];
	out->column = words[4];
	return out->definition && text_of(c, words[1], &out->file) &&
	       text_of(c, words[2], &out->comp_dir);
}

static int address_add(struct symbol_givens *g, struct symbol_givens_capture *c,
		       const struct hud_symbol_address *r)
{
	struct symbol_given *given = key_map_find(&c->binaries, r->binary);
	struct symbol_facts *facts;

	if (!given)
		return -EINVAL;
	if (key_map_find(&given->facts, r->offset))
		return 0;
	facts = text_pool_alloc(g->pool, sizeof(*facts));
	if (!facts)
		return -ENOMEM;
	facts->count = r->calls;
	facts->calls = text_pool_alloc(g->pool, r->calls * sizeof(*facts->calls));
	if (!facts->calls)
		return -ENOMEM;
	for (uint32_t i = 0; i < facts->count; i++)
		if (!call_take(c, &r->call[(size_t)i * HUD_SYMBOL_CALL_WORDS], &facts->calls[i]))
			return -EINVAL;
	facts->discriminator = r->discriminator;
	facts->callee = r->callee;
	if (!text_of(c, r->aliases, &facts->aliases) || !text_of(c, r->source, &facts->symbol_file))
		return -EINVAL;
	return key_map_put(&given->facts, r->offset, facts);
}

int symbol_givens_add(struct symbol_givens *g, const uint8_t *capture_id,
		      const struct hud_record *record)
{
	struct symbol_givens_capture *c;

	if (record_group(record->type) != RECORD_SYMBOL)
		return 0;
	c = capture_of(g, capture_id);
	if (!c)
		return -ENOMEM;
	switch (record->type) {
	case HUD_SYMBOL_TEXT:
		return text_add_record(g, c, (const void *)record);
	case HUD_SYMBOL_BINARY:
		return binary_add(g, c, (const void *)record);
	case HUD_SYMBOL_FUNCTION:
		return function_add(g, c, (const void *)record);
	default:
		return address_add(g, c, (const void *)record);
	}
}

struct symbol_given *symbol_givens_find(const struct symbol_givens *g, const uint8_t *build_id,
					size_t build_id_bytes, const char *path)
{
	struct symbol_binary wanted = {
		.build_id = build_id,
		.build_id_bytes = build_id_bytes < HUD_BUILD_ID_BYTES_MAX ? build_id_bytes
									  : HUD_BUILD_ID_BYTES_MAX,
		.path = path,
	};
	struct symbol_given *best = NULL;

	for (struct symbol_given *given = g->binaries; given; given = given->next) {
		wanted.quality = given->binary.quality;
		if (same_binary(&given->binary, &wanted) &&
		    (!best || best->binary.quality < given->binary.quality))
			best = given;
	}
	return best;
}

void symbol_givens_close(struct symbol_givens *g)
{
	for (struct symbol_givens_capture *c = g->captures, *next; c; c = next) {
		next = c->next;
		key_map_close(&c->texts);
		key_map_close(&c->functions);
		key_map_close(&c->binaries);
		free(c);
	}
	for (struct symbol_given *given = g->binaries; given; given = given->next)
		key_map_close(&given->facts);
	g->captures = NULL;
	g->binaries = NULL;
}
