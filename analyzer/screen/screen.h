/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_SCREEN_H
#define HUD_ANALYZER_SCREEN_SCREEN_H

#include "analyzer/base/message.h"
#include "analyzer/live/session.h"

/* A session on the terminal: drawn at most ten times a second, with keys and the mouse. */
struct screen_options {
	const char *path; /* of the stream, for messages */
	int descriptor;
	bool replay;       /* it is a file: it plays as it was recorded, and can be sought in */
	bool saving;       /* the stream is read to its end when the screen is left */
	int64_t window_ns; /* to begin with */
};

/* Until the user quits. What was said on stderr meanwhile is said when the screen is gone. */
enum exit_status screen_run(struct session *s, const struct screen_options *options);

#endif
