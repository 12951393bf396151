/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* A plan is read as it was written, or is refused. */
#include "format/wire/events.h"
#include "format/wire/recording.h"
#include "tests/unit/fixture/plan_fixture.h"
#include "tests/unit/fixture/tasks_fixture.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <zstd.h>

#define FIRST 0x7fff0000u

static const struct hud_plan_segment segments[] = {
	{.offset = 0x1000, .address = FIRST + 0x1000, .bytes = 0x2a000}};
static const struct hud_plan_page pages[] = {{0, 3}, {3, 0}, {3, 2}};
static const struct hud_plan_row rows[] = {{0, 0}, {0x1000, 1}, {0x1001, 2}, {0, 1}, {0xffff, 0}};
static const struct hud_plan_rule rules[] = {
	{0},
	{.type = HUD_RULE_CFA_SP,
	 .cfa_offset = 8,
	 .fp_offset = HUD_RULE_UNCHANGED,
	 .ra_offset = -8},
	{.type = HUD_RULE_CFA_FP, .cfa_offset = 16, .fp_offset = -16, .ra_offset = -8},
};

static const struct hud_plan_poll_site poll_sites[] = {
	{.address = FIRST + 0x1000, .site_flags = HUD_POLL_SITE_CHEAP},
	{.address = FIRST + 0x1040, .site_flags = HUD_POLL_SITE_BLOCKING}};

static const struct hud_plan_task_hook hooks[] = {
	{.address = FIRST + 0x1080, .hook = HUD_HOOK_WAKE, .hook_flags = HUD_HOOK_CHEAP},
	{.address = FIRST + 0x10c0, .hook = HUD_HOOK_END}};

static const struct hud_plan_code codes[] = {
	{.address = FIRST + 0x1000, .bytes = 0x20, .code_flags = HUD_CODE_POLL},
	{.address = FIRST + 0x1020, .bytes = 0x20, .code_flags = HUD_CODE_WORKER}};

/* An identity with one scheduler, in a block of its own size. */
static const struct hud_plan_identity *small_identity(void)
{
	static union {
		struct hud_plan_identity identity;
		uint8_t room[sizeof(struct hud_plan_identity) + sizeof(struct hud_plan_scheduler)];
	} one;

	one.identity = (struct hud_plan_identity) {
		.identity_flags = HUD_IDENTITY_KNOWN | HUD_IDENTITY_TASK,
		.schedulers = 1,
		.task = -64,
	};
	one.identity.scheduler[0] = (struct hud_plan_scheduler) {
		.kind = HUD_SCHEDULER_MULTI_THREAD,
		.context = -96,
		.core = 16,
		.parked = {.offset = 24, .bytes = 8},
		.tick = 32,
		.lifo = HUD_NO_OFFSET,
	};
	return &one.identity;
}

static const struct hud_plan_pool small_pool = {
	.roots = 1,
	.queue_kind = HUD_QUEUE_LENGTH,
	.queue = 32,
	.item_bytes = 16,
	.threads = {.offset = 240, .bytes = 8},
	.root = {{.kind = HUD_SCHEDULER_MULTI_THREAD, .place = -216, .handle = 16, .pool = 440}},
};

static struct plan small_plan(void)
{
	struct plan task_tables;

	tasks_plan(&task_tables);
	return (struct plan) {
		.head = {.machine = EM_X86_64,
			 .build_id_bytes = 20,
			 .build_id = "0123456789abcdefghi"},
		.segment = segments,
		.segments = 1,
		.first = FIRST,
		.page = pages,
		.pages = 3,
		.row = rows,
		.rows = 5,
		.rule = rules,
		.rules = 3,
		.identity = small_identity(),
		.pool = &small_pool,
		.poll_site = poll_sites,
		.poll_sites = 2,
		.hook = hooks,
		.hooks = 2,
		.code = codes,
		.codes = 2,
		.tasks = task_tables.tasks,
		.numbers = {.build_ns = 1, .text_bytes = 2, .fdes = 3},
	};
}

static bool equal_identity(const struct hud_plan_identity *l, const struct hud_plan_identity *r)
{
	if (!l || !r)
		return l == r;
	return l->schedulers == r->schedulers && l->task == r->task &&
	       !memcmp(l->scheduler, r->scheduler, l->schedulers * sizeof(l->scheduler[0]));
}

/* Without its head, which plan_serialize() writes. */
static bool equal_pool(const struct hud_plan_pool *l, const struct hud_plan_pool *r)
{
	if (!l || !r)
		return l == r;
	return !memcmp(&l->head + 1, &r->head + 1, sizeof(*l) - sizeof(l->head));
}

static bool equal_tasks(const struct plan_tasks *l, const struct plan_tasks *r)
{
	if (!l->lists || !r->lists)
		return l->lists == r->lists;
	return !memcmp(&l->lists->head + 1, &r->lists->head + 1,
		       sizeof(*l->lists) - sizeof(l->lists->head)) &&
	       l->types == r->types && l->nodes == r->nodes && l->edges == r->edges &&
	       l->dyns == r->dyns && !memcmp(l->type, r->type, l->types * sizeof(*l->type)) &&
	       !memcmp(l->node, r->node, l->nodes * sizeof(*l->node)) &&
	       !memcmp(l->edge, r->edge, l->edges * sizeof(*l->edge)) &&
	       !memcmp(l->dyn, r->dyn, l->dyns * sizeof(*l->dyn));
}

static bool equal(const struct plan *l, const struct plan *r)
{
	return equal_tasks(&l->tasks, &r->tasks) && l->head.machine == r->head.machine &&
	       l->head.build_id_bytes == r->head.build_id_bytes &&
	       !memcmp(l->head.build_id, r->head.build_id, sizeof(l->head.build_id)) &&
	       l->segments == r->segments && l->first == r->first && l->pages == r->pages &&
	       l->rows == r->rows && l->rules == r->rules && l->poll_sites == r->poll_sites &&
	       l->codes == r->codes && !memcmp(l->code, r->code, l->codes * sizeof(*l->code)) &&
	       equal_identity(l->identity, r->identity) && equal_pool(l->pool, r->pool) &&
	       !memcmp(l->poll_site, r->poll_site, l->poll_sites * sizeof(*l->poll_site)) &&
	       l->hooks == r->hooks && !memcmp(l->hook, r->hook, l->hooks * sizeof(*l->hook)) &&
	       !memcmp(l->segment, r->segment, l->segments * sizeof(*l->segment)) &&
	       !memcmp(l->page, r->page, l->pages * sizeof(*l->page)) &&
	       !memcmp(l->row, r->row, l->rows * sizeof(*l->row)) &&
	       !memcmp(l->rule, r->rule, l->rules * sizeof(*l->rule)) &&
	       l->numbers.build_ns == r->numbers.build_ns &&
	       l->numbers.text_bytes == r->numbers.text_bytes && l->numbers.fdes == r->numbers.fdes;
}

static void a_plan_is_read_as_it_was_written(void **state)
{
	struct plan written = small_plan(), plan;
	size_t bytes;
	void *data;

	(void)state;
	assert_int_equal(plan_serialize(&written, &data, &bytes), 0);
	assert_int_equal(plan_parse(data, bytes, &plan), 0);
	assert_true(equal(&written, &plan));
	plan_free(&plan);
	free(data);
}

static void the_plan_of_a_real_program_is_read_as_it_was_written(void **state)
{
	struct plan plan, again;
	size_t bytes;
	void *data;

	(void)state;
	assert_true(plan_of_path("/proc/self/exe", &plan));
	assert_int_equal(plan_serialize(&plan, &data, &bytes), 0);
	assert_int_equal(plan_parse(data, bytes, &again), 0);
	assert_true(equal(&plan, &again));
	plan_free(&plan);
	plan_free(&again);
	free(data);
}

static void an_empty_plan_is_read(void **state)
{
	struct plan written = {0}, plan;
	size_t bytes;
	void *data;

	(void)state;
	assert_int_equal(plan_serialize(&written, &data, &bytes), 0);
	assert_int_equal(plan_parse(data, bytes, &plan), 0);
	assert_null(plan_find(&plan, 0));
	plan_free(&plan);
	free(data);
}

static void the_row_at_or_before_an_address_is_found(void **state)
{
	struct plan p = small_plan();

	(void)state;
	assert_null(plan_find(&p, FIRST - 1));
	assert_ptr_equal(plan_find(&p, FIRST), &rules[0]);
	assert_ptr_equal(plan_find(&p, FIRST + 0xfff), &rules[0]);
	assert_ptr_equal(plan_find(&p, FIRST + 0x1000), &rules[1]);
	assert_ptr_equal(plan_find(&p, FIRST + 0x1001), &rules[2]);
	assert_ptr_equal(plan_find(&p, FIRST + 0xffff), &rules[2]);
	assert_null(plan_find(&p, FIRST + 0x10000));
	assert_ptr_equal(plan_find(&p, FIRST + 0x2fffe), &rules[1]);
	assert_ptr_equal(plan_find(&p, FIRST + 0x2ffff), &rules[0]);
	assert_null(plan_find(&p, FIRST + 0x30000));
	assert_null(plan_find(&p, UINT64_MAX));
}

static void a_plan_cut_anywhere_is_refused(void **state)
{
	struct plan written = small_plan(), plan;
	size_t bytes;
	void *data;

	(void)state;
	assert_int_equal(plan_serialize(&written, &data, &bytes), 0);
	for (size_t cut = 0; cut < bytes; cut++) {
		void *copy = malloc(cut ? cut : 1);

		memcpy(copy, data, cut);
		assert_int_equal(plan_parse(copy, cut, &plan), -EBADMSG);
		assert_null(plan.block);
		free(copy);
	}
	free(data);
}

static void a_plan_with_one_bit_flipped_is_refused_or_unchanged(void **state)
{
	struct plan written = small_plan(), plan;
	size_t bytes;
	uint8_t *data;

	(void)state;
	assert_int_equal(plan_serialize(&written, (void **)&data, &bytes), 0);
	for (size_t bit = 0; bit < bytes * 8; bit++) {
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (!plan_parse(data, bytes, &plan)) {
			assert_true(equal(&written, &plan));
			plan_free(&plan);
		}
		data[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	free(data);
}

static void bytes_after_a_plan_are_refused(void **state)
{
	struct plan written = small_plan(), plan;
	uint8_t *data, *more;
	size_t bytes;

	(void)state;
	assert_int_equal(plan_serialize(&written, (void **)&data, &bytes), 0);
	more = calloc(2, bytes);
	memcpy(more, data, bytes);
	assert_int_equal(plan_parse(more, bytes + 1, &plan), -EBADMSG);
	memcpy(more + bytes, data, bytes);
	assert_int_equal(plan_parse(more, 2 * bytes, &plan), -EBADMSG);
	free(more);
	free(data);
}

/* The content of a plan, which is damaged and then put into a valid frame. */
struct content {
	uint64_t data[1024];
	size_t bytes;
};

static void content_make(struct content *c)
{
	struct plan written = small_plan();
	size_t bytes;
	void *data;

	assert_int_equal(plan_serialize(&written, &data, &bytes), 0);
	c->bytes = ZSTD_decompress(c->data, sizeof(c->data), data, bytes);
	assert_false(ZSTD_isError(c->bytes));
	free(data);
}

static int content_parse(const struct content *c, int checksum, int content_size)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	struct plan plan;
	uint8_t data[16384];
	size_t bytes;
	int err;

	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum);
	ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, content_size);
	bytes = ZSTD_compress2(context, data, sizeof(data), c->data, c->bytes);
	assert_false(ZSTD_isError(bytes));
	ZSTD_freeCCtx(context);
	err = plan_parse(data, bytes, &plan);
	plan_free(&plan);
	return err;
}

static void a_frame_without_checksum_or_size_is_refused(void **state)
{
	struct content c;

	(void)state;
	content_make(&c);
	assert_int_equal(content_parse(&c, 1, 1), 0);
	assert_int_equal(content_parse(&c, 0, 1), -EBADMSG);
	assert_int_equal(content_parse(&c, 1, 0), -EBADMSG);
}

static struct hud_record *record_of(struct content *c, uint16_t type)
{
	uint8_t *at = (uint8_t *)c->data + sizeof(struct hud_plan);

	while (((struct hud_record *)at)->type != type)
		at += ((struct hud_record *)at)->size;
	return (struct hud_record *)at;
}

enum where { IN_HEAD = 0 }; /* else: a record type */

/* A field and the value that is put there. */
static const struct spoil {
	const char *what;
	uint16_t record;
	size_t offset;
	size_t bytes;
	uint64_t value;
	int expected;
} spoils[] = {
	{"magic", IN_HEAD, 0, 1, 'h', -EBADMSG},
	{"a newer version", IN_HEAD, 8, 4, 2, -EPROTO},
	{"version 0", IN_HEAD, 8, 4, 0, -EBADMSG},
	{"build-id size", IN_HEAD, 16, 2, 33, -EBADMSG},
	{"bytes", IN_HEAD, 56, 8, 8, -EBADMSG},
	{"record size 0", HUD_PLAN_RULES, 4, 4, 0, -EBADMSG},
	{"record size odd", HUD_PLAN_RULES, 4, 4, 31, -EBADMSG},
	{"record size large", HUD_PLAN_RULES, 4, 4, 0xfffffff8, -EBADMSG},
	{"unknown", HUD_PLAN_NUMBERS, 0, 2, 77, 0},
	{"unknown, but must understand", HUD_PLAN_NUMBERS, 0, 4, 0x8000004d, -EPROTO},
	{"a second time", HUD_PLAN_NUMBERS, 0, 2, HUD_PLAN_RULES, -EBADMSG},
	{"segment offset", HUD_PLAN_SEGMENTS, 8, 8, UINT64_MAX, -EBADMSG},
	{"segment address", HUD_PLAN_SEGMENTS, 16, 8, UINT64_MAX, -EBADMSG},
	{"segment bytes", HUD_PLAN_SEGMENTS, 24, 8, UINT64_MAX, -EBADMSG},
	{"page not on its bound", HUD_PLAN_PAGES, 8, 8, FIRST + 8, -EBADMSG},
	{"pages after the end", HUD_PLAN_PAGES, 8, 8, ~UINT64_C(0x1ffff), -EBADMSG},
	{"page count", HUD_PLAN_PAGES, 16, 4, 4, -EBADMSG},
	{"first row", HUD_PLAN_PAGES, 24, 4, 1, -EBADMSG},
	{"rows of a page", HUD_PLAN_PAGES, 28, 4, 2, -EBADMSG},
	{"too many rows of a page", HUD_PLAN_PAGES, 44, 4, 0xffffffff, -EBADMSG},
	{"the padding claimed", HUD_PLAN_PAGES, 44, 4, 3, -EBADMSG},
	{"first delta not 0", HUD_PLAN_ROWS, 8, 2, 1, -EBADMSG},
	{"deltas equal", HUD_PLAN_ROWS, 16, 2, 0x1000, -EBADMSG},
	{"deltas descending", HUD_PLAN_ROWS, 16, 2, 1, -EBADMSG},
	{"rule that is not there", HUD_PLAN_ROWS, 14, 2, 3, -EBADMSG},
	{"padding not zero", HUD_PLAN_ROWS, 28, 2, 1, -EBADMSG},
	{"rule type", HUD_PLAN_RULES, 8, 1, HUD_RULE_LAST + 1, -EBADMSG},
	{"roots of a pool", HUD_PLAN_POOL, 8, 4, 3, -EBADMSG},
	{"a pool's queue that is a worker's", HUD_PLAN_POOL, 12, 4, HUD_QUEUE_RING, -EBADMSG},
	{"a pool's variant", HUD_PLAN_POOL, 52, 4, 3, -EBADMSG},
	{"width of a count", HUD_PLAN_POOL, 68, 4, 2, -EBADMSG},
	{"width of a root's count", HUD_PLAN_POOL, 132, 4, 16, -EBADMSG},
	{"roots of lists of tasks", HUD_PLAN_TASKS, 8, 4, 3, -EBADMSG},
	{"a word behind the vtable", HUD_PLAN_TASKS, 32, 4, 76, -EBADMSG},
	{"a link behind the trailer", HUD_PLAN_TASKS, 44, 4, 28, -EBADMSG},
	{"width of a root's variant", HUD_PLAN_TASKS, 80 + 20, 4, 5, -EBADMSG},
	{"shards without a size", HUD_PLAN_TASKS, 80 + 40, 4, 8, -EBADMSG},
	{"a block that is too large", HUD_PLAN_TASKS, 72, 8, 65537, -EBADMSG},
	{"part of a type of tasks", HUD_PLAN_TASK_TYPES, 4, 4, 24, -EBADMSG},
	{"node of a type of tasks", HUD_PLAN_TASK_TYPES, 16, 4, TASK_NODES, -EBADMSG},
	{"kind of a node", HUD_PLAN_TASK_NODES, 32, 1, HUD_NODE_LAST + 1, -EBADMSG},
	{"what a leaf is", HUD_PLAN_TASK_NODES, 33, 1, HUD_LEAF_LAST + 1, -EBADMSG},
	{"width of a node's tag", HUD_PLAN_TASK_NODES, 34, 1, 3, -EBADMSG},
	{"edges of a node", HUD_PLAN_TASK_NODES, 24, 4, 1000, -EBADMSG},
	{"first edge of a node", HUD_PLAN_TASK_NODES, 20, 4, UINT32_MAX, -EBADMSG},
	{"node of an edge", HUD_PLAN_TASK_EDGES, 16, 4, TASK_NODES, -EBADMSG},
	{"offset of an edge", HUD_PLAN_TASK_EDGES, 20, 4, UINT32_MAX, -EBADMSG},
	{"node of a vtable", HUD_PLAN_TASK_DYNS, 16, 4, TASK_NODES, -EBADMSG},
	{"node of a main future", HUD_PLAN_TASK_MAINS, 24, 4, TASK_NODES, -EBADMSG},
	{"register of a main future", HUD_PLAN_TASK_MAINS, 32, 4, 2, -EBADMSG},
	{"code of a main future", HUD_PLAN_TASK_MAINS, 16, 8, MAIN_START, -EBADMSG},
	{"part of a main future", HUD_PLAN_TASK_MAINS, 4, 4, 32, -EBADMSG},
	{"no rules", HUD_PLAN_RULES, 0, 2, 77, -EBADMSG},
	{"no rows", HUD_PLAN_ROWS, 0, 2, 77, -EBADMSG},
	{"no pages", HUD_PLAN_PAGES, 0, 2, 77, -EBADMSG},
	{"more schedulers than there are", HUD_PLAN_IDENTITY, 10, 2, 2, -EBADMSG},
	{"fewer schedulers than there are", HUD_PLAN_IDENTITY, 10, 2, 0, -EBADMSG},
	{"a tag of three bytes", HUD_PLAN_IDENTITY, 40 + 20, 4, 3, -EBADMSG},
	{"no way to tell a park", HUD_PLAN_IDENTITY, 40 + 36, 4, 0, -EBADMSG},
	{"an unknown kind of queue", HUD_PLAN_IDENTITY, 40 + 56, 2, 4, -EBADMSG},
	{"poll sites not in order", HUD_PLAN_POLL_SITES, 24, 8, FIRST, -EBADMSG},
	{"hooks not in order", HUD_PLAN_TASK_HOOKS, 24, 8, FIRST, -EBADMSG},
	{"an unknown hook", HUD_PLAN_TASK_HOOKS, 16, 4, HUD_HOOK_LAST + 1, -EBADMSG},
	{"part of a hook", HUD_PLAN_TASK_HOOKS, 4, 4, 32, -EBADMSG},
	{"functions that overlap", HUD_PLAN_CODE, 8 + 16, 4, 0x21, -EBADMSG},
	{"a function without code", HUD_PLAN_CODE, 8 + 16, 4, 0, -EBADMSG},
};

static void invalid_content_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spoils) / sizeof(*spoils); i++) {
		const struct spoil *s = &spoils[i];
		struct content c;
		uint8_t *at;
		int err;

		content_make(&c);
		at = s->record ? (uint8_t *)record_of(&c, s->record) : (uint8_t *)c.data;
		memcpy(at + s->offset, &s->value, s->bytes);
		err = content_parse(&c, 1, 1);
		if (err != s->expected)
			fail_msg("%s: %d", s->what, err);
	}
}

static void a_plan_with_too_large_sizes_is_refused(void **state)
{
	size_t bytes = (size_t)HUD_PLAN_CONTENT_MAX + 8, size;
	ZSTD_CCtx *context = ZSTD_createCCtx();
	void *content = calloc(1, bytes), *data = malloc(bytes / 8);
	struct plan plan;

	(void)state;
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	size = ZSTD_compress2(context, data, bytes / 8, content, bytes);
	assert_false(ZSTD_isError(size));
	assert_int_equal(plan_parse(data, size, &plan), -EBADMSG);
	ZSTD_freeCCtx(context);
	free(content);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_is_read_as_it_was_written),
		cmocka_unit_test(the_plan_of_a_real_program_is_read_as_it_was_written),
		cmocka_unit_test(an_empty_plan_is_read),
		cmocka_unit_test(the_row_at_or_before_an_address_is_found),
		cmocka_unit_test(a_plan_cut_anywhere_is_refused),
		cmocka_unit_test(a_plan_with_one_bit_flipped_is_refused_or_unchanged),
		cmocka_unit_test(bytes_after_a_plan_are_refused),
		cmocka_unit_test(a_frame_without_checksum_or_size_is_refused),
		cmocka_unit_test(invalid_content_is_refused),
		cmocka_unit_test(a_plan_with_too_large_sizes_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
