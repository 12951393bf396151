/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A file of the cache has exactly what was written to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cmocka.h>

#include "analyzer/base/text_pool.h"
#include "analyzer/facts/cache_file.h"
#include "format/wire/symbols.h"

enum { ADDRESSES = 300, DEFINITIONS = 40, CALLS_MAX = 5 };

/* Facts of an invented program. */
struct invented {
	struct symbol_definition definitions[DEFINITIONS];
	struct symbol_call calls[ADDRESSES][CALLS_MAX];
	struct symbol_facts facts[ADDRESSES];
	char names[DEFINITIONS][16];
};

/* Offsets: some close together, some far apart. */
static uint64_t offset_of(size_t number)
{
	return 4096 + number * 7 + (number / 100) * UINT64_C(0x10000000000);
}

static struct invented *invented_make(void)
{
	struct invented *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	for (uint32_t i = 0; i < DEFINITIONS; i++) {
		snprintf(t->names[i], sizeof(t->names[i]), "name-%u", i);
		t->definitions[i] = (struct symbol_definition) {
			.name = t->names[i],
			.rust = i % 2 ? t->names[i] + 1 : NULL,
			.task_type = i % 3 ? NULL : "task",
			.decl_file = i % 5 ? "declared.rs" : NULL,
			.comp_dir = "/build",
			.decl_line = i,
			.flags = i % 8,
			.own = i % 4,
		};
	}
	for (uint32_t i = 0; i < ADDRESSES; i++) {
		t->facts[i] = (struct symbol_facts) {
			.calls = t->calls[i],
			.count = i % (CALLS_MAX + 1),
			.discriminator = i % 9 ? 0 : i,
			.symbol_file = i % 4 ? NULL : "symbol.c",
			.aliases = i % 6 ? NULL : "one\ntwo",
		};
		for (uint32_t c = 0; c < t->facts[i].count; c++)
			t->calls[i][c] = (struct symbol_call) {
				.definition = &t->definitions[(i + c) % DEFINITIONS],
				.file = c % 2 ? "" : "called.rs",
				.comp_dir = c % 3 ? NULL : "/build",
				.line = i % 10,
				.column = c,
			};
	}
	return t;
}

/* Writes them in any order, to a file in memory. */
static int invented_write(const struct invented *t, size_t *bytes)
{
	static const struct symbol_binary binary = {
		.quality = HUD_SYMBOLS_DWARF, .symtab = true, .file = "/x", .main_crates = "a\nb"};
	struct cache_item items[ADDRESSES];
	int fd = memfd_create("kept", MFD_CLOEXEC);

	assert_true(fd >= 0);
	for (size_t i = 0; i < ADDRESSES; i++) {
		size_t number = i * 7 % ADDRESSES;

		items[i] = (struct cache_item) {offset_of(number), &t->facts[number]};
	}
	assert_int_equal(cache_file_write(&binary, items, ADDRESSES, fd), 0);
	*bytes = (size_t)lseek(fd, 0, SEEK_END);
	return fd;
}

static void check_text(const char *a, const char *b)
{
	if (a && b)
		assert_string_equal(a, b);
	else
		assert_true(!a && !b);
}

static void check_facts(const struct symbol_facts *a, const struct symbol_facts *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->discriminator, b->discriminator);
	check_text(a->symbol_file, b->symbol_file);
	check_text(a->aliases, b->aliases);
	for (uint32_t i = 0; i < a->count; i++) {
		const struct symbol_call *x = &a->calls[i], *y = &b->calls[i];
		const struct symbol_definition *d = x->definition, *e = y->definition;

		check_text(x->file, y->file);
		check_text(x->comp_dir, y->comp_dir);
		assert_int_equal(x->line, y->line);
		assert_int_equal(x->column, y->column);
		check_text(d->name, e->name);
		check_text(d->rust, e->rust);
		check_text(d->task_type, e->task_type);
		check_text(d->decl_file, e->decl_file);
		check_text(d->comp_dir, e->comp_dir);
		assert_int_equal(d->decl_line, e->decl_line);
		assert_int_equal(d->flags, e->flags);
		assert_int_equal(d->own, e->own);
	}
}

static void exactly_the_addresses_that_were_written_are_found(void **state)
{
	struct invented *t = invented_make();
	struct text_pool pool = {0};
	struct cache_file kept;
	size_t bytes;
	int fd = invented_write(t, &bytes);

	(void)state;
	assert_int_equal(cache_file_open(&kept, fd, bytes), 0);
	assert_int_equal(kept.binary.quality, HUD_SYMBOLS_DWARF);
	assert_true(kept.binary.symtab);
	check_text(kept.binary.file, "/x");
	check_text(kept.binary.problem, NULL);
	check_text(kept.binary.main_crates, "a\nb");
	for (size_t i = 0; i < ADDRESSES; i++) {
		const struct cache_address *a = cache_file_find(&kept, offset_of(i));
		const struct symbol_facts *facts;

		assert_non_null(a);
		assert_int_equal(cache_file_facts(&kept, a, &pool, &facts), 0);
		check_facts(facts, &t->facts[i]);
		assert_null(cache_file_find(&kept, offset_of(i) - 1));
		assert_null(cache_file_find(&kept, offset_of(i) + 1));
	}
	assert_null(cache_file_find(&kept, 0));
	assert_null(cache_file_find(&kept, UINT64_MAX));
	/* Equal items are stored once. */
	assert_int_equal(kept.header->definitions, DEFINITIONS);
	assert_true(kept.header->calls < kept.header->links);
	cache_file_close(&kept);
	text_pool_close(&pool);
	close(fd);
	free(t);
}

static void a_cache_file_can_be_empty(void **state)
{
	static const struct symbol_binary binary;
	int fd = memfd_create("kept", MFD_CLOEXEC);
	struct cache_file kept;

	(void)state;
	assert_int_equal(cache_file_write(&binary, NULL, 0, fd), 0);
	assert_int_equal(cache_file_open(&kept, fd, (size_t)lseek(fd, 0, SEEK_END)), 0);
	assert_null(cache_file_find(&kept, 0));
	cache_file_close(&kept);
	assert_int_not_equal(cache_file_open(&kept, fd, 0), 0);
	close(fd);
}

static void checksum_set(uint8_t *image, size_t bytes)
{
	struct cache_header *header = (void *)image;
	size_t from = offsetof(struct cache_header, version);

	header->checksum = XXH3_64bits(image + from, bytes - from);
}

/* Reads everything in it. How much of it was not refused. */
static size_t kept_ask(struct cache_file *k)
{
	struct text_pool pool = {0};
	size_t sense = 0;

	for (size_t i = 0; i < k->header->addresses; i++) {
		const struct cache_address *a = cache_file_find(k, k->addresses[i].offset);
		const struct symbol_facts *facts;

		if (a)
			assert_true(a->link + (uint64_t)a->count <= k->header->links);
		if (!a || cache_file_facts(k, a, &pool, &facts))
			continue;
		sense++;
		for (uint32_t c = 0; c < facts->count; c++) {
			const struct symbol_definition *d = facts->calls[c].definition;
			const char *file = facts->calls[c].file;

			assert_true(strlen(d->name) + (file ? strlen(file) : 0) < k->bytes);
		}
	}
	text_pool_close(&pool);
	return sense;
}

static void a_cache_file_with_one_changed_bit_is_refused(void **state)
{
	struct invented *t = invented_make();
	size_t bytes;
	int fd = invented_write(t, &bytes);
	uint8_t *image = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	struct cache_file kept;

	(void)state;
	assert_ptr_not_equal(image, MAP_FAILED);
	for (size_t at = 0; at < bytes; at++) {
		image[at] ^= (uint8_t)(1 << at % 8);
		assert_int_not_equal(cache_file_open(&kept, fd, bytes), 0);
		image[at] ^= (uint8_t)(1 << at % 8);
	}
	assert_int_not_equal(cache_file_open(&kept, fd, bytes - 1), 0);
	assert_int_equal(cache_file_open(&kept, fd, bytes), 0);
	cache_file_close(&kept);
	munmap(image, bytes);
	close(fd);
	free(t);
}

/* Damage with a right checksum: as someone would make it on purpose. */
static void a_forged_cache_file_is_read_without_harm(void **state)
{
	struct invented *t = invented_make();
	size_t bytes;
	int fd = invented_write(t, &bytes);
	uint32_t *image = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	size_t words = bytes / sizeof(*image), opened = 0, refused = 0, senseless = 0;
	static const uint32_t lies[] = {0, 1, 0x7fffffff, UINT32_MAX};

	(void)state;
	assert_ptr_not_equal(image, MAP_FAILED);
	for (size_t i = 4; i < words; i++) {
		uint32_t was = image[i];
		struct cache_file kept;

		image[i] = i % 5 == 4 ? was + (uint32_t)i : lies[i % 5];
		checksum_set((uint8_t *)image, bytes);
		if (cache_file_open(&kept, fd, bytes)) {
			refused++;
		} else {
			opened++;
			senseless += kept_ask(&kept) < ADDRESSES;
			cache_file_close(&kept);
		}
		image[i] = was;
	}
	assert_true(opened && refused && senseless);
	munmap(image, bytes);
	close(fd);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exactly_the_addresses_that_were_written_are_found),
		cmocka_unit_test(a_cache_file_can_be_empty),
		cmocka_unit_test(a_cache_file_with_one_changed_bit_is_refused),
		cmocka_unit_test(a_forged_cache_file_is_read_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
