/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_OBSERVATIONS_H
#define HUD_ANALYZER_DERIVE_OBSERVATIONS_H

#include "analyzer/base/id_map.h"
#include "analyzer/base/spill.h"
#include "analyzer/base/text_set.h"

#include <sqlite3.h>
#include <stdbool.h>

/*
 * All sleeps of a capture (offcpu_span) and looks at it (sample), thread by thread in the order of
 * time; of two things at the same time the look comes first. 64 bytes each, in spilled memory while a
 * capture is derived: most of what is derived passes over them.
 */
struct observation {
	int64_t start_ns, end_ns; /* of a look: its time, both */
	int64_t run_queue_ns;     /* of a sleep */
	int64_t id;               /* offcpu_span.id or sample.id */
	int64_t stack;            /* stack.id; 0: none */
	int64_t poll_ns;          /* which poll of the thread it is in; 0: not known */
	int64_t clear_ns;         /* told: no earlier sleep reaches beyond it */
	uint16_t cause;           /* in the set of causes */
	uint8_t where;            /* enum hud_where: what the runtime's state said */
	uint8_t stack_class;      /* enum stack_class: what the stack says */
	uint8_t class;            /* told: what the thread did */
	bool slept : 1, preempted : 1, unsure : 1, pool_idle : 1;
	bool without_core : 1, as_worker : 1; /* told */
};

struct observation_list {
	struct spill memory; /* struct sighting */
	size_t count;
};

struct thread_observations {
	int64_t thread;
	struct observation_list list;
	struct observation_list sleeps, samples; /* while they come: each nearly in order */
	struct spill polled; /* struct polled: those in a known poll; made when asked for */
	size_t polled_count;
};

/* In the order of polls, and of time in each. */
struct polled {
	int64_t poll_ns;
	size_t index;
};

/* The next one in a pass over them. */
static inline struct observation *observation_at(struct observation_list *list, size_t index)
{
	return spill_at(&list->memory, index, sizeof(struct observation));
}

struct observations {
	struct thread_observations *thread; /* in the order of their ids */
	size_t count, room;
	struct id_map places; /* while they come: thread.id: index + 1 */
	struct text_set causes;
	struct spill_budget budget; /* of all threads */
	int64_t capture;            /* 0: none is read */
	bool given; /* by observations_add(): neither sorted nor known what the stacks say */
	bool told;  /* by evidence.c, or read from what it told */
};

/*
 * One more, as it is stored: who stores a capture gives them, so that they need not be read again.
 * `again`: this sleep was given before, when it was open. 0 or -ENOMEM.
 */
int observations_add(struct observations *all, int64_t thread, const struct observation *row,
		     const char *cause, bool again);

/*
 * Those of a capture, read by the first who asks (unless they were given) and kept for the next. Not
 * told: from what was recorded. Told: as evidence.c left them; if it was not asked on this connection, from the table
 * `evidence` (of what is known then: no cause, no poll). SQLite's codes.
 */
int observations_load_raw(struct observations *s, sqlite3 *db, int64_t capture);
int observations_load_classified(struct observations *s, sqlite3 *db, int64_t capture);

/* NULL: nothing was seen of this thread. */
struct thread_observations *observations_of_thread(const struct observations *s, int64_t thread);

/* How many of this thread are of a poll; *first: the first of them, for observation_of_poll(). -ENOMEM. */
int64_t observations_of_poll(struct observations *all, struct thread_observations *t,
			     int64_t poll_ns, size_t *first);

static inline struct observation *observation_of_poll(struct thread_observations *t, size_t place)
{
	const struct polled *p = spill_at(&t->polled, place, sizeof(*p));

	return observation_at(&t->list, p->index);
}

void observations_free(struct observations *s);

#endif
