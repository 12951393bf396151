/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CMD_FAILURE_H
#define HUD_RECORDER_CMD_FAILURE_H

#include "recorder/base/exit_code.h"

/* Says what cannot be done, and why: a negative errno. EXIT_FAILED. */
enum exit_code cannot(const char *what, int error);

#endif
