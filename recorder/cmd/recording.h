/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CMD_RECORDING_H
#define HUD_RECORDER_CMD_RECORDING_H

#include "recorder/cmd/options.h"
#include "recorder/target/set.h"

/* Records the targets until the duration is over, a signal comes, they exit, or writing fails. */
enum exit_code recording_run(const struct options *o, struct target_set *targets);

#endif
