/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_RULES_RULES_H
#define HUD_ANALYZER_RULES_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/rules/classify.h"
#include "analyzer/base/text.h"

/*
 * The rules files (analyzer/rules, embedded): what hud knows of runtimes, of places where source
 * lies and of the kernel. Lines of words; '#' opens a comment. In a pattern '*' stands for any
 * text, also for none.
 */
enum { RULE_WORDS = 4 };

struct rule {
	const char *words[RULE_WORDS]; /* "" where the line has fewer */
};

struct rule_file {
	char *text; /* cut into words */
	struct rule *rules;
	size_t count;
};

int rule_file_open(struct rule_file *f, const char *text);
void rule_file_close(struct rule_file *f);

bool pattern_matches(const char *pattern, const char *text);

/* What a function is to the runtime; the words in tokio.rules, in this order. */
enum role {
	ROLE_NONE,
	ROLE_POLL,           /* one poll of a task */
	ROLE_BLOCKING_TASK,  /* poll of a closure given to the blocking pool */
	ROLE_LAUNCH,         /* type of the blocking task that a worker is */
	ROLE_WORKER,         /* scheduler loop of the multi-threaded runtime */
	ROLE_CURRENT_THREAD, /* scheduler loop of the current_thread runtime */
	ROLE_PARK,           /* waiting for work, in whichever loop */
	ROLE_BETWEEN,        /* a look at the drivers that does not wait */
	ROLE_BLOCK_IN_PLACE,
	ROLE_POOL,        /* loop of a blocking-pool thread */
	ROLE_ROOT,        /* block_on on a thread that drives no scheduler */
	ROLE_BLOCK_ON,    /* block_on that may drive one */
	ROLE_LOCAL_SET,   /* polls its tasks on whichever thread polls it */
	ROLE_THREAD_ROOT, /* where stacks of threads and processes begin */
	ROLE_POLL_END,    /* what a task does to be polled again: no block */
	ROLE_AROUND,      /* before the future of a task is entered, or after it is left */
	ROLE_WRAPPER,     /* a future type that says nothing but what its first argument says */
	ROLE_MARKER,      /* a linker's name that shows the runtime is in a binary */
};

struct role_rule {
	enum role role;
	const char *pattern;
	const char *last; /* part of its path; NULL: none, or one that may be anything */
};

struct rules {
	struct rule_file tokio;
	struct rule_file origin;
	struct rule_file causes;
	struct role_rule *roles; /* of tokio */
	size_t role_count;
};

enum role rules_role(const struct rules *r, const char *site);
bool rules_has_role(const struct rules *r, enum role role, const char *name);
/* May a function with this linker's name have the role? A quick no for most, before demangling. */
bool rules_may_have_role(const struct rules *r, enum role role, const char *linkage);

/*
 * Appends the type of a task folded for people, wrappers taken off; nothing for `dyn Future`
 * and `fn()`.
 */
void rules_fold_task(const struct rules *r, struct text *out, const char *type);

#endif
