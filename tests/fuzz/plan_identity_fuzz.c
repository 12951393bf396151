/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * With any debug information the search for the runtime's state ends, and finds only offsets inside
 * of the thread-local block.
 *
 * Input: two numbers of 4 bytes, the bytes of .debug_abbrev and of .debug_str, then these two, and
 * .debug_info.
 */
#include "analyzer/runtime/identity_dwarf.h"
#include "analyzer/dwarf/file.h"
#include "analyzer/runtime/pool_dwarf.h"
#include "tests/fuzz/frame.h"

#include <elf.h>

enum { SIZES_BYTES = 8, BLOCK_BYTES = 0x140 };

static void check_offset(int64_t offset)
{
	MUST(offset >= -BLOCK_BYTES && offset <= -8);
}

static void check(const struct hud_plan_identity *identity)
{
	MUST(identity->schedulers <= HUD_PLAN_SCHEDULERS_MAX);
	if (identity->identity_flags & HUD_IDENTITY_TASK)
		check_offset(identity->task);
	if (identity->identity_flags & HUD_IDENTITY_TASK_TAG)
		check_offset(identity->task_tag);
	for (uint16_t i = 0; i < identity->schedulers; i++)
		check_offset(identity->scheduler[i].context);
}

static void check_pool(const struct hud_plan_pool *pool)
{
	MUST(pool->roots <= HUD_PLAN_POOL_ROOTS_MAX);
	for (uint32_t i = 0; i < pool->roots; i++)
		MUST(pool->root[i].place >= -BLOCK_BYTES && pool->root[i].place < 0);
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
