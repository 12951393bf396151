/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_CMD_LEARN_H
#define HUD_ANALYZER_CMD_LEARN_H

#include "analyzer/cmd/verbs.h"

/*
 * As hud-record's child: it is given snapshots of a process (format/plan/snapshot.h) instead of
 * an ELF file, and gives back what follows from them, as a plan.
 */
bool learn_is_asked(int fd);
enum exit_status learn_of_fd(int fd, const char *output);

#endif
