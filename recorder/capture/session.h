/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_SESSION_H
#define HUD_RECORDER_CAPTURE_SESSION_H

#include "format/capture/writer.h"

/*
 * Fills in what does not depend on what is recorded: the clocks, the machine, versions, and the
 * target as it was named. `text` NULL is no string.
 */
void session_describe(struct capture_writer *w, struct hud_session *out, const char *target);
uint32_t session_text(struct capture_writer *w, const char *text);

#endif
