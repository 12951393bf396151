/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CMD_STATUS_H
#define HUD_RECORDER_CMD_STATUS_H

#include "format/capture/writer.h"
#include "recorder/capture/output.h"

#include <stdbool.h>
#include <stdint.h>

/* Progress and summary for the user. All on stderr, since stdout may be the capture. */
struct status {
	bool quiet;
	bool terminal;
	bool line_shown;
};

struct status_numbers {
	uint64_t elapsed_ns;
	uint64_t events;
	uint64_t bytes;
	uint64_t lost;         /* sum over all causes of loss */
	char lost_causes[320]; /* " (ring-full 12, waker 5)", or empty: for people */
	uint64_t cpu_ns;
	bool tasks; /* it has dumps of tasks */
};

/*
 * `pipe`: the capture goes to standard output. Then no line shows how far it is; and if its reader
 * has the same terminal, nothing but errors is said.
 */
void status_begin(struct status *s, bool quiet, bool pipe, const char *label, size_t targets);
/* A line that stays, unless the user wants errors only. */
void status_say(struct status *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Overwrites the progress line; on a terminal only. */
void status_update(struct status *s, const struct status_numbers *n);
/*
 * The summary: `reason` (hud_end_reason_name), what was written, lost and spent, what to run next.
 */
void status_end(struct status *s, const struct status_numbers *n, const struct output *out,
		bool whole, const char *reason);

#endif
