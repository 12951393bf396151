/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_LIVE_PLAIN_H
#define HUD_ANALYZER_LIVE_PLAIN_H

#include "analyzer/base/message.h"
#include "analyzer/live/session.h"

#define PLAIN_PART_NS INT64_C(1000000000)

/*
 * A session as lines on standard output, for logs and pipes: one for each part of the recording,
 * which together are all of it, and one for each long block.
 */
struct plain_options {
	const char *path; /* of the stream, for messages */
	int descriptor;
	int64_t every_ns;  /* how long each part is, at least; 0: PLAIN_PART_NS */
	int64_t alert_ns;  /* a line for each block of this length or longer; 0: none */
	bool quiet;        /* no lines */
	bool whole_window; /* at the end, derive all of the session's window, not its last part */

	/* Called when a part was derived; NULL. Other than STATUS_DONE ends the session. */
	enum exit_status (*judge)(void *context, struct session *s);
	void *context;
};

/*
 * Reads to the end of the stream. That it was cut, or that nothing comes, is said on stderr. After
 * Ctrl-C it reads on for a moment, since the recorder ends at the same time.
 */
enum exit_status plain_run(struct session *s, const struct plain_options *options);

#endif
