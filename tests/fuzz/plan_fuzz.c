/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Any bytes are refused as a plan, or give one that is safe to search, as hud-record does, and
 * comes back the same when it is written again.
 *
 * The first byte chooses: bytes as they are; or the content, which gets a head and a frame that are
 * right (a fuzzer does not find checksums).
 */
#include "format/plan/plan.h"
#include "tests/fuzz/frame.h"

static void check_search(const struct plan *p)
{
	for (size_t i = 0; i < p->pages; i++) {
		uint64_t page = p->first + (i << HUD_PLAN_PAGE_BITS);

		for (uint64_t delta = 0; delta < 0x10000; delta += 0x1fff) {
			const struct hud_plan_rule *rule = plan_find(p, page + delta);

			MUST(!rule == !p->page[i].rows);
			MUST(!rule || (rule >= p->rule && rule < p->rule + p->rules));
		}
	}
	MUST(!p->first || !plan_find(p, p->first - 1));
}

static void check_again(const struct plan *p)
{
	struct plan again;
	void *data;
	size_t bytes;

	MUST(!plan_serialize(p, &data, &bytes));
	MUST(!plan_parse(data, bytes, &again));
	MUST(again.rows == p->rows && again.rules == p->rules && again.pages == p->pages);
	MUST(again.segments == p->segments && again.first == p->first);
	MUST(!p->rows || !memcmp(again.row, p->row, p->rows * sizeof(*p->row)));
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
	struct hud_plan head = {.version = HUD_FORMAT_VERSION, .bytes = size};
	size_t content_bytes = sizeof(head) + size, bytes;
	uint8_t *content = malloc(content_bytes), *frame;

	MUST(content);
	memcpy(head.magic, HUD_PLAN_MAGIC, sizeof(head.magic));
	memcpy(content, &head, sizeof(head));
	memcpy(content + sizeof(head), data, size);
	frame = frame_compress(content, content_bytes, &bytes);
	parse(frame, bytes);
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
