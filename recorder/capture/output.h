/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CAPTURE_OUTPUT_H
#define HUD_RECORDER_CAPTURE_OUTPUT_H

#include "format/base/new_file.h"
#include "recorder/base/signals.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the capture is written: NAME.partial until it is complete, then NAME; or stdout. */
struct output {
	struct new_file file; /* for stdout, its `fd` is that */
	bool pipe;            /* to stdout */
	struct signals *signals;
	uint64_t end_ns; /* CLOCK_MONOTONIC: when the recording ends; 0: that is not known */
};

/*
 * Opens `name` ("-": stdout; NULL: a name from `label` and the time). The file is for its owner
 * only, and belongs to the user who called sudo. Prints what is wrong; 0 or a negative errno.
 * `signals` must live as long: they end a wait for the reader of a pipe.
 */
int output_open(const char *name, const char *label, struct signals *signals, struct output *out);

/* Is it in a directory where root may write only with CAP_DAC_OVERRIDE? */
bool output_in_foreign_directory(const struct output *out);

/*
 * A capture_sink. A pipe may be full for as long as its reader likes, until a signal asks to end or
 * the recording ends: then -ETIMEDOUT after 5 s without progress, or at a second signal.
 */
int output_write(void *output, const void *data, size_t bytes);

/*
 * Closes it; if `whole` it gets its name, else it stays NAME.partial. 0 or a negative errno,
 * printed.
 */
int output_close(struct output *out, bool whole);

/* What an error of output_write() or output_open() means. */
const char *output_error(int error);

/* Nothing was recorded: the file is removed. */
void output_abandon(struct output *out);

#endif
