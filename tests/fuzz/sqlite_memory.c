/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * While fuzzing, SQLite has its memory from the C library and not from the sanitizer: to prepare
 * the statements of a report takes it some hundred thousand allocations, which were two thirds of
 * the time. Kept inputs run once with the sanitizer's, which sees a text of SQLite's read too far.
 */
#include "tests/fuzz/frame.h"

#include <sqlite3.h>

void *__libc_malloc(size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void __libc_free(void *old);

/* SQLite asks for the size of what it has: that lies before it. */
enum { HEAD = 16 };

static void *sized(int *head, int bytes)
{
	if (!head)
		return NULL;
	*head = bytes;
	return (char *)head + HEAD;
}

static int *head_of(void *memory)
{
	return (int *)(void *)((char *)memory - HEAD);
}

static void *memory_new(int bytes)
{
	return sized(__libc_malloc((size_t)bytes + HEAD), bytes);
}

static void *memory_resize(void *old, int bytes)
{
	return sized(__libc_realloc(head_of(old), (size_t)bytes + HEAD), bytes);
}

static void memory_free(void *old)
{
	__libc_free(head_of(old));
}

static int memory_size(void *memory)
{
	return *head_of(memory);
}

static int size_round(int bytes)
{
	return (bytes + 7) & ~7;
}

static int memory_begin(void *context)
{
	(void)context;
	return SQLITE_OK;
}

static void memory_end(void *context)
{
	(void)context;
}

/* HUD_FUZZ_FAST: tests/fuzz/run.sh */
__attribute__((constructor)) static void memory_choose(void)
{
	static sqlite3_mem_methods methods = {
		.xMalloc = memory_new,
		.xFree = memory_free,
		.xRealloc = memory_resize,
		.xSize = memory_size,
		.xRoundup = size_round,
		.xInit = memory_begin,
		.xShutdown = memory_end,
	};

	if (!getenv("HUD_FUZZ_FAST"))
		return;
	MUST(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK);
	MUST(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK);
}
