/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_PLAN_BROKER_H
#define HUD_RECORDER_PLAN_BROKER_H

#include "format/elf/build_id.h"

/*
 * The privileged process parses no ELF: it hands each object, open, to a child that has no
 * privileges, which runs `hud-analyze plan` on it and gives back a plan through a pipe.
 *
 * It is forked while hud-record may still change its user, and lives as long as the recording:
 * objects that dlopen loads need it when the capabilities for that have been given up.
 */
struct plan_broker {
	int socket; /* -1: no broker */
	int pid;
	struct build_id tool; /* of the hud-analyze that makes the plans */
};

/*
 * Starts it. -ENOENT: no hud-analyze beside hud-record's own executable nor at the installed path.
 * Other errors: there is one, and it cannot be run confined.
 */
int plan_broker_open(struct plan_broker *out);

/*
 * Begins to make a plan of the ELF file `elf`, and of its separate debug file (-1: none). Returns
 * the reading end of a pipe, which gives the plan and then end of file (end of file at once: it
 * failed), or a negative errno. The caller may close both files immediately.
 */
int plan_broker_request(const struct plan_broker *b, int elf, int debug);

void plan_broker_close(struct plan_broker *b);

#endif
