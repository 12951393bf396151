/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_SESSION_H
#define HUD_RECORDER_CAPTURE_SESSION_H

#include "format/capture/writer.h"
#include "recorder/capture/output.h"

/*
 * Fills in what does not depend on what is recorded: the clocks, the machine, versions, and the
 * target as it was named. `text` NULL is no string.
 */
void session_describe(struct capture_writer *w, struct hud_session *out, const char *target);
uint32_t session_text(struct capture_writer *w, const char *text);

/* Begins a capture with an id of its own. 0 or a negative errno. */
int session_begin(struct output *output, struct capture_writer **out);

/* Writes the END record, and what is kept back. `error`: why, or 0. 0 or a negative errno. */
int session_end(struct capture_writer *w, uint32_t reason, int error, uint64_t now_ns);

#endif
