/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* The queue of a blocking pool, from a memory that may lie. */
#include "format/wire/recording.h"
#include "recorder/tasks/dump.h"
#include "tests/unit/fixture/tasks_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WORDS = 1024, THREAD = 0x100, HANDLE = 0x200, POOL = 0x300, RING = 0x400, CLOSURE = 0x800 };
enum { ROOM = 4, RING_ITEM = 16, CLOSURE_BYTES = 128, WORKERS = 64 };
#define MEMORY UINT64_C(0x7f0000000000)
#define PROGRAM UINT64_C(0x550000000000)

struct memory {
	uint64_t word[WORDS];
	uint64_t vtable[10];
};

static size_t memory_read(void *context, const struct task_span *span, size_t count, void *out)
{
	struct memory *m = context;
	uint8_t *to = out;

	for (size_t i = 0; i < count; i++) {
		uint64_t at = span[i].address;

		if (at >= MEMORY && at + span[i].bytes <= MEMORY + sizeof(m->word))
			memcpy(to, (uint8_t *)m->word + (at - MEMORY), span[i].bytes);
		else if (at == PROGRAM + TASK_VTABLE && span[i].bytes == sizeof(m->vtable))
			memcpy(to, m->vtable, sizeof(m->vtable));
		else
			return i;
		to += span[i].bytes;
	}
	return count;
}

static uint64_t clock_stopped(void)
{
	return 1;
}

static const struct hud_plan_pool pool_plan = {
	.roots = 1,
	.queue_kind = HUD_QUEUE_LENGTH,
	.queue = 16,
	.queue_first = 0,
	.queue_end = 8,
	.queue_room = 16,
	.queue_items = 24,
	.item_bytes = RING_ITEM,
	.item_task = 8,
	.threads = {0, 8},
	.idle = {8, 4},
	.root = {{.kind = HUD_SCHEDULER_MULTI_THREAD,
		  .handle = 8,
		  .place = -64,
		  .pool = 48,
		  .workers = {WORKERS, 4}}},
};

struct reading {
	struct plan plan;
	struct task_thread thread;
	struct task_dump dump;
};

/* A pool of three threads with three closures, the first in the last place of the ring. */
static struct memory *memory_make(void)
{
	struct memory *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->vtable[0] = PROGRAM + TASK_POLL;
	m->vtable[7] = TASK_TRAILER;
	m->vtable[9] = TASK_ID;
	m->word[(THREAD - 64) / 8] = 1;
	m->word[(THREAD - 56) / 8] = MEMORY + HANDLE;
	m->word[(HANDLE + HANDLE_OWNER) / 8] = 7;
	m->word[(HANDLE + 48) / 8] = MEMORY + POOL;
	m->word[(HANDLE + WORKERS) / 8] = 2;
	m->word[POOL / 8] = 3;
	m->word[POOL / 8 + 2] = ROOM - 1;
	m->word[POOL / 8 + 3] = 3;
	m->word[POOL / 8 + 4] = ROOM;
	m->word[POOL / 8 + 5] = MEMORY + RING;
	for (uint64_t i = 0; i < ROOM; i++) {
		uint64_t closure = CLOSURE + i * CLOSURE_BYTES;

		m->word[(RING + i * RING_ITEM + 8) / 8] = MEMORY + closure;
		m->word[closure / 8 + 2] = PROGRAM + TASK_VTABLE;
		m->word[(closure + TASK_ID) / 8] = 100 + i;
	}
	return m;
}

static void pools_read(struct reading *r, struct memory *m)
{
	tasks_plan(&r->plan);
	r->plan.pool = &pool_plan;
	r->thread = (struct task_thread) {.tid = 11, .pointer = MEMORY + THREAD};
	r->dump = (struct task_dump) {
		.memory = {memory_read, m},
		.plan = &r->plan,
		.bias = PROGRAM,
		.limits = &task_limits_usual,
		.thread = &r->thread,
		.threads = 1,
		.clock = clock_stopped,
	};
	assert_int_equal(task_dump_read(&r->dump), 0);
}

static void closures_are_read_in_the_order_of_their_ring(void **state)
{
	struct memory *m = memory_make();
	struct reading r;

	(void)state;
	pools_read(&r, m);
	assert_int_equal(r.dump.pools, 1);
	assert_int_equal(r.dump.pool[0].threads, 3);
	assert_int_equal(r.dump.pool[0].workers, 2);
	assert_int_equal(r.dump.pool[0].limit, HUD_NOT_KNOWN);
	assert_int_equal(r.dump.pool[0].queued, 3);
	assert_int_equal(r.dump.closures, 3);
	assert_int_equal(r.dump.closure[0].id, 100 + ROOM - 1);
	assert_int_equal(r.dump.closure[1].id, 100);
	assert_int_equal(r.dump.closure[2].id, 101);
	assert_int_equal(r.dump.closure[0].poll, PROGRAM + TASK_POLL);
	task_dump_close(&r.dump);
	free(m);
}

static void what_is_no_closure_is_counted_and_not_listed(void **state)
{
	struct memory *m = memory_make();
	struct reading r;

	(void)state;
	m->word[CLOSURE / 8 + 2] = PROGRAM; /* no vtable of a task */
	m->word[(RING + RING_ITEM + 8) / 8] = 0x123456789abc;
	pools_read(&r, m);
	assert_int_equal(r.dump.pool[0].queued, 3);
	assert_int_equal(r.dump.pool[0].listed, 1);
	assert_int_equal(r.dump.closure[0].id, 100 + ROOM - 1);
	task_dump_close(&r.dump);
	free(m);
}

static void a_queue_that_cannot_be_is_none(void **state)
{
	static const struct {
		size_t word;
		uint64_t value;
	} lies[] = {
		{POOL / 8 + 3, ROOM + 1}, /* more than it has room for */
		{POOL / 8 + 2, ROOM + 1}, /* begins behind its end */
		{(HANDLE + 48) / 8, 0},   /* no pool */
		{(HANDLE + 48) / 8, UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct memory *m = memory_make();
		struct reading r;

		m->word[lies[i].word] = lies[i].value;
		pools_read(&r, m);
		assert_int_equal(r.dump.pools, 0);
		assert_int_equal(r.dump.closures, 0);
		task_dump_close(&r.dump);
		free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closures_are_read_in_the_order_of_their_ring),
		cmocka_unit_test(what_is_no_closure_is_counted_and_not_listed),
		cmocka_unit_test(a_queue_that_cannot_be_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
