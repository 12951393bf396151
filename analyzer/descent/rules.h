/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DESCENT_RULES_H
#define HUD_ANALYZER_DESCENT_RULES_H

#include "analyzer/rules/rules.h"

/* What a type is, by its path: the first words of lines in rules/tokio-tasks.rules. */
enum descent_word {
	WORD_NONE,
	WORD_SLEEP,
	WORD_ACQUIRE,
	WORD_NOTIFIED,
	WORD_ONESHOT,
	WORD_CHANNEL,
	WORD_BROADCAST,
	WORD_JOIN,
	WORD_READY,
	WORD_FD,
	WORD_SET,
	WORD_LIST,
	WORD_LISTS,
	WORD_TASKS,
	WORD_GUARD,
	WORD_HOLDER,
	WORD_TRANSPARENT,
	WORD_STOP,
	WORD_TYPES, /* the words before are of types, by their full path; those after of names */
	WORD_COROUTINE = WORD_TYPES,
	WORD_STARTED,
	WORD_SUSPENDED,
	WORD_AWAITED,
	WORD_DYN,
	WORD_VTABLE,
	WORD_DATA,
	WORD_TABLE,
	WORD_SHARED,
	WORD_PERMITS,
	WORD_SECONDS,
	WORD_NANOSECONDS,
	WORD_SEVERAL,
	WORD_NEXT,
	WORD_PREVIOUS,
	WORD_NUMBER,
	WORD_SLICE,
	WORD_OWNED,
	WORD_FIRST,
	WORD_LAST,
	WORD_ID,
	WORD_MAIN,
	WORD_DROP,
	WORDS,
};

struct descent_rules {
	struct rules_file file;
	enum descent_word *word; /* of each line */
	size_t *line;            /* lines by word, in their order */
	size_t first[WORDS + 1]; /* in `line`: those of each word */
};

/* 0, -ENOMEM, -ENOENT or -EINVAL: the file has a mistake. */
int descent_rules_open(struct descent_rules *r, const char *file);
void descent_rules_close(struct descent_rules *r);

/* The first line about a type of this path; NULL: none. */
const struct rules_line *descent_rules_type(const struct descent_rules *r, const char *path,
					    enum descent_word *word);
/* Does a line of this word match the name? */
bool descent_rules_match(const struct descent_rules *r, enum descent_word word, const char *name);
/* The second word of the first line of this word; "": there is none. */
const char *descent_rules_name(const struct descent_rules *r, enum descent_word word);
/* Line `index` of this word; NULL: there are fewer. */
const struct rules_line *descent_rules_nth(const struct descent_rules *r, enum descent_word word,
					   size_t index);
/* The line of this word that matches; NULL: none. */
const struct rules_line *descent_rules_line(const struct descent_rules *r, enum descent_word word,
					    const char *name);

/*
 * Is the trait of a trait object that of a future? By the name of the object, or of a pointer to
 * it ("&mut (dyn core::future::future::Future<Output=()> + core::marker::Send)"); or by that of a
 * vtable ("<demo::Wait as core::future::future::Future>::{vtable}").
 */
bool descent_rules_dyn(const struct descent_rules *r, const char *name);
bool descent_rules_vtable(const struct descent_rules *r, const char *name);

#endif
