/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_MARK_H
#define HUD_ANALYZER_SCREEN_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Sets a mark in the recording of a process that goes on here, by hud-record mark. False: `answer`
 * says why not, in one line.
 */
bool mark_send(int64_t pid, const char *text, char *answer, size_t room);

#endif
