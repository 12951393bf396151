/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CMD_PREFLIGHT_H
#define HUD_RECORDER_CMD_PREFLIGHT_H

#include "recorder/base/exit_code.h"
#include "recorder/target/set.h"

#include <stdbool.h>

/*
 * Checks what recording needs before anything is opened: kernel version, BTF, pid namespace,
 * capabilities. Prints what is missing and how to get it. EXIT_RECORDED: nothing is.
 */
enum exit_code preflight_check(bool quiet);

/* May the memory maps of the targets be read? As preflight_check(). */
enum exit_code preflight_check_targets(const struct target_set *t);

/* What takes privileges once all is attached, besides reading what the targets map. */
struct privileged_work {
	bool foreign_directory; /* the capture gets its name in another user's directory */
	bool copies_given;      /* copies are made, in a directory of the user who called sudo */
	bool probes;            /* uprobes are attached and detached, to keep their budget */
	bool iterates;          /* threads are listed by a BPF program that is loaded */
};

/*
 * Gives up every capability that a running recording does not use. Kept are: CAP_SYS_PTRACE and
 * CAP_DAC_READ_SEARCH (memory maps and build-ids after exec and dlopen, in any container),
 * CAP_CHECKPOINT_RESTORE (deleted files still mapped), and what `work` needs. 0 or a negative
 * errno.
 */
int privileges_drop(const struct privileged_work *work);

#endif
