/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/screen/tty.h"
#include "analyzer/screen/paint.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <ncursesw/curses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COPY_MOST 65536
#define ESCAPE_WAIT_MS 50 /* for the rest of a key's sequence after its first byte */

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

/* The last chance to give the terminal back; the signal then does what it does. */
static void crashed(int signal)
{
	endwin();
	raise(signal);
}

static void crashes_catch(void)
{
	struct sigaction action = {.sa_handler = crashed,
				   .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};

	for (size_t i = 0; i < sizeof(crashes) / sizeof(*crashes); i++)
		sigaction(crashes[i], &action, NULL);
}

/* A handler gets nothing but the signal's number, so this is global. */
static volatile sig_atomic_t stop_asked;

static void stop_note(int signal)
{
	(void)signal;
	stop_asked = 1;
}

/* With a handler that is not the default, ncurses leaves the signal alone. */
static void stop_catch(void)
{
	struct sigaction action = {.sa_handler = stop_note, .sa_flags = (int)SA_RESTART};

	sigaction(SIGTSTP, &action, NULL);
}

static bool colours_begin(void)
{
	const char *no = getenv("NO_COLOR");

	if ((no && *no) || !has_colors() || start_color() == ERR)
		return false;
	use_default_colors();
	for (int i = 1; i < PAINTS; i++)
		init_pair((short)i, paint_colour((enum paint)i), -1);
	return true;
}

static enum exit_status no_screen(const char *why)
{
	return message(STATUS_INPUT, "hud-analyze live --plain prints lines instead",
		       "cannot make a screen: %s", why);
}

static enum exit_status open_failed(struct tty *t, const char *why)
{
	if (t->in)
		fclose(t->in);
	if (t->out)
		fclose(t->out);
	*t = (struct tty) {.descriptor = -1};
	return no_screen(why);
}

enum exit_status tty_open(struct tty *t)
{
	const char *terminal = getenv("TERM");

	*t = (struct tty) {.descriptor = -1};
	setlocale(LC_CTYPE, "");
	t->form.unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	t->in = fopen("/dev/tty", "re");
	t->out = fopen("/dev/tty", "we");
	if (!t->in || !t->out)
		return open_failed(t, strerror(errno));
	if (!terminal || !*terminal || strcmp(terminal, "dumb") == 0)
		return open_failed(t, "TERM names no terminal that has one");
	set_escdelay(ESCAPE_WAIT_MS);
	stop_catch();
	if (!newterm(NULL, t->out, t->in))
		return open_failed(t, "this terminal is not known (TERM)");
	t->descriptor = fileno(t->in);
	crashes_catch();
	t->colour = colours_begin();
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	mouseinterval(0);
	/* A release that is not asked for would take the press with it that came just before. */
	mousemask(BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON1_CLICKED | BUTTON1_DOUBLE_CLICKED |
			  BUTTON4_PRESSED | BUTTON5_PRESSED,
		  NULL);
	return STATUS_DONE;
}

void tty_follow_size(const struct tty *t)
{
	struct winsize size;

	if (!ioctl(t->descriptor, TIOCGWINSZ, &size) && size.ws_row && size.ws_col &&
	    is_term_resized(size.ws_row, size.ws_col))
		resizeterm(size.ws_row, size.ws_col);
}

bool tty_stop_if_asked(void)
{
	if (!stop_asked)
		return false;
	endwin();
	signal(SIGTSTP, SIG_DFL);
	raise(SIGTSTP);
	/* Here it goes on; the shell may have other settings by now. */
	stop_asked = 0;
	stop_catch();
	def_shell_mode();
	clearok(curscr, TRUE);
	return true;
}

void tty_close(struct tty *t)
{
	if (t->descriptor < 0)
		return;
	endwin();
	fclose(t->in);
	fclose(t->out);
	*t = (struct tty) {.descriptor = -1};
}

static void base64_print(FILE *out, const unsigned char *bytes, size_t count)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < count; i += 3) {
		unsigned b = (unsigned)bytes[i] << 16;

		b |= i + 1 < count ? (unsigned)bytes[i + 1] << 8 : 0;
		b |= i + 2 < count ? bytes[i + 2] : 0;
		putc(digits[b >> 18], out);
		putc(digits[b >> 12 & 63], out);
		putc(i + 1 < count ? digits[b >> 6 & 63] : '=', out);
		putc(i + 2 < count ? digits[b & 63] : '=', out);
	}
}

void tty_copy(const struct tty *t, const char *text)
{
	size_t length = strlen(text);

	fputs("\033]52;c;", t->out);
	base64_print(t->out, (const unsigned char *)text, length < COPY_MOST ? length : COPY_MOST);
	fputs("\007", t->out);
	fflush(t->out);
}
