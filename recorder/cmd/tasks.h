/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CMD_TASKS_H
#define HUD_RECORDER_CMD_TASKS_H

#include "recorder/base/exit_code.h"

/*
 * `hud-record tasks PID|NAME [-o FILE|-]`: reads all tasks of a process once, from outside, into a
 * capture. argv[0] is the name of the program, the rest what follows "tasks". Prints what is wrong.
 */
enum exit_code tasks_run(int argc, char **argv);

#endif
