/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Whatever the words of a process are, what is learned from snapshots of them is a plan that
 * hud-record accepts. The head is made to fit: its count and magic are right.
 */
#include "analyzer/learn/learn.h"
#include "format/plan/plan.h"
#include "tests/fuzz/frame.h"

#include <stdio.h>

static size_t snapshot_bytes(uint32_t step)
{
	switch (step) {
	case HUD_LEARN_BLOCK:
		return sizeof(struct hud_block_snapshot);
	case HUD_LEARN_CONTEXT:
		return sizeof(struct hud_context_snapshot);
	default:
		return sizeof(struct hud_core_snapshot);
	}
}

static void answer(const uint8_t *data, size_t bytes)
{
	struct learn_input in;
	struct learn_answer answer;
	struct plan plan;
	void *out;
	size_t out_bytes;

	if (learn_input_read(&in, data, bytes))
		return;
	MUST(!learn_answer(&answer, &in));
	MUST(!learn_answer_write(&answer, &in, &out, &out_bytes));
	MUST(!plan_parse(out, out_bytes, &plan));
	plan_free(&plan);
	free(out);
	learn_input_close(&in);
}

/*
 * A thousand snapshots are megabytes: after the head, the input is the first snapshot, and then for
 * each further one what differs from the one before: offset of a word (16 bits), and the word.
 */
static uint8_t *snapshots_make(struct supply *s, struct hud_snapshots *head, size_t *bytes)
{
	size_t each = snapshot_bytes(head->request.step), count = head->count % 200 + 1;
	uint8_t *out = calloc(1, sizeof(*head) + count * each), *at = out + sizeof(*head);

	MUST(out);
	supply_read(s, at, each);
	for (size_t i = 1; i < count; i++, at += each) {
		memcpy(at + each, at, each);
		for (uint8_t words = supply_byte(s); words; words--) {
			uint16_t offset = 0;

			supply_read(s, &offset, sizeof(offset));
			supply_read(s, at + each + offset % (each / 8) * 8, 8);
		}
	}
	head->count = (uint32_t)count;
	memcpy(head->magic, HUD_SNAPSHOTS_MAGIC, sizeof(head->magic));
	memcpy(out, head, sizeof(*head));
	*bytes = sizeof(*head) + count * each;
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct supply supply = {.data = data, .size = size};
	struct hud_snapshots head = {0};
	uint8_t *made;
	size_t bytes;

	if (size < sizeof(head))
		return 0;
	answer(data, size);
	supply_read(&supply, &head, sizeof(head));
	made = snapshots_make(&supply, &head, &bytes);
	answer(made, bytes);
	free(made);
	return 0;
}
