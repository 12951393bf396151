/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_RECORDER_LEARN_SUBJECTS_H
#define HUD_RECORDER_LEARN_SUBJECTS_H

#include "format/wire/recording.h"
#include "recorder/capture/process_table.h"
#include "recorder/plan/object_table.h"

/* What is learned about, and whose turn it is: one attempt is made at a time. */

/* What became of learning about one object. */
struct subject {
	uint64_t next_ns; /* not before then */
	uint64_t pause_ns;
	uint32_t process; /* of the last attempt, its id in the capture; 0: there was none */
	uint32_t probed;  /* attempts that had probes: each begins at other functions */
	uint32_t half;    /* attempts after which a part of it was known */
	struct hud_layout layout; /* the last result, and what all attempts have cost */
	bool reported;            /* that it is not known was said */
	bool withdrawn;           /* what was learned was wrong: nothing would be believed */
};

struct subjects {
	const struct object_table *objects;
	const struct process_table *processes;
	struct subject *item; /* by object */
	size_t count, room;
};

void subjects_free(struct subjects *s);

/* The state of learning about an object; NULL: there is none, or no memory. */
struct subject *subject_of(struct subjects *s, uint32_t object);

/*
 * Finds the object that waits for longest, and of the processes that have it the one after that
 * which was tried last. `but`: is being tried now, NULL: none is.
 */
bool subjects_choose(struct subjects *s, const struct process_image *but, uint64_t now_ns,
		     struct process_image *out);

/* An attempt with that process is over. `idle`: it did too little to be learned from. */
void subjects_pause(struct subjects *s, const struct process_image *tried, bool idle,
		    uint64_t now_ns);

#endif
