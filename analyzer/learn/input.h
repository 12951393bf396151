/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LEARN_INPUT_H
#define HUD_ANALYZER_LEARN_INPUT_H

#include "format/plan/snapshot.h"

#include <stdbool.h>
#include <stddef.h>

/* Snapshots of one step, in the order of their times. One of the three arrays is there. */
struct learn_input {
	struct hud_snapshots head;
	size_t count;
	struct hud_block_snapshot *block;
	struct hud_context_snapshot *context;
	struct hud_core_snapshot *core;
};

/* Copies what is in `data`. 0, -ENOMEM, -EBADMSG: damaged; -EPROTO: of another version. */
int learn_input_read(struct learn_input *in, const void *data, size_t bytes);
void learn_input_close(struct learn_input *in);

/* Is this the address of a word in the part of the thread's stack that is in use? */
bool learn_on_stack(const struct hud_snapshot *s, uint64_t address);

/* Can this be the address of something on the heap? */
bool learn_on_heap(const struct hud_snapshot *s, uint64_t address);

#endif
