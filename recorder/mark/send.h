/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_MARK_SEND_H
#define HUD_RECORDER_MARK_SEND_H

#include "recorder/base/exit_code.h"

/*
 * `hud-record mark [-r RECORDING] TEXT`: sends a mark to a running hud-record. argv[0] is the name
 * of the program, the rest what follows "mark". Prints what is wrong.
 */
enum exit_code mark_send(int argc, char **argv);

#endif
