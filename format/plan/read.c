/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/plan/plan.h"
#include "format/plan/valid.h"
#include "format/wire/recording.h"
#include "format/wire/zstd_frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#define PAGE_BYTES (UINT64_C(1) << HUD_PLAN_PAGE_BITS)

/* State of plan_parse(). */
struct parse {
	struct plan *plan;
	size_t row_room; /* rows that the record could hold, padding included */
	uint32_t seen;   /* bit per known record type */
};

static int zstd_errno(size_t result)
{
	return ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation ? -ENOMEM : -EBADMSG;
}

/* Exactly one frame, with content size and checksum. */
static int content_inflate(const void *data, size_t bytes, void **content, size_t *content_bytes)
{
	static const uint32_t magic = ZSTD_MAGICNUMBER;
	const uint8_t *frame = data;
	unsigned long long size;
	size_t whole;
	void *block;

	if (bytes < 6 || memcmp(frame, &magic, sizeof(magic)) != 0 ||
	    !(frame[4] & FRAME_CHECKSUM) || (frame[4] & FRAME_DICTIONARY))
		return -EBADMSG;
	size = ZSTD_getFrameContentSize(data, bytes);
	if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR ||
	    size < sizeof(struct hud_plan) || size > HUD_PLAN_CONTENT_MAX)
		return -EBADMSG;
	whole = ZSTD_findFrameCompressedSize(data, bytes);
	if (ZSTD_isError(whole) || whole != bytes)
		return -EBADMSG;
	block = malloc((size_t)size);
	if (!block)
		return -ENOMEM;
	whole = ZSTD_decompress(block, (size_t)size, data, bytes);
	if (ZSTD_isError(whole) || whole != size) {
		free(block);
		return ZSTD_isError(whole) ? zstd_errno(whole) : -EBADMSG;
	}
	*content = block;
	*content_bytes = (size_t)size;
	return 0;
}

/* The items of a record that is an array, `most` at most. NULL: it is damaged. */
static const void *items_take(const struct hud_record *record, size_t item, size_t most,
			      size_t *count)
{
	size_t bytes = record->size - sizeof(*record);

	*count = bytes / item;
	return bytes % item || *count > most ? NULL : record + 1;
}

static int take_segments(struct parse *p, const struct hud_record *record)
{
	const struct hud_plan_segment *segment;
	size_t count;

	segment = items_take(record, sizeof(*segment), HUD_PLAN_SEGMENTS_MAX, &count);
	if (!segment)
		return -EBADMSG;
	for (size_t i = 0; i < count; i++) {
		if (segment[i].bytes > UINT64_MAX - segment[i].offset ||
		    segment[i].bytes > UINT64_MAX - segment[i].address)
			return -EBADMSG;
	}
	p->plan->segment = segment;
	p->plan->segments = count;
	return 0;
}

static int take_pages(struct parse *p, const struct hud_record *record)
{
	const struct hud_plan_pages *pages = (const void *)record;

	if (record->size < sizeof(*pages) ||
	    (record->size - sizeof(*pages)) / sizeof(pages->page[0]) != pages->count ||
	    pages->first % PAGE_BYTES || pages->count > (UINT64_MAX - pages->first) / PAGE_BYTES)
		return -EBADMSG;
	p->plan->first = pages->first;
	p->plan->page = pages->page;
	p->plan->pages = pages->count;
	return 0;
}

static int take_rows(struct parse *p, const struct hud_record *record)
{
	p->plan->row = (const void *)(record + 1);
	p->row_room = (record->size - sizeof(*record)) / sizeof(struct hud_plan_row);
	return 0;
}

static int take_rules(struct parse *p, const struct hud_record *record)
{
	const struct hud_plan_rule *rule = (const void *)(record + 1);
	size_t count = (record->size - sizeof(*record)) / sizeof(*rule);

	if (count > HUD_PLAN_RULES_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < count; i++) {
		if (rule[i].type > HUD_RULE_LAST)
			return -EBADMSG;
	}
	p->plan->rule = rule;
	p->plan->rules = count;
	return 0;
}

static int take_numbers(struct parse *p, const struct hud_record *record)
{
	if (record->size < sizeof(p->plan->numbers))
		return -EBADMSG;
	memcpy(&p->plan->numbers, record, sizeof(p->plan->numbers));
	return 0;
}

static int take_identity(struct parse *p, const struct hud_record *record)
{
	const struct hud_plan_identity *identity = (const void *)record;

	if (record->size < sizeof(*identity) || identity->schedulers > HUD_PLAN_SCHEDULERS_MAX ||
	    (record->size - sizeof(*identity)) / sizeof(identity->scheduler[0]) !=
		    identity->schedulers)
		return -EBADMSG;
	for (uint16_t i = 0; i < identity->schedulers; i++) {
		const struct hud_plan_scheduler *s = &identity->scheduler[i];

		if (!plan_width_valid(s->variant.bytes) || !plan_width_valid(s->parked.bytes) ||
		    !s->parked.bytes || s->queue_kind > HUD_QUEUE_WRAPPED)
			return -EBADMSG;
	}
	p->plan->identity = identity;
	return 0;
}

static int take_pool(struct parse *p, const struct hud_record *record)
{
	const struct hud_plan_pool *pool = (const void *)record;

	if (record->size < sizeof(*pool) || pool->roots > HUD_PLAN_POOL_ROOTS_MAX ||
	    (pool->queue_kind != HUD_QUEUE_LENGTH && pool->queue_kind != HUD_QUEUE_WRAPPED) ||
	    !plan_width_valid(pool->variant.bytes) || !plan_count_valid(&pool->threads) ||
	    !plan_count_valid(&pool->idle) || !plan_count_valid(&pool->limit))
		return -EBADMSG;
	for (uint32_t i = 0; i < pool->roots; i++)
		if (!plan_width_valid(pool->root[i].variant.bytes) ||
		    !plan_count_valid(&pool->root[i].workers))
			return -EBADMSG;
	p->plan->pool = pool;
	return 0;
}

static int take_thread_block(struct parse *p, const struct hud_record *record)
{
	if (record->size < sizeof(*p->plan->thread_block))
		return -EBADMSG;
	p->plan->thread_block = (const void *)record;
	return 0;
}

static int take_learned(struct parse *p, const struct hud_record *record)
{
	const struct hud_plan_learned *learned = (const void *)record;

	if (record->size < sizeof(*learned) || learned->reason > HUD_LEARN_REASON_LAST ||
	    learned->next.step > HUD_LEARN_CORE || learned->next.words > HUD_LEARN_WORDS ||
	    learned->next.chains > HUD_LEARN_CHAINS ||
	    learned->next.window_bytes > HUD_LEARN_WINDOW_BYTES)
		return -EBADMSG;
	for (uint32_t i = 0; i < learned->next.chains; i++)
		if (learned->next.chain[i].core > HUD_LEARN_CONTEXT_BYTES - sizeof(uint64_t))
			return -EBADMSG;
	p->plan->learned = learned;
	return 0;
}

static int take_poll_sites(struct parse *p, const struct hud_record *record)
{
	const struct hud_plan_poll_site *site;
	size_t count;

	site = items_take(record, sizeof(*site), HUD_PLAN_POLL_SITES_MAX, &count);
	if (!site)
		return -EBADMSG;
	for (size_t i = 1; i < count; i++) {
		if (site[i].address <= site[i - 1].address)
			return -EBADMSG;
	}
	p->plan->poll_site = site;
	p->plan->poll_sites = count;
	return 0;
}

static int take_hooks(struct parse *p, const struct hud_record *record)
{
	const struct hud_plan_task_hook *hook;
	size_t count;

	hook = items_take(record, sizeof(*hook), HUD_PLAN_TASK_HOOKS_MAX, &count);
	if (!hook)
		return -EBADMSG;
	for (size_t i = 0; i < count; i++)
		if (!hook[i].hook || hook[i].hook > HUD_HOOK_LAST ||
		    (i && hook[i].address <= hook[i - 1].address))
			return -EBADMSG;
	p->plan->hook = hook;
	p->plan->hooks = count;
	return 0;
}

static int take_code(struct parse *p, const struct hud_record *record)
{
	const struct hud_plan_code *code;
	size_t count;

	code = items_take(record, sizeof(*code), HUD_PLAN_CODE_MAX, &count);
	if (!code)
		return -EBADMSG;
	for (size_t i = 0; i < count; i++) {
		if (!code[i].bytes || code[i].bytes > UINT64_MAX - code[i].address ||
		    (i && code[i].address < code[i - 1].address + code[i - 1].bytes))
			return -EBADMSG;
	}
	p->plan->code = code;
	p->plan->codes = count;
	return 0;
}

static int take_tasks(struct parse *p, const struct hud_record *record)
{
	if (record->size < sizeof(*p->plan->tasks.lists))
		return -EBADMSG;
	p->plan->tasks.lists = (const void *)record;
	return 0;
}

static int take_task_types(struct parse *p, const struct hud_record *record)
{
	struct plan_tasks *t = &p->plan->tasks;

	t->type = items_take(record, sizeof(*t->type), HUD_PLAN_TASK_TYPES_MAX, &t->types);
	return t->type ? 0 : -EBADMSG;
}

static int take_task_nodes(struct parse *p, const struct hud_record *record)
{
	struct plan_tasks *t = &p->plan->tasks;

	t->node = items_take(record, sizeof(*t->node), HUD_PLAN_TASK_NODES_MAX, &t->nodes);
	return t->node ? 0 : -EBADMSG;
}

static int take_task_edges(struct parse *p, const struct hud_record *record)
{
	struct plan_tasks *t = &p->plan->tasks;

	t->edge = items_take(record, sizeof(*t->edge), HUD_PLAN_TASK_EDGES_MAX, &t->edges);
	return t->edge ? 0 : -EBADMSG;
}

static int take_task_dyns(struct parse *p, const struct hud_record *record)
{
	struct plan_tasks *t = &p->plan->tasks;

	t->dyn = items_take(record, sizeof(*t->dyn), HUD_PLAN_TASK_DYNS_MAX, &t->dyns);
	return t->dyn ? 0 : -EBADMSG;
}

static int take_task_mains(struct parse *p, const struct hud_record *record)
{
	struct plan_tasks *t = &p->plan->tasks;

	t->main = items_take(record, sizeof(*t->main), HUD_PLAN_TASK_MAINS_MAX, &t->mains);
	return t->main ? 0 : -EBADMSG;
}

static int (*const take[])(struct parse *p, const struct hud_record *record) = {
	[HUD_PLAN_SEGMENTS] = take_segments,
	[HUD_PLAN_PAGES] = take_pages,
	[HUD_PLAN_ROWS] = take_rows,
	[HUD_PLAN_RULES] = take_rules,
	[HUD_PLAN_NUMBERS] = take_numbers,
	[HUD_PLAN_IDENTITY] = take_identity,
	[HUD_PLAN_POLL_SITES] = take_poll_sites,
	[HUD_PLAN_POOL] = take_pool,
	[HUD_PLAN_CODE] = take_code,
	[HUD_PLAN_BLOCK] = take_thread_block,
	[HUD_PLAN_LEARNED] = take_learned,
	[HUD_PLAN_TASKS] = take_tasks,
	[HUD_PLAN_TASK_TYPES] = take_task_types,
	[HUD_PLAN_TASK_NODES] = take_task_nodes,
	[HUD_PLAN_TASK_EDGES] = take_task_edges,
	[HUD_PLAN_TASK_DYNS] = take_task_dyns,
	[HUD_PLAN_TASK_HOOKS] = take_hooks,
	[HUD_PLAN_TASK_MAINS] = take_task_mains,
};

static int take_record(struct parse *p, const struct hud_record *record)
{
	if (record->type >= sizeof(take) / sizeof(take[0]) || !take[record->type])
		return record->flags & HUD_MUST_UNDERSTAND ? -EPROTO : 0;
	if (p->seen & 1u << record->type)
		return -EBADMSG;
	p->seen |= 1u << record->type;
	return take[record->type](p, record);
}

static int take_records(struct parse *p, const uint8_t *content, size_t bytes)
{
	size_t at = sizeof(struct hud_plan);

	while (at < bytes) {
		const struct hud_record *record = (const void *)(content + at);
		int err;

		if (bytes - at < sizeof(*record) || record->size < sizeof(*record) ||
		    record->size % 8 || record->size > bytes - at)
			return -EBADMSG;
		err = take_record(p, record);
		if (err)
			return err;
		at += record->size;
	}
	return 0;
}

static int check_page(const struct plan *p, const struct hud_plan_page *page)
{
	const struct hud_plan_row *row = p->row + page->first_row;

	if (row[0].delta)
		return -EBADMSG;
	for (uint32_t i = 0; i < page->rows; i++) {
		if (row[i].rule >= p->rules || (i && row[i].delta <= row[i - 1].delta))
			return -EBADMSG;
	}
	return 0;
}

/* The pages' rows follow one another; at most one row of padding follows, and is zero. */
static int check_rows(struct parse *p)
{
	static const struct hud_plan_row padding;
	struct plan *plan = p->plan;

	for (size_t i = 0; i < plan->pages; i++) {
		const struct hud_plan_page *page = &plan->page[i];

		if (page->first_row != plan->rows || page->rows > p->row_room - plan->rows)
			return -EBADMSG;
		if (page->rows && check_page(plan, page))
			return -EBADMSG;
		plan->rows += page->rows;
	}
	if (p->row_room - plan->rows > plan->rows % 2)
		return -EBADMSG;
	if (p->row_room > plan->rows &&
	    memcmp(&plan->row[plan->rows], &padding, sizeof(padding)) != 0)
		return -EBADMSG;
	return 0;
}

static int check_head(const struct hud_plan *head, size_t bytes)
{
	if (memcmp(head->magic, HUD_PLAN_MAGIC, sizeof(head->magic)) != 0)
		return -EBADMSG;
	if (head->version != HUD_FORMAT_VERSION)
		return head->version > HUD_FORMAT_VERSION ? -EPROTO : -EBADMSG;
	if (head->build_id_bytes > HUD_BUILD_ID_BYTES_MAX || head->bytes != bytes - sizeof(*head))
		return -EBADMSG;
	return 0;
}

int plan_parse(const void *data, size_t bytes, struct plan *out)
{
	struct parse parse = {.plan = out};
	void *content;
	size_t content_bytes;
	int err;

	memset(out, 0, sizeof(*out));
	err = content_inflate(data, bytes, &content, &content_bytes);
	if (err)
		return err;
	out->block = content;
	memcpy(&out->head, content, sizeof(out->head));
	err = check_head(&out->head, content_bytes);
	if (!err)
		err = take_records(&parse, content, content_bytes);
	if (!err)
		err = check_rows(&parse);
	if (!err)
		err = plan_tasks_check(&out->tasks);
	if (err)
		plan_free(out);
	return err;
}

bool plan_file_offset(const struct plan *plan, uint64_t address, uint64_t *offset)
{
	for (size_t i = 0; i < plan->segments; i++) {
		const struct hud_plan_segment *s = &plan->segment[i];

		if (address < s->address || address - s->address >= s->bytes)
			continue;
		*offset = address - s->address + s->offset;
		return true;
	}
	return false;
}

void plan_free(struct plan *p)
{
	free(p->block);
	memset(p, 0, sizeof(*p));
}

const struct hud_plan_rule *plan_find(const struct plan *p, uint64_t address)
{
	const struct hud_plan_page *page;
	uint32_t low, high;
	uint16_t delta = (uint16_t)address;

	if (address < p->first || (address - p->first) / PAGE_BYTES >= p->pages)
		return NULL;
	page = &p->page[(address - p->first) / PAGE_BYTES];
	if (!page->rows)
		return NULL;
	/* Row `low` is at or before the address, row `high` after it. */
	low = page->first_row;
	high = low + page->rows;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (p->row[middle].delta <= delta)
			low = middle;
		else
			high = middle;
	}
	return &p->rule[p->row[low].rule];
}
