/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/facts/cache_file.h"
#include "format/wire/symbols.h"

#define XXH_INLINE_ALL
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <xxhash.h>

/* Takes the next part, at `at`. NULL: it, or one before it, would not end within the file. */
static const void *part(const struct cache_file *k, uint64_t *at, uint32_t count, size_t size)
{
	uint64_t start = *at;

	if (start > k->bytes)
		return NULL;
	*at += (uint64_t)count * size;
	return k->image + start;
}

/* Finds the parts. False: together they are not as large as the file. */
static bool parts_find(struct cache_file *k)
{
	const struct cache_header *h = k->header;
	uint64_t at = sizeof(*h);

	k->addresses = part(k, &at, h->addresses, sizeof(*k->addresses));
	k->definitions = part(k, &at, h->definitions, sizeof(*k->definitions));
	k->calls = part(k, &at, h->calls, sizeof(*k->calls));
	k->links = part(k, &at, h->links, sizeof(*k->links));
	k->buckets = part(k, &at, h->buckets, sizeof(*k->buckets));
	k->texts = part(k, &at, h->text_bytes, 1);
	return at == k->bytes && h->text_bytes && !k->texts[0] && !k->texts[h->text_bytes - 1];
}

static int header_check(struct cache_file *k)
{
	const struct cache_header *h = (const void *)k->image;
	size_t from = offsetof(struct cache_header, version);

	if (memcmp(h->magic, CACHE_FILE_MAGIC, sizeof(h->magic)) != 0 ||
	    h->version != CACHE_FILE_VERSION ||
	    XXH3_64bits(k->image + from, k->bytes - from) != h->checksum)
		return -EBADMSG;
	k->header = h;
	if (!parts_find(k) || h->quality > HUD_SYMBOLS_DWARF || h->shift >= 64 ||
	    (h->addresses && h->buckets < 2))
		return -EBADMSG;
	return 0;
}

/* False: there is no such text. */
static bool text_of(const struct cache_file *k, uint32_t at, const char **out)
{
	*out = at ? k->texts + at : NULL;
	return at < k->header->text_bytes;
}

static int binary_take(struct cache_file *k)
{
	const struct cache_header *h = k->header;
	struct symbol_binary *b = &k->binary;

	b->quality = h->quality;
	b->symtab = h->symtab;
	return text_of(k, h->file, &b->file) && text_of(k, h->problem, &b->problem) &&
			       text_of(k, h->marker, &b->marker) &&
			       text_of(k, h->main_crates, &b->main_crates)
		       ? 0
		       : -EBADMSG;
}

int cache_file_open(struct cache_file *k, int fd, size_t bytes)
{
	void *image;
	int error;

	memset(k, 0, sizeof(*k));
	if (bytes < sizeof(struct cache_header))
		return -EBADMSG;
	image = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (image == MAP_FAILED)
		return -errno;
	k->image = image;
	k->bytes = bytes;
	error = header_check(k);
	if (!error)
		error = binary_take(k);
	if (!error)
		k->made = calloc((size_t)k->header->definitions + 1, sizeof(*k->made));
	if (!error && !k->made)
		error = -ENOMEM;
	if (error)
		cache_file_close(k);
	return error;
}

void cache_file_close(struct cache_file *k)
{
	if (k->image)
		munmap((void *)(uintptr_t)k->image, k->bytes);
	free(k->made);
	memset(k, 0, sizeof(*k));
}

/* Index of an address; -1: not there. A damaged table can only make the search fail. */
static int64_t number_of(const struct cache_file *k, uint64_t offset)
{
	const struct cache_header *h = k->header;
	uint64_t bucket;
	uint32_t low;
	uint32_t high;

	if (!h->addresses || offset < k->addresses[0].offset)
		return -1;
	bucket = (offset - k->addresses[0].offset) >> h->shift;
	if (bucket >= h->buckets - 1)
		return -1;
	low = k->buckets[bucket];
	high = k->buckets[bucket + 1];
	if (high > h->addresses)
		return -1;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (k->addresses[middle].offset == offset)
			return middle;
		if (k->addresses[middle].offset < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

const struct cache_address *cache_file_find(const struct cache_file *k, uint64_t offset)
{
	int64_t number = number_of(k, offset);
	const struct cache_address *found = number < 0 ? NULL : &k->addresses[number];

	if (found && found->link <= k->header->links &&
	    found->count <= k->header->links - found->link)
		return found;
	return NULL;
}

static bool definition_take(const struct cache_file *k, const struct cache_definition *from,
			    struct symbol_definition *out)
{
	*out = (struct symbol_definition) {
		.decl_line = from->decl_line, .flags = from->flags, .own = from->own};
	return text_of(k, from->name, &out->name) && text_of(k, from->task_type, &out->task_type) &&
	       text_of(k, from->decl_file, &out->decl_file) &&
	       text_of(k, from->comp_dir, &out->comp_dir) && text_of(k, from->rust, &out->rust) &&
	       out->name && out->own <= strlen(out->name);
}

bool cache_file_call(const struct cache_file *k, uint32_t link, struct symbol_call *call,
		     struct symbol_definition *definition)
{
	uint32_t number = k->links[link];
	const struct cache_call *from = number < k->header->calls ? &k->calls[number] : NULL;

	if (!from || from->definition >= k->header->definitions)
		return false;
	*call = (struct symbol_call) {
		.definition = definition, .line = from->line, .column = from->column};
	return text_of(k, from->file, &call->file) && text_of(k, from->comp_dir, &call->comp_dir) &&
	       definition_take(k, &k->definitions[from->definition], definition);
}

/* Makes a call in the pool. All calls of a function share its definition. */
static int call_make(struct cache_file *k, uint32_t link, struct text_pool *pool,
		     struct symbol_call *call)
{
	struct symbol_definition definition;
	struct symbol_definition **made;

	if (!cache_file_call(k, link, call, &definition))
		return -EBADMSG;
	made = &k->made[k->calls[k->links[link]].definition];
	if (!*made) {
		*made = text_pool_alloc(pool, sizeof(**made));
		if (!*made)
			return -ENOMEM;
		**made = definition;
	}
	call->definition = *made;
	return 0;
}

int cache_file_facts(struct cache_file *k, const struct cache_address *from, struct text_pool *pool,
		     const struct symbol_facts **out)
{
	struct symbol_facts *facts = text_pool_alloc(pool, sizeof(*facts));
	int error = 0;

	if (facts)
		facts->calls = text_pool_alloc(pool, from->count * sizeof(*facts->calls));
	if (!facts || !facts->calls)
		return -ENOMEM;
	for (uint32_t i = 0; i < from->count && !error; i++)
		error = call_make(k, from->link + i, pool, &facts->calls[i]);
	facts->count = from->count;
	facts->discriminator = from->discriminator;
	if (!error && (!text_of(k, from->aliases, &facts->aliases) ||
		       !text_of(k, from->symbol_file, &facts->symbol_file)))
		error = -EBADMSG;
	*out = facts;
	return error;
}
