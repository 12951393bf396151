/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/live/session.h"
#include "analyzer/store/database.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

/*
 * live_cost CAPTURE WINDOW_S SHOWN_S: feeds a capture as fast as it goes to a window, which is
 * derived, and asked what a screen asks, when it is due in the recording's time. Prints the CPU
 * time for each second of the recording, and the memory, each SHOWN_S.
 */

static const char *const questions[] = {
	"sql/query/verdict.sql",         "sql/screen/header.sql",         "sql/screen/pool.sql",
	"sql/query/symbols_missing.sql", "sql/screen/sites_function.sql", "sql/screen/now.sql",
	"sql/screen/workers.sql",        "sql/screen/lanes.sql",          "sql/screen/tasks.sql",
	"sql/screen/marks.sql",
};

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void ask(struct session *s)
{
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		sqlite3_stmt *q = session_query(s, questions[i]);

		while (q && sqlite3_step(q) == SQLITE_ROW)
			;
		sqlite3_reset(q);
	}
}

struct shown {
	double cpu_ms, at_s;
	uint64_t events;
	int derivations;
};

static void show(struct shown *last, const struct session_state *s, int derivations)
{
	double at_s = (double)(s->window.to_ns - s->window.recording.start_ns) / 1e9;
	double now = cpu_ms(), length = at_s - last->at_s;
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("%7.0f s  %6.0f events/s  %5.1f ms of CPU a second (%.2f%%)  %4.2f derivations a "
	       "second  %ld MB\n",
	       at_s, (double)(s->window.recording.events - last->events) / length,
	       (now - last->cpu_ms) / length, (now - last->cpu_ms) / length / 10,
	       (derivations - last->derivations) / length, usage.ru_maxrss / 1024);
	fflush(stdout);
	*last = (struct shown) {now, at_s, s->window.recording.events, derivations};
}

int main(int count, char **text)
{
	struct symbolizer_options symbols = {0};
	struct session_options options = {0};
	struct resolver *resolver;
	struct session *s;
	struct shown last = {0};
	enum session_event event;
	int derivations = 0;

	if (count != 4 || resolver_open(&symbols, &resolver))
		return 2;
	options = (struct session_options) {.resolver = resolver,
					    .descriptor = open(text[1], O_RDONLY),
					    .keep = true,
					    .length_ns = (int64_t)(atof(text[2]) * 1e9)};
	if (session_open(&options, &s))
		return 2;
	do {
		struct session_state state;

		event = session_next(s);
		if (!session_due(s) && event == SESSION_CHUNK)
			continue;
		if (session_derive(s))
			return 1;
		ask(s);
		derivations++;
		state = session_state(s);
		if (event != SESSION_CHUNK ||
		    (double)(state.window.to_ns - state.window.recording.start_ns) / 1e9 -
				    last.at_s >=
			    atof(text[3]))
			show(&last, &state, derivations);
	} while (event == SESSION_CHUNK);
	session_close(s);
	resolver_close(resolver);
	return event == SESSION_END ? 0 : 1;
}
