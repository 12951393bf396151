/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DERIVE_OBSERVATIONS_H
#define HUD_ANALYZER_DERIVE_OBSERVATIONS_H

#include "analyzer/base/id_map.h"
#include "analyzer/base/spill.h"
#include "analyzer/base/text_set.h"

#include <sqlite3.h>
#include <stdbool.h>

/*
 * One sleep (a row of offcpu_span) or one sample of a thread. While a capture is derived all of
 * them are in memory that can be spilled to disk, 64 bytes each, thread by thread in the order of
 * time; a sample comes before a sleep that begins at the same moment. Most of what is derived is a
 * pass over them.
 */
struct observation {
	int64_t start_ns, end_ns; /* of a sample both are its time */
	int64_t run_queue_ns;     /* of a sleep */
	int64_t id;               /* offcpu_span.id or sample.id */
	int64_t stack;            /* stack.id; 0: none */
	int64_t poll_ns; /* the poll it lies in: poll.start_max_ns; 0: none, or not known */
	int64_t disjoint_from_ns; /* from here on no earlier sleep overlaps it; once classified */
	uint16_t cause;           /* index into `causes` */
	uint8_t where;            /* enum hud_where: what the runtime's own state said */
	uint8_t stack_class;      /* enum stack_class: what the stack shows */
	uint8_t class;            /* enum stack_class: what the thread did; once classified */
	bool slept : 1, preempted : 1, unsure : 1, pool_idle : 1;
	bool single_threaded : 1; /* the stack shows a scheduler that has one thread */
	bool callback : 1; /* … and the user's code where a worker parks: a waker, a callback */
	bool in_call : 1;  /* in a system call; not once classified */
	bool without_core : 1, as_worker : 1; /* once classified */
};

struct observation_list {
	struct spill memory; /* of struct observation */
	size_t count;
};

struct thread_observations {
	int64_t thread;
	struct observation_list list;
	struct observation_list sleeps, samples; /* until they are merged into `list` */
	struct spill in_polls; /* of struct poll_place; made by the first observations_of_poll() */
	size_t in_polls_count;
};

/* Where in `list` an observation of a known poll is; sorted by poll, then by time. */
struct poll_place {
	int64_t poll_ns;
	size_t index;
};

/* For passes in the order of time: spill_at() says what other orders cost. */
static inline struct observation *observation_at(struct observation_list *list, size_t index)
{
	return spill_at(&list->memory, index, sizeof(struct observation));
}

/* The observations of one capture. All zeros: none were loaded. */
struct observations {
	struct thread_observations *thread; /* sorted by thread.id once loaded */
	size_t count, room;
	struct id_map places; /* until then: thread.id to index + 1 */
	struct text_set causes;
	struct spill_budget budget; /* shared by all threads */
	int64_t capture;            /* 0: none */
	bool given;      /* added by the loader, neither sorted nor with stack_class yet */
	bool classified; /* the fields that say so are set */
};

/*
 * Adds one as it is stored, so that derivation need not read it from the database again. `again`:
 * this sleep was added before, while it was still open, and is replaced. 0 or -ENOMEM.
 */
int observations_add(struct observations *all, int64_t thread, const struct observation *row,
		     const char *cause, bool again);

/*
 * Makes `s` the observations of a capture as they were recorded, with what their stacks show;
 * nothing is classified. Reads them from the database unless the loader added them. SQLite's code.
 */
int observations_load_raw(struct observations *s, sqlite3 *db, int64_t capture);

/*
 * Makes `s` the classified observations of a capture. Nothing is read if they were classified on
 * this connection; else they come from the table `observation`, which has neither causes nor polls.
 * SQLite's code.
 */
int observations_load_classified(struct observations *s, sqlite3 *db, int64_t capture);

/* Those of one thread, once loaded; NULL: there are none. */
struct thread_observations *observations_of_thread(const struct observations *s, int64_t thread);

/*
 * How many lie in this poll of the thread; *first is the first, for observation_of_poll(). -ENOMEM.
 */
int64_t observations_of_poll(struct observations *all, struct thread_observations *t,
			     int64_t poll_ns, size_t *first);

static inline struct observation *observation_of_poll(struct thread_observations *t, size_t place)
{
	const struct poll_place *p = spill_at(&t->in_polls, place, sizeof(*p));

	return observation_at(&t->list, p->index);
}

void observations_free(struct observations *s);

/* From one sample to the next, in ns; 0: not known. SQLite's code. */
int observations_sample_period(sqlite3 *db, int64_t capture, int64_t *sample_ns);

#endif
