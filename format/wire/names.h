/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_WIRE_NAMES_H
#define HUD_FORMAT_WIRE_NAMES_H

#include <stdint.h>

/*
 * Words for the numbers in a capture; the same in messages, JSON, SQL and dump. NULL: not known;
 * those of learning have words for any number.
 */
const char *hud_record_name(uint16_t type);
const char *hud_loss_name(uint32_t cause); /* "ring-full", … */
const char *hud_loss_unit(uint32_t cause); /* "events", "stacks", "bytes", … */
const char *hud_end_reason_name(
	uint32_t reason); /* "duration", "interrupted", "target-exited", … */
const char *hud_lifecycle_name(uint32_t kind);
const char *hud_where_name(uint32_t where);    /* "poll", "park", … */
const char *hud_scheduler_name(uint32_t kind); /* "multi_thread", … */
const char *hud_layout_name(uint32_t source);  /* "learned", … */
/* "too few polls were seen": why a layout could not be learned. */
const char *hud_learn_reason_name(uint32_t reason);
const char *hud_learn_remedy(uint32_t reason);       /* what to do about it */
const char *hud_task_outcome_name(uint32_t outcome); /* "read", "polling", … */
const char *hud_task_frame_kind_name(uint32_t kind); /* "coroutine", "wait", … */
const char *hud_task_leaf_name(uint32_t leaf);       /* "sleep", "acquire", … */
const char *hud_stack_stop_name(uint32_t stop);      /* "root", "no-mapping", … */

#endif
