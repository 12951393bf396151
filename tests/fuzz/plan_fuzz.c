/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * libFuzzer: any bytes are refused as a plan, or give one that is safe to search and comes back
 * the same when it is written again.
 *
 *   clang -std=c17 -g -O1 -I. -fsanitize=fuzzer,address,undefined \
 *       tests/fuzz/plan_fuzz.c format/plan.c -lzstd -o build/plan_fuzz
 *
 * The first byte chooses: bytes as they are; or the content, which gets a head and a frame that are
 * right (a fuzzer does not find checksums).
 */
#include "format/plan.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_search(const struct plan *p)
{
	for (size_t i = 0; i < p->pages; i++) {
		uint64_t page = p->first + (i << HUD_PLAN_PAGE_BITS);

		for (uint64_t delta = 0; delta < 0x10000; delta += 0x1fff) {
			const struct hud_plan_rule *rule = plan_find(p, page + delta);

			if (!rule != !p->page[i].rows ||
			    (rule && (rule < p->rule || rule >= p->rule + p->rules)))
				abort();
		}
	}
	if (p->first && plan_find(p, p->first - 1))
		abort();
}

static void check_again(const struct plan *p)
{
	struct plan again;
	void *data;
	size_t bytes;

	if (plan_serialize(p, &data, &bytes) || plan_parse(data, bytes, &again))
		abort();
	if (again.rows != p->rows || again.rules != p->rules || again.pages != p->pages ||
	    again.segments != p->segments || again.first != p->first ||
	    (p->rows && memcmp(again.row, p->row, p->rows * sizeof(*p->row)) != 0))
		abort();
	plan_free(&again);
	free(data);
}

static void parse(const void *data, size_t bytes)
{
	struct plan plan;

	if (plan_parse(data, bytes, &plan))
		return;
	check_search(&plan);
	check_again(&plan);
	plan_free(&plan);
}

static void parse_content(const uint8_t *data, size_t size)
{
	size_t content_bytes = sizeof(struct hud_plan) + size, room, bytes;
	struct hud_plan head = {.version = HUD_FORMAT_VERSION, .bytes = size};
	uint8_t *content = malloc(content_bytes);
	ZSTD_CCtx *context = ZSTD_createCCtx();
	void *frame;

	memcpy(head.magic, HUD_PLAN_MAGIC, sizeof(head.magic));
	memcpy(content, &head, sizeof(head));
	memcpy(content + sizeof(head), data, size);
	room = ZSTD_compressBound(content_bytes);
	frame = malloc(room);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	bytes = ZSTD_compress2(context, frame, room, content, content_bytes);
	parse(frame, bytes);
	ZSTD_freeCCtx(context);
	free(frame);
	free(content);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (data[0] & 1)
		parse_content(data + 1, size - 1);
	else
		parse(data + 1, size - 1);
	return 0;
}
