/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SYMBOLS_GENERATED_H
#define HUD_ANALYZER_SYMBOLS_GENERATED_H

/* Code that a process made itself: symbolizer_generated(). */
struct symbolizer;

/* Forgets what was read of processes. */
void symbol_generated_close(struct symbolizer *s);

#endif
