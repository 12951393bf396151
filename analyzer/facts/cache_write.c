/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#define XXH_INLINE_ALL
#include "analyzer/base/key_map.h"
#include "analyzer/base/text.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/facts/cache_file.h"
#include "format/base/array.h"
#include "format/base/new_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <xxhash.h>

/* Items of one kind, equal ones once. */
struct once {
	void *items;
	size_t size; /* of one */
	size_t count, room;
	uint32_t *slots; /* index + 1; 0: free */
	size_t slot_count;
};

struct keep {
	struct cache_header header;
	struct once definitions, calls;
	struct cache_address *addresses;
	uint32_t *links;
	size_t link_count, link_room;
	uint32_t *buckets;
	struct text texts;
	struct text_pool pool; /* texts, each once */
	struct key_map
		places; /* offset of a text, by its address and by that of its copy in the pool */
	struct key_map numbers; /* index + 1, by definition */
	int error;
};

static uint64_t key_of(const void *at)
{
	return (uint64_t)(uintptr_t)at;
}

static void remember(struct keep *k, struct key_map *map, const void *what, uint32_t number)
{
	if (key_map_put(map, key_of(what), (void *)(uintptr_t)number))
		k->error = -ENOMEM;
}

static uint32_t recall(const struct key_map *map, const void *what)
{
	return (uint32_t)(uintptr_t)key_map_find(map, key_of(what));
}

static uint32_t text_keep(struct keep *k, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	uint32_t place = text ? recall(&k->places, text) : 0;
	const char *one;

	if (!text || place || k->error)
		return place;
	one = text_pool_intern(&k->pool, text, length);
	place = one ? recall(&k->places, one) : 0;
	if (!place) {
		place = (uint32_t)k->texts.length;
		text_add(&k->texts, text, length + 1);
		if (one)
			remember(k, &k->places, one, place);
	}
	remember(k, &k->places, text, place);
	if (!one || k->texts.failed)
		k->error = -ENOMEM;
	else if (k->texts.length > UINT32_MAX)
		k->error = -E2BIG;
	return place;
}

static void slot_fill(struct once *o, const void *item, uint32_t number)
{
	size_t at = XXH3_64bits(item, o->size) & (o->slot_count - 1);

	while (o->slots[at])
		at = (at + 1) & (o->slot_count - 1);
	o->slots[at] = number + 1;
}

static bool slots_double(struct once *o)
{
	size_t count = o->slot_count ? o->slot_count * 2 : 1024;
	uint32_t *slots = calloc(count, sizeof(*slots));

	if (!slots)
		return false;
	free(o->slots);
	o->slots = slots;
	o->slot_count = count;
	for (size_t i = 0; i < o->count; i++)
		slot_fill(o, (const char *)o->items + i * o->size, (uint32_t)i);
	return true;
}

/* Index of the item equal to `item`, which is added if there is none. */
static uint32_t once_add(struct keep *k, struct once *o, const void *item)
{
	size_t at;

	if ((o->count * 2 >= o->slot_count && !slots_double(o)) ||
	    !array_grow(&o->items, o->count, &o->room, o->size) || o->count == UINT32_MAX - 1) {
		k->error = -ENOMEM;
		return 0;
	}
	at = XXH3_64bits(item, o->size) & (o->slot_count - 1);
	for (; o->slots[at]; at = (at + 1) & (o->slot_count - 1))
		if (!memcmp((const char *)o->items + (o->slots[at] - 1) * o->size, item, o->size))
			return o->slots[at] - 1;
	memcpy((char *)o->items + o->count * o->size, item, o->size);
	o->slots[at] = (uint32_t)++o->count;
	return o->slots[at] - 1;
}

static uint32_t definition_keep(struct keep *k, const struct symbol_definition *d)
{
	uint32_t number = recall(&k->numbers, d);
	struct cache_definition kept = {
		.decl_line = d->decl_line, .flags = d->flags, .own = d->own};

	if (number)
		return number - 1;
	kept.name = text_keep(k, d->name);
	kept.task_type = text_keep(k, d->task_type);
	kept.decl_file = text_keep(k, d->decl_file);
	kept.comp_dir = text_keep(k, d->comp_dir);
	kept.rust = text_keep(k, d->rust);
	number = once_add(k, &k->definitions, &kept);
	remember(k, &k->numbers, d, number + 1);
	return number;
}

static void address_keep(struct keep *k, const struct cache_item *item)
{
	const struct symbol_facts *facts = item->facts;
	struct cache_address *out = &k->addresses[k->header.addresses++];

	*out = (struct cache_address) {
		.offset = item->offset,
		.link = (uint32_t)k->link_count,
		.count = facts->count,
		.discriminator = facts->discriminator,
		.aliases = text_keep(k, facts->aliases),
		.symbol_file = text_keep(k, facts->symbol_file),
	};
	for (uint32_t i = 0; i < facts->count && !k->error; i++) {
		const struct symbol_call *c = &facts->calls[i];
		struct cache_call call = {.line = c->line, .column = c->column};

		call.definition = definition_keep(k, c->definition);
		call.file = text_keep(k, c->file);
		call.comp_dir = text_keep(k, c->comp_dir);
		if (!array_grow(&k->links, k->link_count, &k->link_room, sizeof(*k->links)) ||
		    k->link_count == UINT32_MAX)
			k->error = -ENOMEM;
		else
			k->links[k->link_count++] = once_add(k, &k->calls, &call);
	}
}

/* About as many buckets as addresses; each is for a power of two bytes of the binary. */
static int buckets_make(struct keep *k)
{
	struct cache_header *h = &k->header;
	uint64_t first = h->addresses ? k->addresses[0].offset : 0;
	uint64_t span = h->addresses ? k->addresses[h->addresses - 1].offset - first : 0;
	uint32_t next = 0;

	if (!h->addresses)
		return 0;
	while (span >> h->shift >= h->addresses)
		h->shift++;
	h->buckets = (uint32_t)(span >> h->shift) + 2;
	k->buckets = calloc(h->buckets, sizeof(*k->buckets));
	if (!k->buckets)
		return -ENOMEM;
	for (uint32_t i = 0; i < h->buckets; i++) {
		k->buckets[i] = next;
		while (next < h->addresses && (k->addresses[next].offset - first) >> h->shift == i)
			next++;
	}
	return 0;
}

static int keep_write(struct keep *k, int fd)
{
	struct cache_header *h = &k->header;
	const char *checked = (const char *)h + offsetof(struct cache_header, version);
	const struct iovec parts[] = {
		{k->addresses, h->addresses * sizeof(*k->addresses)},
		{k->definitions.items, k->definitions.count * k->definitions.size},
		{k->calls.items, k->calls.count * k->calls.size},
		{k->links, k->link_count * sizeof(*k->links)},
		{k->buckets, h->buckets * sizeof(*k->buckets)},
		{k->texts.bytes, k->texts.length},
	};
	enum { PARTS = sizeof(parts) / sizeof(parts[0]) };
	XXH3_state_t checksum;
	int error;

	XXH3_64bits_reset(&checksum);
	XXH3_64bits_update(&checksum, checked, (size_t)((const char *)(h + 1) - checked));
	for (size_t i = 0; i < PARTS; i++)
		XXH3_64bits_update(&checksum, parts[i].iov_base, parts[i].iov_len);
	h->checksum = XXH3_64bits_digest(&checksum);
	error = write_whole(fd, h, sizeof(*h));
	for (size_t i = 0; i < PARTS && !error; i++)
		error = write_whole(fd, parts[i].iov_base, parts[i].iov_len);
	return error;
}

static int item_order(const void *a, const void *b)
{
	const struct cache_item *x = a;
	const struct cache_item *y = b;

	return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int keep_fill(struct keep *k, const struct symbol_binary *binary,
		     const struct cache_item *items, size_t count)
{
	struct cache_header *h = &k->header;

	memcpy(h->magic, CACHE_FILE_MAGIC, sizeof(h->magic));
	h->version = CACHE_FILE_VERSION;
	text_add(&k->texts, "", 1); /* none */
	h->file = text_keep(k, binary->file);
	h->problem = text_keep(k, binary->problem);
	h->marker = text_keep(k, binary->marker);
	h->main_crates = text_keep(k, binary->main_crates);
	h->quality = binary->quality;
	h->symtab = binary->symtab;
	for (size_t i = 0; i < count && !k->error; i++)
		address_keep(k, &items[i]);
	h->definitions = (uint32_t)k->definitions.count;
	h->calls = (uint32_t)k->calls.count;
	h->links = (uint32_t)k->link_count;
	h->text_bytes = (uint32_t)k->texts.length;
	return k->error ? k->error : buckets_make(k);
}

int cache_file_write(const struct symbol_binary *binary, struct cache_item *items, size_t count,
		     int fd)
{
	struct keep k = {
		.definitions.size = sizeof(struct cache_definition),
		.calls.size = sizeof(struct cache_call),
		.addresses = calloc(count + 1, sizeof(*k.addresses)),
	};
	int error = k.addresses ? count > UINT32_MAX ? -E2BIG : 0 : -ENOMEM;

	if (!error && count)
		qsort(items, count, sizeof(*items), item_order);
	if (!error)
		error = keep_fill(&k, binary, items, count);
	if (!error)
		error = keep_write(&k, fd);
	free(k.addresses);
	free(k.definitions.items);
	free(k.definitions.slots);
	free(k.calls.items);
	free(k.calls.slots);
	free(k.links);
	free(k.buckets);
	text_close(&k.texts);
	key_map_close(&k.places);
	key_map_close(&k.numbers);
	text_pool_close(&k.pool);
	return error;
}
