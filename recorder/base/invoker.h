/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_BASE_INVOKER_H
#define HUD_RECORDER_BASE_INVOKER_H

/*
 * The uid or gid of the user who started hud-record through sudo; `variable` is "SUDO_UID" or
 * "SUDO_GID". -1: this process is not root, or was not started through sudo.
 */
int invoker_id(const char *variable);

/* Gives an open file or directory to that user, where there is one. 0 or a negative errno. */
int invoker_own(int fd);

#endif
