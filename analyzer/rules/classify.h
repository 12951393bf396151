/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RULES_CLASSIFY_H
#define HUD_ANALYZER_RULES_CLASSIFY_H

#include "analyzer/rules/frame.h"

#include <stddef.h>

/*
 * What a thread was doing, by the roles that its stack's functions have in the rules of a runtime.
 * It goes from the innermost frame outward, since a worker is itself one endless task of the
 * blocking pool: its stack has that outer poll as well.
 */
enum stack_class {
	STACK_UNKNOWN,        /* the stack has too few frames to decide */
	STACK_POLL,           /* inside a poll on a worker: a wait here blocks it */
	STACK_PARK,           /* a worker with nothing to run */
	STACK_RUNTIME,        /* a worker between polls: scheduling, driving I/O */
	STACK_BLOCK_IN_PLACE, /* inside block_in_place: the worker gave its core away */
	STACK_POOL,           /* a blocking-pool thread, at work or idle */
	STACK_ROOT,           /* the root future of block_on on a thread that is no worker */
	STACK_OTHER,          /* whole, without a function of a runtime */
};
const char *stack_class_name(enum stack_class c);     /* "poll", "park", … */
enum stack_class stack_class_named(const char *name); /* NULL, or none of them: unknown */

/* The class is STACK_PARK if the thread sleeps with this stack only in such calls. */
enum stack_park {
	STACK_PARKS_NOT,
	STACK_PARKS_IN_ANY,    /* … that a worker without work waits in */
	STACK_PARKS_IN_DRIVER, /* … that it waits for its drivers in, which little else does */
};

struct stack_verdict {
	enum stack_class class;
	bool complete;  /* reaches the outermost function of a thread or process */
	bool pool_idle; /* STACK_POOL and waiting for work */
	int site; /* frame that is named: the innermost of the user's, else of a library; -1 none */
	int entry;             /* outermost user frame inside the poll; -1 none */
	int boundary;          /* where spawn_blocking would go, see boundary.h; -1 none */
	int poll;              /* frame of the poll function; -1 none */
	const char *task;      /* type of the task, folded for people; or NULL */
	const char *scheduler; /* its name in the rules of its runtime: "multi_thread"; or NULL */
	const char *waits_for; /* cause of a wait in a system call that its frames tell; or NULL */
	enum stack_park park;
	bool callback; /* STACK_POLL, without a poll: a waker or a callback, where a worker parks */
};

struct rules;
/* Reads the embedded rules. 0, -ENOMEM, or -EINVAL: a mistake in them. */
int rules_open(struct rules **out);
void rules_close(struct rules *r);

/* How a worker without work waits in this system call, if it does. */
enum stack_park rules_parks_in(const struct rules *r, const char *syscall);

/*
 * `frames`: the whole stack, innermost first, inlined frames included. `at_root`: its walk came to
 * the thread's first frame. Else the names say so, which a static libc without symbols has not.
 */
struct stack_verdict stack_classify(const struct rules *r, const struct symbol_frame *const *frames,
				    size_t count, bool at_root);

#endif
