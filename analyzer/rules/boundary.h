/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RULES_BOUNDARY_H
#define HUD_ANALYZER_RULES_BOUNDARY_H

#include "analyzer/rules/frame.h"

/*
 * The boundary of a block: the first synchronous function of the user's that async code calls. It
 * is what to put into spawn_blocking, whatever it calls in turn.
 *
 * `frames`: a stack, innermost first; `site`: its innermost frame of the user's; `inside`: the
 * first frame outside of the poll. The index of a frame from `site` on: `site` itself where the
 * user's frames are all async code.
 */
int boundary_find(const struct symbol_frame *const *frames, int site, int inside);

/*
 * The same where names alone do not say whose code a frame is: the function that the innermost
 * async code calls, be it the user's or a library's. `site` itself where there is none.
 */
int boundary_guess(const struct symbol_frame *const *frames, int site, int inside);

#endif
