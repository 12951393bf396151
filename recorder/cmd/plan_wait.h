/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_CMD_PLAN_WAIT_H
#define HUD_RECORDER_CMD_PLAN_WAIT_H

#include "recorder/base/signals.h"
#include "recorder/cmd/status.h"
#include "recorder/plan/object_table.h"

/*
 * Waits for the plans of what is mapped in the targets, and says for which. Plans that take too
 * long are used as they arrive, while recording. A signal ends the wait, and is not taken from
 * `signals`: it ends the recording too.
 */
void plans_wait(struct object_table *objects, struct status *status, struct signals *signals);

#endif
