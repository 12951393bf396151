/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RULES_RULES_H
#define HUD_ANALYZER_RULES_RULES_H

#include "analyzer/base/text.h"
#include "analyzer/rules/classify.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * The embedded rules files (analyzer/rules): what hud knows of runtimes, of directories of
 * source and of the kernel. Lines of words; '#' opens a comment. In a pattern '*' matches any text,
 * also none.
 */
enum { RULES_WORDS = 4 };

struct rules_line {
	const char *words[RULES_WORDS]; /* "" where the line has fewer */
};

struct rules_file {
	char *text; /* cut into words */
	struct rules_line *lines;
	size_t count;
};

int rules_file_open(struct rules_file *f, const char *text);
void rules_file_close(struct rules_file *f);

bool pattern_matches(const char *pattern, const char *text);

/* What a function is to its runtime: the first words of lines in the runtime's rules. */
enum role {
	ROLE_NONE,
	ROLE_POLL,           /* one poll of a task */
	ROLE_BLOCKING_TASK,  /* poll of a closure given to the blocking pool */
	ROLE_LAUNCH,         /* type of the blocking task that a worker is */
	ROLE_WORKER,         /* loop of the multi-threaded scheduler */
	ROLE_CURRENT_THREAD, /* loop of the single-threaded scheduler */
	ROLE_PARK,           /* waiting for work, in whichever loop */
	ROLE_WORKER_PARK,    /* the same, in the loop of the multi-threaded scheduler */
	ROLE_BETWEEN,        /* asks the drivers for events without waiting */
	ROLE_BLOCK_IN_PLACE,
	ROLE_POOL,        /* loop of a blocking-pool thread */
	ROLE_ROOT,        /* block_on on a thread that drives no scheduler */
	ROLE_BLOCK_ON,    /* block_on that may drive one */
	ROLE_LOCAL_SET,   /* polls its tasks on whichever thread polls it */
	ROLE_THREAD_ROOT, /* where stacks of threads and processes begin */
	ROLE_POLL_END,    /* what a task calls to be polled again: its poll ends */
	ROLE_AROUND,      /* before the future of a task is entered, or after it is left */
	ROLE_JOB,         /* runs a closure that another thread waits for; its type names it */
	ROLE_WRAPPER,     /* a future type around another, its first argument */
	ROLE_GUARD,       /* a type whose value is a lock that is held */
	ROLE_MARKER,      /* a linker's name that only a binary with the runtime has */
};

/* What a rules file with a line `runtime` says of that runtime. */
struct runtime {
	struct rules_file file;
	const char *name;            /* "tokio" */
	const char *title;           /* for people: "Tokio" */
	const char *crate;           /* the crate that it is */
	const char *multi_threaded;  /* names of its schedulers: "multi_thread", … */
	const char *single_threaded; /* … "current_thread" */
};
/* A system call in which a worker waits for work; NULL after the last. */
const char *runtime_park_call(const struct runtime *runtime, size_t index);
/* Futures that wait for room in a channel ('*' is any text); NULL after the last. */
const char *runtime_channel_send(const struct runtime *runtime, size_t index);
/* Functions of futures that poll tasks of their own ('*' is any text); NULL after the last. */
const char *runtime_local_set(const struct runtime *runtime, size_t index);
/* A name that its threads have by default; NULL after the last. */
const char *runtime_worker_name(const struct runtime *runtime, size_t index);

struct role_rule {
	enum role role;
	const struct runtime *runtime;
	const char *pattern;
	const char *last; /* last word of its path; NULL: none, or one with a `*` */
};

enum { RUNTIMES_MAX = 8 };

struct rules {
	struct runtime runtimes[RUNTIMES_MAX];
	size_t runtime_count;
	struct rules_file origin;
	struct rules_file causes;
	struct role_rule *roles; /* of all runtimes */
	size_t role_count, role_room;
};

/* The rule of a function with this folded name, and so its role and runtime; NULL: it has none. */
const struct role_rule *rules_find(const struct rules *r, const char *site);
/* ROLE_NONE where there is no rule. */
enum role rules_role(const struct rules *r, const char *site);
bool rules_has_role(const struct rules *r, enum role role, const char *name);
/* Can a function with this linker's name have the role? Quick, before it is demangled. */
bool rules_may_have_role(const struct rules *r, enum role role, const char *linkage);

/*
 * Appends the type of a task folded for people, wrappers taken off; nothing for `dyn Future`
 * and `fn()`.
 */
void rules_fold_task(const struct rules *r, struct text *out, const char *type);

#endif
