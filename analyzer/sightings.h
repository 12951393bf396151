/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SIGHTINGS_H
#define HUD_ANALYZER_SIGHTINGS_H

#include "analyzer/id_map.h"
#include "analyzer/text_set.h"

#include <sqlite3.h>
#include <stdbool.h>

/*
 * All sleeps of a capture (offcpu_span) and looks at it (sample), thread by thread in the order of
 * time; of two things at the same time the look comes first. 64 bytes each, all in memory while a
 * capture is derived: most of what is derived passes over them.
 */
struct sighting {
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
	bool coreless : 1, as_worker : 1; /* told */
};

struct thread_sightings {
	int64_t thread;
	struct sighting *at;
	size_t count, room;
	uint32_t *polled; /* those in a known poll, by poll and time; made when asked for */
	size_t polled_count;
};

struct sightings {
	struct thread_sightings *thread; /* in the order of their ids */
	size_t count, room;
	struct id_map places; /* while they come: thread.id: index + 1 */
	struct text_set causes;
	int64_t capture; /* 0: none is read */
	bool given;      /* by sightings_add(): neither sorted nor known what the stacks say */
	bool told;       /* by evidence.c, or read from what it told */
};

/*
 * One more, as it is stored: who stores a capture gives them, so that they need not be read again.
 * `again`: this sleep was given before, when it was open. 0 or -ENOMEM.
 */
int sightings_add(struct sightings *s, int64_t thread, const struct sighting *row,
		  const char *cause, bool again);

/*
 * Those of a capture, read by the first who asks (unless they were given) and kept for the next. Not
 * told: from what was recorded. Told: as evidence.c left them; if it was not asked on this connection, from the table
 * `evidence` (of what is known then: no cause, no poll). SQLite's codes.
 */
int sightings_seen(struct sightings *s, sqlite3 *db, int64_t capture);
int sightings_told(struct sightings *s, sqlite3 *db, int64_t capture);

/* NULL: nothing was seen of this thread. */
struct thread_sightings *sightings_of_thread(const struct sightings *s, int64_t thread);

/* Which of t->polled are of a poll: from the returned place on, *count of them. -ENOMEM. */
int64_t sightings_of_poll(struct thread_sightings *t, int64_t poll_ns, size_t *count);

void sightings_free(struct sightings *s);

#endif
