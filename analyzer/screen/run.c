/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/interrupt.h"
#include "analyzer/load/capture_file.h"
#include "analyzer/screen/state.h"
#include "analyzer/store/database.h"
#include "format/base/clock.h"

#include <errno.h>
#include <ncursesw/curses.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The loop: keys, the stream, the clock. */

#define FRAME_MS 100 /* ten frames a second at most */
#define AGE_MS 500   /* how often ages are drawn while a poll goes on */
#define IDLE_MS 1000
#define TAKE_MS 50 /* how long the stream is taken before keys are looked at again */
#define DRAIN_MS 5000
#define SOON_MS 300
#define LATER_MS 2000

/* Seconds; the first is what --window says. Of the last only the list of sites is of all time. */
static const int window_s[] = {0, 30, 60, 60};

#define WINDOWS ((int)(sizeof(window_s) / sizeof(*window_s)))

static const double speeds[] = {0.25, 0.5, 1, 2, 4, 8, 16, 60};

#define SPEEDS ((int)(sizeof(speeds) / sizeof(*speeds)))
#define SPEED_ONE 2

int64_t screen_now_ms(void)
{
	return (int64_t)(clock_ns(CLOCK_MONOTONIC) / NS_PER_MS);
}

void screen_say(struct screen *u, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(u->said, sizeof(u->said), format, arguments);
	va_end(arguments);
	u->changed = true;
}

int64_t screen_window_ns(const struct screen *u)
{
	int seconds = window_s[u->window];

	return seconds ? seconds * INT64_C(1000000000) : u->options->window_ns;
}

bool screen_all_time(const struct screen *u)
{
	return u->window == WINDOWS - 1;
}

double screen_speed(const struct screen *u)
{
	return speeds[u->speed];
}

bool screen_refresh(struct screen *u)
{
	const char *name = view_selected_name(u);
	char selected[512] = "";
	int err = session_derive(u->session);

	u->changed = true;
	if (err == -EAGAIN)
		return true;
	if (name)
		snprintf(selected, sizeof(selected), "%s", name);
	if (!err)
		err = model_read(&u->model, u->session, screen_all_time(u) ? GROUP_ALL : u->group);
	if (err) {
		message(STATUS_SYSTEM, NULL, "cannot derive the figures of %s: %s",
			u->options->path, sqlite3_errmsg(session_database(u->session)));
		u->quit = u->failed = true;
		return false;
	}
	view_arrange(u, name ? selected : NULL);
	return true;
}

/* The clock of a replay goes on from where the recording is shown. */
static void replay_clock(struct screen *u, int64_t at_ns)
{
	u->replay_ns = at_ns;
	u->replay_ms = screen_now_ms();
}

static int64_t replay_now_ns(const struct screen *u)
{
	if (u->paused)
		return u->replay_ns;
	return u->replay_ns +
	       (int64_t)((double)(screen_now_ms() - u->replay_ms) * 1e6 * screen_speed(u));
}

int64_t screen_replay_at_ns(const struct screen *u)
{
	int64_t now_ns = replay_now_ns(u), last_ns = session_state(u->session).last_ns;

	/* The clock goes on when all is shown. */
	return (last_ns && now_ns > last_ns ? last_ns : now_ns) -
	       u->model.window.recording.start_ns;
}

void screen_set_window(struct screen *u, int window)
{
	u->window = window % WINDOWS;
	session_set_length(u->session, screen_window_ns(u));
	if (u->options->replay && u->model.known)
		screen_seek(u, screen_replay_at_ns(u));
	else
		screen_refresh(u);
}

/* What is shorter than the threshold of the recording is not in it. */
static const int64_t leasts_ns[] = {0,         1000000,   2000000,    5000000,
				    10000000,  20000000,  50000000,   100000000,
				    200000000, 500000000, 1000000000, 2000000000};

#define LEASTS ((int)(sizeof(leasts_ns) / sizeof(*leasts_ns)))

int64_t screen_least_ns(const struct screen *u)
{
	return leasts_ns[u->least] > u->model.threshold_ns ? leasts_ns[u->least]
							   : u->model.threshold_ns;
}

void screen_change_least(struct screen *u, int by)
{
	int least = u->least;

	do
		least += by;
	while (least > 0 && least < LEASTS && leasts_ns[least] <= u->model.threshold_ns);
	if (least < 0 || least >= LEASTS) {
		screen_say(u, by < 0 ? "shorter polls were not recorded: hud-record --threshold"
				     : "this is the highest");
		return;
	}
	u->least = least;
	/* What went wrong is said when it is derived. */
	session_set_least(u->session, leasts_ns[least]);
	screen_refresh(u);
}

void screen_set_speed(struct screen *u, int speed)
{
	if (!u->options->replay) {
		screen_say(u, "only a replay has a speed");
		return;
	}
	replay_clock(u, replay_now_ns(u));
	u->speed = speed < 0 ? 0 : speed >= SPEEDS ? SPEEDS - 1 : speed;
}

void screen_pause(struct screen *u, bool paused)
{
	if (u->options->replay)
		replay_clock(u, replay_now_ns(u));
	u->paused = paused;
	/* What was taken and not derived yet would come with the next page. */
	if (paused)
		screen_refresh(u);
	u->changed = true;
}

void screen_seek(struct screen *u, int64_t at_ns)
{
	int64_t start_ns = u->model.window.recording.start_ns;
	int64_t last_ns = session_state(u->session).last_ns;
	int err;

	if (last_ns && start_ns + at_ns > last_ns)
		at_ns = last_ns - start_ns;
	err = session_seek(u->session, at_ns);
	if (err) {
		message(STATUS_SYSTEM, NULL, "cannot go to another time of %s: %s",
			u->options->path, strerror(-err));
		u->quit = u->failed = true;
		return;
	}
	replay_clock(u, start_ns + at_ns);
	u->seeking = true;
	u->waiting = u->over = false;
}

/* Is the next chunk of a replay not due yet? */
static bool replay_early(const struct screen *u)
{
	struct session_state s = session_state(u->session);

	return u->options->replay && u->model.known && !s.another && s.next_ns > replay_now_ns(u);
}

/* Takes what there is of the stream, for a short while. True: there may be more. */
static bool stream_take(struct screen *u)
{
	int64_t until_ms = screen_now_ms() + TAKE_MS;

	while (!u->over && screen_now_ms() < until_ms) {
		enum session_event event;

		if (u->waiting && replay_early(u))
			return false;
		event = session_next(u->session);
		u->arrived_ms = screen_now_ms();
		u->over = event == SESSION_END || event == SESSION_FAILED;
		u->waiting = event == SESSION_CHUNK;
		if (u->over || session_state(u->session).another ||
		    (u->seeking ? replay_early(u) : session_due(u->session))) {
			u->seeking = false;
			if (!screen_refresh(u))
				return false;
			if (u->options->replay && u->captures != session_state(u->session).captures)
				replay_clock(u, u->model.window.to_ns);
			u->captures = session_state(u->session).captures;
		}
		if (event == SESSION_WAIT)
			return false;
	}
	return !u->over;
}

static void stream_hold(struct screen *u)
{
	if (u->options->replay)
		return;
	if (!session_hold(u->session)) {
		screen_pause(u, false);
		screen_say(u, "the pause is over: no more of the recording fits into memory");
	}
}

static int wait_ms(const struct screen *u)
{
	int64_t now_ms = screen_now_ms(), wait = u->model.now.count ? AGE_MS : IDLE_MS;

	if (u->held && !u->paused)
		return 0;
	if (u->changed)
		wait = u->drawn_ms + FRAME_MS - now_ms;
	if (u->options->replay && !u->over && (!u->paused || u->seeking) &&
	    (!u->waiting || !replay_early(u)))
		return 0;
	if (u->options->replay && wait > FRAME_MS)
		wait = FRAME_MS;
	return wait < 0 ? 0 : (int)wait;
}

static bool stream_wanted(const struct screen *u)
{
	return !u->over && !u->options->replay;
}

/* Waits until there is something to do, and does it. */
static void turn(struct screen *u)
{
	struct pollfd ready[] = {
		{.fd = u->tty.descriptor, .events = POLLIN},
		{.fd = stream_wanted(u) ? u->options->descriptor : -1, .events = POLLIN},
	};
	bool more;
	int key;

	poll(ready, 2, wait_ms(u));
	if (tty_stop_if_asked())
		u->changed = true;
	if (ready[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		u->quit = true;
	while ((key = getch()) != ERR && !u->quit)
		keys_take(u, key);
	if (u->quit)
		return;
	more = u->paused;
	if (u->paused && (ready[1].revents & (POLLIN | POLLHUP)))
		stream_hold(u);
	else if (u->seeking || (!u->paused && (u->options->replay || ready[1].revents || u->held)))
		more = stream_take(u) || u->paused;
	u->held = more;
}

/* A recorder on this terminal says at its end what it did, over the screen: that is drawn again. */
static void redraw_at_end(struct screen *u)
{
	int64_t since_ms = screen_now_ms() - u->arrived_ms;

	if (!u->over || u->options->replay || u->redrawn == 2)
		return;
	if (since_ms < (u->redrawn ? LATER_MS : SOON_MS))
		return;
	u->redrawn++;
	clearok(curscr, TRUE);
	u->changed = true;
}

static void draw_if_due(struct screen *u)
{
	int64_t now_ms = screen_now_ms();

	redraw_at_end(u);
	if (u->model.now.count && now_ms - u->drawn_ms >= AGE_MS)
		u->changed = true;
	if (now_ms - u->drawn_ms >= IDLE_MS)
		u->changed = true;
	if (u->changed && now_ms - u->drawn_ms >= FRAME_MS)
		view_draw(u);
}

/* What is saved is read to its end; the recorder ends with us. */
static void drain(struct screen *u)
{
	int64_t until_ms = screen_now_ms() + DRAIN_MS;

	while (u->options->saving && !u->over && screen_now_ms() < until_ms) {
		struct pollfd ready = {.fd = u->options->descriptor, .events = POLLIN};
		enum session_event event;

		poll(&ready, 1, 100);
		event = session_next(u->session);
		u->over = event == SESSION_END || event == SESSION_FAILED;
	}
}

/* Messages of libraries would spoil the screen: they are kept until it is gone. */
static int errors_keep(int *before)
{
	int kept = memfd_create("hud-messages", MFD_CLOEXEC);

	*before = dup(STDERR_FILENO);
	if (kept >= 0 && *before >= 0)
		dup2(kept, STDERR_FILENO);
	return kept;
}

static void errors_print(int kept, int before)
{
	char part[4096];
	ssize_t got;

	if (before >= 0) {
		dup2(before, STDERR_FILENO);
		close(before);
	}
	for (off_t at = 0; kept >= 0 && (got = pread(kept, part, sizeof(part), at)) > 0; at += got)
		fwrite(part, 1, (size_t)got, stderr);
	if (kept >= 0)
		close(kept);
}

static enum exit_status end_status(const struct screen *u)
{
	struct session_state s = session_state(u->session);

	if (u->failed)
		return STATUS_SYSTEM;
	if (s.error && !s.window.capture)
		return capture_error(u->options->path, s.error);
	if (s.over && !s.window.capture)
		return capture_error(u->options->path, -ENODATA);
	return STATUS_DONE;
}

enum exit_status screen_run(struct session *s, const struct screen_options *options)
{
	struct screen *u = calloc(1, sizeof(*u));
	enum exit_status status;
	int kept, before;

	if (!u)
		return message(STATUS_SYSTEM, NULL, "out of memory");
	u->options = options;
	u->session = s;
	u->speed = SPEED_ONE;
	interrupt_watch();
	status = tty_open(&u->tty);
	if (status != STATUS_DONE)
		goto out;
	kept = errors_keep(&before);
	u->canvas = (struct canvas) {.form = u->tty.form, .colour = u->tty.colour};
	u->changed = true;
	while (!u->quit && !interrupt_came()) {
		draw_if_due(u);
		turn(u);
	}
	drain(u);
	tty_close(&u->tty);
	errors_print(kept, before);
	status = end_status(u);
	sheet_close(&u->sheet);
	model_close(&u->model);
out:
	free(u);
	return status;
}
