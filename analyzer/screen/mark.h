/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_MARK_H
#define HUD_ANALYZER_SCREEN_MARK_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Sets a mark in the recording that goes on here, by hud-record mark. False: `answer` says why not,
 * in one line.
 */
bool mark_send(const char *text, char *answer, size_t room);

#endif
