/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/facts/writer.h"
#include "analyzer/base/key_map.h"
#include "analyzer/base/text.h"
#include "analyzer/base/text_pool.h"
#include "format/capture/frame.h"
#include "format/wire/symbols.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* A chunk is closed when it is this large. One address can make it larger, up to the limit. */
enum { CHUNK_BYTES = 1 << 20, ADDRESS_BYTES = 2 << 20 };

/* A text, function or binary with an id, and the last chunk that defined it. */
struct entry {
	uint32_t id;
	uint32_t chunk; /* from 1 */
};

struct symbol_writer {
	struct symbol_writer_options options;
	ZSTD_CCtx *zstd;
	uint8_t *content; /* of the chunk under way, its header first */
	uint8_t *frame;
	size_t used;
	uint32_t records;
	uint32_t chunk;               /* the one under way, from 1 */
	struct text_pool pool;        /* of texts and keys of functions, each once */
	struct key_map texts;         /* struct entry, by text in the pool */
	struct key_map by_key;        /* struct entry of functions, by key in the pool */
	struct key_map by_definition; /* key in the pool, by definition */
	uint32_t last_text, last_function, last_binary;
	struct symbol_binary binary;
	struct entry binary_entry;
	int error;
};

int symbol_writer_open(const struct symbol_writer_options *options, struct symbol_writer **out)
{
	struct symbol_writer *w = calloc(1, sizeof(*w));
	int error = -ENOMEM;

	if (!w)
		return -ENOMEM;
	w->options = *options;
	w->chunk = 1;
	w->used = sizeof(struct hud_chunk);
	w->zstd = ZSTD_createCCtx();
	w->content = malloc(HUD_CHUNK_CONTENT_MAX);
	w->frame = malloc(FRAME_BYTES_MAX);
	if (w->zstd && w->content && w->frame &&
	    !ZSTD_isError(
		    ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, options->level)) &&
	    !ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_contentSizeFlag, 1)) &&
	    !ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_checksumFlag, 1)))
		error = 0;
	if (error) {
		w->error = error;
		symbol_writer_close(w);
		return error;
	}
	*out = w;
	return 0;
}

static int chunk_close(struct symbol_writer *w)
{
	struct hud_chunk chunk = {
		.sequence = w->options.sequence++,
		.start_ns = w->options.time_ns,
		.end_ns = w->options.time_ns,
		.version = HUD_FORMAT_VERSION,
		.records = w->records,
		.bytes = w->used - sizeof(chunk),
	};
	size_t bytes;

	if (!w->records)
		return 0;
	memcpy(chunk.magic, HUD_CHUNK_MAGIC, sizeof(chunk.magic));
	memcpy(chunk.capture_id, w->options.capture_id, sizeof(chunk.capture_id));
	memcpy(w->content, &chunk, sizeof(chunk));
	bytes = ZSTD_compress2(w->zstd, w->frame, FRAME_BYTES_MAX, w->content, w->used);
	if (ZSTD_isError(bytes))
		return -ENOMEM;
	w->used = sizeof(chunk);
	w->records = 0;
	w->chunk++;
	return w->options.sink(w->options.sink_context, w->frame, bytes);
}

/* Room for a record with `tail` bytes after its fixed part, zeroed; NULL: the chunk is full. */
static void *record_add(struct symbol_writer *w, uint16_t type, size_t fixed, size_t tail)
{
	size_t bytes = (fixed + tail + 7) & ~(size_t)7;
	struct hud_record *r;

	if (bytes > HUD_CHUNK_CONTENT_MAX - w->used) {
		w->error = -E2BIG;
		return NULL;
	}
	r = (void *)(w->content + w->used);
	memset(r, 0, bytes);
	r->type = type;
	r->size = (uint32_t)bytes;
	w->used += bytes;
	w->records++;
	return r;
}

static uint64_t key_of(const void *kept)
{
	return (uint64_t)(uintptr_t)kept;
}

/* The entry of a text in the pool; a new one gets the next id. NULL: no memory. */
static struct entry *entry_of(struct symbol_writer *w, struct key_map *map, const char *kept,
			      uint32_t *last)
{
	struct entry *entry = key_map_find(map, key_of(kept));

	if (entry)
		return entry;
	entry = text_pool_alloc(&w->pool, sizeof(*entry));
	if (!entry || key_map_put(map, key_of(kept), entry)) {
		w->error = -ENOMEM;
		return NULL;
	}
	entry->id = ++*last;
	return entry;
}

static uint32_t text_define(struct symbol_writer *w, const char *text)
{
	size_t bytes = text ? strlen(text) : 0;
	struct hud_symbol_text *r;
	struct entry *entry;
	const char *kept;

	if (!text || w->error)
		return 0;
	bytes = bytes < HUD_SYMBOL_TEXT_BYTES_MAX ? bytes : HUD_SYMBOL_TEXT_BYTES_MAX;
	kept = text_pool_intern(&w->pool, text, bytes);
	entry = kept ? entry_of(w, &w->texts, kept, &w->last_text) : NULL;
	if (!entry) {
		w->error = -ENOMEM;
		return 0;
	}
	if (entry->chunk == w->chunk)
		return entry->id;
	r = record_add(w, HUD_SYMBOL_TEXT, sizeof(*r), bytes);
	if (!r)
		return 0;
	r->id = entry->id;
	r->bytes = (uint32_t)bytes;
	memcpy(r->text, kept, bytes);
	entry->chunk = w->chunk;
	return entry->id;
}

/* Equal functions come from many threads: a text of all their facts shows that they are equal. */
static const char *definition_key(struct symbol_writer *w, const struct symbol_definition *d)
{
	const char *key = key_map_find(&w->by_definition, key_of(d));
	struct text text = {0};
	char numbers[48];

	if (key)
		return key;
	snprintf(numbers, sizeof(numbers), "%u %u", d->flags, d->decl_line);
	text_add_string(&text, numbers);
	for (int i = 0; i < 4; i++) {
		const char *part[] = {d->name, d->task_type, d->decl_file, d->comp_dir};

		text_add(&text, "\n", 1);
		text_add_string(&text, part[i] ? part[i] : "");
	}
	key = text.failed ? NULL : text_pool_intern(&w->pool, text.bytes, text.length);
	text_close(&text);
	if (!key || key_map_put(&w->by_definition, key_of(d), (void *)(uintptr_t)key))
		w->error = -ENOMEM;
	return key;
}

static uint32_t function_define(struct symbol_writer *w, const struct symbol_definition *d)
{
	const char *key = w->error ? NULL : definition_key(w, d);
	struct entry *entry = key ? entry_of(w, &w->by_key, key, &w->last_function) : NULL;
	struct hud_symbol_function f = {0};
	struct hud_symbol_function *r;

	if (!entry || entry->chunk == w->chunk)
		return entry ? entry->id : 0;
	f.id = entry->id;
	f.symbol_flags = d->flags;
	f.name = text_define(w, d->name);
	f.task_type = text_define(w, d->task_type);
	f.decl_file = text_define(w, d->decl_file);
	f.comp_dir = text_define(w, d->comp_dir);
	f.decl_line = d->decl_line;
	f.own = d->own;
	r = w->error ? NULL : record_add(w, HUD_SYMBOL_FUNCTION, sizeof(*r), 0);
	if (!r)
		return 0;
	f.head = r->head;
	*r = f;
	entry->chunk = w->chunk;
	return entry->id;
}

static uint32_t binary_define(struct symbol_writer *w)
{
	const struct symbol_binary *b = &w->binary;
	struct hud_symbol_binary f = {
		.id = w->binary_entry.id,
		.quality = b->quality,
		.symtab = b->symtab,
		.path = text_define(w, b->path),
		.file = text_define(w, b->file),
		.problem = text_define(w, b->problem),
		.marker = text_define(w, b->marker),
		.main_crates = text_define(w, b->main_crates),
	};
	struct hud_symbol_binary *r;

	if (w->error)
		return 0;
	f.build_id_bytes =
		(uint16_t)(b->build_id_bytes < HUD_BUILD_ID_BYTES_MAX ? b->build_id_bytes
								      : HUD_BUILD_ID_BYTES_MAX);
	if (f.build_id_bytes)
		memcpy(f.build_id, b->build_id, f.build_id_bytes);
	r = record_add(w, HUD_SYMBOL_BINARY, sizeof(*r), 0);
	if (!r)
		return 0;
	f.head = r->head;
	*r = f;
	w->binary_entry.chunk = w->chunk;
	return f.id;
}

int symbol_writer_binary(struct symbol_writer *w, const struct symbol_binary *binary)
{
	w->binary = *binary;
	w->binary_entry = (struct entry) {.id = ++w->last_binary};
	if (!w->error && w->used > CHUNK_BYTES)
		w->error = chunk_close(w);
	binary_define(w);
	return w->error;
}

static void calls_write(struct symbol_writer *w, uint32_t *out, const struct symbol_facts *facts,
			uint32_t count)
{
	for (uint32_t i = 0; i < count; i++, out += HUD_SYMBOL_CALL_WORDS) {
		const struct symbol_call *c = &facts->calls[i];

		out[0] = function_define(w, c->definition);
		out[1] = text_define(w, c->file);
		out[2] = text_define(w, c->comp_dir);
		out[3] = c->line;
		out[4] = c->column;
	}
}

/* The most bytes that the texts of an address need, if none of them is defined yet. */
static size_t facts_bytes(const struct symbol_facts *facts)
{
	size_t bytes = facts->aliases ? strlen(facts->aliases) : 0;

	for (uint32_t i = 0; i < facts->count; i++) {
		const struct symbol_call *c = &facts->calls[i];
		const char *texts[] = {c->definition->name,
				       c->definition->task_type,
				       c->definition->decl_file,
				       c->definition->comp_dir,
				       c->file,
				       c->comp_dir};

		bytes += sizeof(struct hud_symbol_function) + 4 * HUD_SYMBOL_CALL_WORDS;
		for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
			bytes += 32 + (texts[k] ? strlen(texts[k]) : 0);
	}
	return bytes;
}

int symbol_writer_address(struct symbol_writer *w, uint64_t offset,
			  const struct symbol_facts *facts)
{
	uint32_t call[HUD_SYMBOL_CALL_WORDS * HUD_SYMBOL_CALLS_MAX];
	uint32_t count = facts->count;
	struct hud_symbol_address f = {.offset = offset};
	struct hud_symbol_address *r;

	if (!w->error && w->used > CHUNK_BYTES)
		w->error = chunk_close(w);
	if (w->error)
		return w->error;
	/* Too large for a chunk: the address keeps its offset only. */
	if (count > HUD_SYMBOL_CALLS_MAX || facts_bytes(facts) > ADDRESS_BYTES)
		count = 0;
	f.binary = w->binary_entry.chunk == w->chunk ? w->binary_entry.id : binary_define(w);
	f.aliases = count ? text_define(w, facts->aliases) : 0;
	f.calls = (uint16_t)count;
	f.discriminator = count ? facts->discriminator : 0;
	f.source = count ? text_define(w, facts->symbol_file) : 0;
	f.callee = facts->callee;
	calls_write(w, call, facts, count);
	r = w->error ? NULL
		     : record_add(w, HUD_SYMBOL_ADDRESS, sizeof(*r),
				  sizeof(*call) * HUD_SYMBOL_CALL_WORDS * count);
	if (!r)
		return w->error;
	f.head = r->head;
	*r = f;
	memcpy(r->call, call, sizeof(*call) * HUD_SYMBOL_CALL_WORDS * count);
	return 0;
}

int symbol_writer_close(struct symbol_writer *w)
{
	int error = w->error ? w->error : chunk_close(w);

	ZSTD_freeCCtx(w->zstd);
	free(w->content);
	free(w->frame);
	key_map_close(&w->texts);
	key_map_close(&w->by_key);
	key_map_close(&w->by_definition);
	text_pool_close(&w->pool);
	free(w);
	return error;
}
