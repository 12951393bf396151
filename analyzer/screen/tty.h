/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_TTY_H
#define HUD_ANALYZER_SCREEN_TTY_H

#include "analyzer/base/message.h"
#include "analyzer/screen/cells.h"

#include <stdbool.h>

/*
 * The terminal as a screen. It is /dev/tty, since standard input may be the capture. Whatever ends
 * the process, the terminal is left as it was: on signals that can be caught as well.
 */
struct tty {
	struct cells_form form;
	bool colour;
	int descriptor;
	void *in, *out; /* FILE */
};

/* Says on stderr why there can be no screen. */
enum exit_status tty_open(struct tty *t);
void tty_close(struct tty *t);

/*
 * Takes the terminal's size as it is now. ncurses learns of it from SIGWINCH alone, which does not
 * reach a program that was started with it blocked, nor one that is about to ask for it.
 */
void tty_follow_size(const struct tty *t);

/*
 * Stops the process when Ctrl-Z (SIGTSTP) asked for it, with the terminal given back meanwhile.
 * True: it was stopped and goes on, and everything is to be drawn again. ncurses' own handler does
 * not do: the signal is lost when it comes during a drawing.
 */
bool tty_stop_if_asked(void);

/* Puts text on the clipboard of whoever's terminal it is (OSC 52); the text is not shown. */
void tty_copy(const struct tty *t, const char *text);

#endif
