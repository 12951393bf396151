/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * libFuzzer: with any debug information the search for the runtime's state ends, and finds only
 * offsets inside of the thread-local block.
 *
 *   clang -std=c17 -g -O1 -I. -isystem build -D_GNU_SOURCE -fsanitize=fuzzer,address,undefined \
 *       tests/fuzz/plan_identity_fuzz.c analyzer/runtime/identity_dwarf.c \
 *       analyzer/runtime/pool_dwarf.c \
 *       analyzer/runtime/declarations.c analyzer/runtime/runtime_names.c analyzer/runtime/tls.c \
 *       analyzer/debuginfo/dwarf_*.c analyzer/debuginfo/elf_*.c build/analyzer/librules.a \
 *       build/analyzer/libnames.a build/analyzer/libbase.a build/libhudformat.a -lelf -llzma -lz \
 *       -lzstd -liberty -lpthread -o build/plan_identity_fuzz
 *
 * Input: two numbers of 4 bytes, the bytes of .debug_abbrev and of .debug_str, then these two, and
 * .debug_info. A seed out of a program:
 *
 *   for s in abbrev str info; do objcopy -O binary --only-section=.debug_$s \
 *       --set-section-flags .debug_$s=alloc PROGRAM $s; done
 *   python3 -c 'import os, struct; a, s = map(os.path.getsize, ("abbrev", "str"))
 *   open("seed", "wb").write(struct.pack("<II", a, s) + b"".join(open(n, "rb").read() \
 *       for n in ("abbrev", "str", "info")))'
 */
#include "analyzer/runtime/identity_dwarf.h"
#include "analyzer/runtime/pool_dwarf.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

enum { SIZES_BYTES = 8, BLOCK_BYTES = 0x140 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_offset(int64_t offset)
{
	if (offset < -BLOCK_BYTES || offset > -8)
		abort();
}

static void check(const struct hud_plan_identity *identity)
{
	if (identity->schedulers > HUD_PLAN_SCHEDULERS_MAX)
		abort();
	if (identity->identity_flags & HUD_IDENTITY_TASK)
		check_offset(identity->task);
	if (identity->identity_flags & HUD_IDENTITY_TASK_TAG)
		check_offset(identity->task_tag);
	for (uint16_t i = 0; i < identity->schedulers; i++)
		check_offset(identity->scheduler[i].context);
}

static void check_pool(const struct hud_plan_pool *pool)
{
	if (pool->roots > HUD_PLAN_POOL_ROOTS_MAX)
		abort();
	for (uint32_t i = 0; i < pool->roots; i++)
		if (pool->root[i].place < -BLOCK_BYTES || pool->root[i].place >= 0)
			abort();
}

static bool take(struct dwarf_view *view, size_t bytes, const uint8_t **data, size_t *left)
{
	if (bytes > *left)
		return false;
	*view = (struct dwarf_view) {*data, bytes};
	*data += bytes;
	*left -= bytes;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char context[] =
		"_ZN5tokio7runtime7context7CONTEXT7__getit5__KEY17h0123456789abcdefE";
	struct plan_tls_symbol symbol = {.value = 0x28, .bytes = 104, .name = context};
	struct plan_tls tls = {.machine = EM_X86_64,
			       .executable = true,
			       .bytes = BLOCK_BYTES,
			       .align = 8,
			       .symbol = &symbol,
			       .symbols = 1,
			       .has_symbols = true};
	struct dwarf_file *file = calloc(1, sizeof(*file));
	struct hud_plan_identity *identity = calloc(
		1, sizeof(*identity) + HUD_PLAN_SCHEDULERS_MAX * sizeof(identity->scheduler[0]));
	struct plan_names names = {0};
	struct plan_declarations declared;
	struct hud_plan_pool pool;
	uint32_t bytes[2];

	if (!file || !identity || size < SIZES_BYTES ||
	    plan_names_open(&names, "rules/tokio-state.rules"))
		goto out;
	pthread_mutex_init(&file->lock, NULL);
	memcpy(bytes, data, sizeof(bytes));
	data += SIZES_BYTES;
	size -= SIZES_BYTES;
	if (take(&file->sections.view[DWARF_ABBREV], bytes[0], &data, &size) &&
	    take(&file->sections.view[DWARF_STR], bytes[1], &data, &size) &&
	    take(&file->sections.view[DWARF_INFO], size, &data, &size) && !dwarf_units_read(file)) {
		plan_declarations_read(&declared, file, &names, &tls);
		plan_identity_read_dwarf(identity, &declared, &names, &tls);
		check(identity);
		plan_pool_read_dwarf(&pool, &declared, &names, &tls);
		check_pool(&pool);
	}
	plan_names_close(&names);
	dwarf_file_close(file);
	file = NULL;
out:
	free(file);
	free(identity);
	return 0;
}
