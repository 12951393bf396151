/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CMD_OPTIONS_H
#define HUD_RECORDER_CMD_OPTIONS_H

#include "recorder/target/set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLANS_MAX 256

struct options {
	struct target_request target[TARGETS_MAX];
	size_t targets;
	char **command;            /* after --, NULL-terminated; NULL: none */
	const char *output;        /* "-": stdout; NULL: a name made from target and time */
	const char *workers;       /* --workers, NULL: none */
	const char *save_binaries; /* directory, NULL: none */
	bool no_copies;            /* of files that were deleted or replaced */
	const char *plan[PLANS_MAX];
	size_t plans;
	bool frame_pointers_only; /* --unwind fp */
	bool plans_required;      /* --unwind dwarf */
	uint64_t duration_ns;     /* 0: until a signal or the exit of the targets */
	uint64_t threshold_ns;
	uint32_t profile_hz;
	double max_overhead_percent; /* of --polls */
	bool polls;                  /* --polls */
	bool tasks;                  /* --tasks */
	uint64_t tasks_every_ns;     /* 0: at the start, at marks, and at the end */
	bool force;
	bool stacks_only;
	bool quiet;
	bool verbose;
};

enum options_outcome { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_WRONG };

/* Parses argv. Prints help, version, or what is wrong. */
enum options_outcome options_parse(int argc, char **argv, struct options *out);

#endif
