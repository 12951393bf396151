/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What a child sends of a dump is what its parent gets; a part of it is refused. */
#include "recorder/tasks/transfer.h"
#include "recorder/base/child_call.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LIMIT_NS UINT64_C(30000000000)

enum { SEENS = 100000 };

static int dump_send(void *context, int out)
{
	return task_dump_send(context, out);
}

/* The caller frees `data`. */
static struct collected sent(void)
{
	struct task_thread thread = {.tid = 7, .comm = "worker"};
	struct task_frame frame[] = {{.entry = 1, .depth = 2}, {.entry = 3}};
	uint64_t address = 0x1234;
	struct task_dump d = {
		.thread = &thread,
		.threads = 1,
		.seen = calloc(SEENS, sizeof(*d.seen)),
		.seens = SEENS,
		.frame = frame,
		.frames = 2,
		.address = &address,
		.addresses = 1,
		.counts = {.retries = 5, .cut = true},
		.start_ns = 10,
		.end_ns = 20,
	};
	struct child_call call = {.run = dump_send, .context = &d, .limit_ns = LIMIT_NS};
	struct collected got;
	uint64_t cpu_ns = 0;

	assert_non_null(d.seen);
	d.seen[SEENS - 1].id = 99;
	assert_int_equal(child_call_run(&call, &got, &cpu_ns), 0);
	free(d.seen);
	return got;
}

static void a_dump_arrives_as_it_was(void **state)
{
	struct collected got = sent();
	struct task_dump d = {.bias = 42};

	(void)state;
	assert_int_equal(task_dump_receive(&d, got.data, got.bytes), 0);
	assert_int_equal(d.bias, 42);
	assert_int_equal(d.threads, 1);
	assert_string_equal(d.thread->comm, "worker");
	assert_int_equal(d.seens, SEENS);
	assert_int_equal(d.seen[SEENS - 1].id, 99);
	assert_int_equal(d.frames, 2);
	assert_int_equal(d.frame[1].entry, 3);
	assert_int_equal(d.pools, 0);
	assert_int_equal(d.addresses, 1);
	assert_int_equal(d.address[0], 0x1234);
	assert_int_equal(d.counts.retries, 5);
	assert_true(d.counts.cut);
	assert_int_equal(d.start_ns, 10);
	assert_int_equal(d.end_ns, 20);
	task_dump_close(&d);
	free(d.thread);
	free(got.data);
}

static void a_part_of_a_dump_is_refused(void **state)
{
	struct collected got = sent();
	size_t parts[] = {0, 1, sizeof(struct task_dump), got.bytes / 2, got.bytes - 1};

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct task_dump d = {0};

		assert_int_equal(task_dump_receive(&d, got.data, parts[i]), -EBADMSG);
		task_dump_close(&d);
		free(d.thread);
	}
	free(got.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_dump_arrives_as_it_was),
		cmocka_unit_test(a_part_of_a_dump_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
