/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "format/plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#define COMPRESSION_LEVEL 3 /* level 1 saves 0.1 s of 25 MiB of rows and costs a fifth more bytes */

/* Appends a record of an array and pads it; `at` is where it begins. */
static size_t put(uint8_t *content, size_t at, uint16_t type, const void *data, size_t bytes)
{
	size_t size = sizeof(struct hud_record) + (bytes + 7) / 8 * 8;
	struct hud_record head = {.type = type, .size = (uint32_t)size};

	memcpy(content + at, &head, sizeof(head));
	if (bytes)
		memcpy(content + at + sizeof(head), data, bytes);
	return at + size;
}

static size_t put_pages(uint8_t *content, size_t at, const struct plan *p)
{
	size_t bytes = p->pages * sizeof(*p->page);
	struct hud_plan_pages pages = {
		.head = {.type = HUD_PLAN_PAGES, .size = (uint32_t)(sizeof(pages) + bytes)},
		.first = p->first,
		.count = (uint32_t)p->pages,
	};

	memcpy(content + at, &pages, sizeof(pages));
	if (bytes)
		memcpy(content + at + sizeof(pages), p->page, bytes);
	return at + pages.head.size;
}

/* Bytes of the identity record. */
static size_t identity_bytes(const struct plan *p)
{
	const struct hud_plan_identity *identity = p->identity;

	return identity ? sizeof(*identity) + identity->schedulers * sizeof(identity->scheduler[0])
			: 0;
}

/* Bytes of the records that are of a fixed size, as far as there are any. */
static size_t fixed_bytes(const struct plan *p)
{
	return (p->pool ? sizeof(*p->pool) : 0) + (p->thread_block ? sizeof(*p->thread_block) : 0) +
	       (p->learned ? sizeof(*p->learned) : 0);
}

/* A record that has its head in it; none if there are no data, or no `bytes`. */
static size_t put_whole(uint8_t *content, size_t at, uint16_t type, const void *data, size_t bytes)
{
	struct hud_record head = {.type = type, .size = (uint32_t)bytes};

	if (!data || !bytes)
		return at;
	memcpy(content + at, data, bytes);
	memcpy(content + at, &head, sizeof(head));
	return at + bytes;
}

static size_t tasks_bytes(const struct plan_tasks *t)
{
	if (!t->lists)
		return 0;
	return sizeof(*t->lists) + 5 * sizeof(struct hud_record) + t->types * sizeof(*t->type) +
	       t->nodes * sizeof(*t->node) + t->edges * sizeof(*t->edge) +
	       t->dyns * sizeof(*t->dyn) + t->mains * sizeof(*t->main);
}

static size_t put_tasks(uint8_t *content, size_t at, const struct plan_tasks *t)
{
	if (!t->lists)
		return at;
	at = put_whole(content, at, HUD_PLAN_TASKS, t->lists, sizeof(*t->lists));
	at = put(content, at, HUD_PLAN_TASK_TYPES, t->type, t->types * sizeof(*t->type));
	at = put(content, at, HUD_PLAN_TASK_NODES, t->node, t->nodes * sizeof(*t->node));
	at = put(content, at, HUD_PLAN_TASK_EDGES, t->edge, t->edges * sizeof(*t->edge));
	at = put(content, at, HUD_PLAN_TASK_DYNS, t->dyn, t->dyns * sizeof(*t->dyn));
	return put(content, at, HUD_PLAN_TASK_MAINS, t->main, t->mains * sizeof(*t->main));
}

static void put_content(uint8_t *content, size_t content_bytes, const struct plan *p)
{
	struct hud_plan head = p->head;
	struct hud_plan_numbers numbers = p->numbers;
	size_t at = sizeof(head);

	memcpy(head.magic, HUD_PLAN_MAGIC, sizeof(head.magic));
	head.version = HUD_FORMAT_VERSION;
	head.bytes = content_bytes - sizeof(head);
	memcpy(content, &head, sizeof(head));
	numbers.head = (struct hud_record) {.type = HUD_PLAN_NUMBERS, .size = sizeof(numbers)};
	memcpy(content + at, &numbers, sizeof(numbers));
	at += sizeof(numbers);
	at = put(content, at, HUD_PLAN_SEGMENTS, p->segment, p->segments * sizeof(*p->segment));
	at = put_pages(content, at, p);
	at = put_whole(content, at, HUD_PLAN_IDENTITY, p->identity, identity_bytes(p));
	at = put_whole(content, at, HUD_PLAN_POOL, p->pool, sizeof(*p->pool));
	at = put_whole(content, at, HUD_PLAN_BLOCK, p->thread_block, sizeof(*p->thread_block));
	at = put_whole(content, at, HUD_PLAN_LEARNED, p->learned, sizeof(*p->learned));
	at = put(content, at, HUD_PLAN_POLL_SITES, p->poll_site,
		 p->poll_sites * sizeof(*p->poll_site));
	at = put(content, at, HUD_PLAN_TASK_HOOKS, p->hook, p->hooks * sizeof(*p->hook));
	at = put(content, at, HUD_PLAN_CODE, p->code, p->codes * sizeof(*p->code));
	at = put_tasks(content, at, &p->tasks);
	at = put(content, at, HUD_PLAN_RULES, p->rule, p->rules * sizeof(*p->rule));
	put(content, at, HUD_PLAN_ROWS, p->row, p->rows * sizeof(*p->row));
}

static int content_deflate(const void *content, size_t content_bytes, void **out, size_t *bytes)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t room = ZSTD_compressBound(content_bytes), size;
	void *data = malloc(room);
	int err = -ENOMEM;

	if (!context || !data)
		goto out;
	ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, COMPRESSION_LEVEL);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	size = ZSTD_compress2(context, data, room, content, content_bytes);
	if (ZSTD_isError(size))
		goto out;
	*out = data;
	*bytes = size;
	data = NULL;
	err = 0;
out:
	free(data);
	ZSTD_freeCCtx(context);
	return err;
}

int plan_serialize(const struct plan *p, void **out, size_t *bytes)
{
	size_t content_bytes;
	uint8_t *content;
	int err;

	if (p->segments > HUD_PLAN_SEGMENTS_MAX || p->rules > HUD_PLAN_RULES_MAX ||
	    p->poll_sites > HUD_PLAN_POLL_SITES_MAX || p->hooks > HUD_PLAN_TASK_HOOKS_MAX ||
	    p->codes > HUD_PLAN_CODE_MAX ||
	    (p->identity && p->identity->schedulers > HUD_PLAN_SCHEDULERS_MAX) ||
	    (p->pool && p->pool->roots > HUD_PLAN_POOL_ROOTS_MAX) ||
	    p->tasks.types > HUD_PLAN_TASK_TYPES_MAX || p->tasks.nodes > HUD_PLAN_TASK_NODES_MAX ||
	    p->tasks.edges > HUD_PLAN_TASK_EDGES_MAX || p->tasks.dyns > HUD_PLAN_TASK_DYNS_MAX ||
	    p->tasks.mains > HUD_PLAN_TASK_MAINS_MAX ||
	    p->pages > HUD_PLAN_CONTENT_MAX / sizeof(*p->page) ||
	    p->rows > HUD_PLAN_CONTENT_MAX / sizeof(*p->row))
		return -EFBIG;
	content_bytes = sizeof(struct hud_plan) + sizeof(struct hud_plan_numbers) +
			6 * sizeof(struct hud_record) + p->hooks * sizeof(*p->hook) +
			p->codes * sizeof(*p->code) + identity_bytes(p) + fixed_bytes(p) +
			tasks_bytes(&p->tasks) + p->poll_sites * sizeof(*p->poll_site) +
			p->segments * sizeof(*p->segment) + sizeof(struct hud_plan_pages) +
			p->pages * sizeof(*p->page) + p->rules * sizeof(*p->rule) +
			(p->rows * sizeof(*p->row) + 7) / 8 * 8;
	if (content_bytes > HUD_PLAN_CONTENT_MAX)
		return -EFBIG;
	content = calloc(1, content_bytes);
	if (!content)
		return -ENOMEM;
	put_content(content, content_bytes, p);
	err = content_deflate(content, content_bytes, out, bytes);
	free(content);
	return err;
}
