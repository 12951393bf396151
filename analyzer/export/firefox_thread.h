/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_EXPORT_FIREFOX_THREAD_H
#define HUD_ANALYZER_EXPORT_FIREFOX_THREAD_H

#include "analyzer/base/id_map.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/export/stack.h"

/*
 * One thread of a processed profile: its samples and markers, and the tables of stacks, frames,
 * functions and strings that they refer to. The format has columns, so all of one thread is kept
 * until it is written.
 */

struct firefox_sample {
	int64_t time_ns;
	int64_t stack;  /* in the table of stacks */
	int64_t cpu_ns; /* that it stands for */
};

struct firefox_marker {
	int64_t start_ns, end_ns;
	size_t name;      /* in the table of strings */
	const char *data; /* a JSON object */
};

struct firefox_stack {
	int64_t prefix; /* -1: none */
	size_t frame;
};

struct firefox_frame {
	size_t function, category;
	int64_t line; /* 0: not known */
};

struct firefox_function {
	size_t name;
	int64_t file; /* -1: not known */
};

#define LIST_OF(type, name)                                                                        \
	struct type *name;                                                                         \
	size_t name##s, name##_room

/* All zeros is an empty one. */
struct firefox_thread {
	LIST_OF(firefox_sample, sample);
	LIST_OF(firefox_marker, marker);
	LIST_OF(firefox_stack, stack);
	LIST_OF(firefox_frame, frame);
	LIST_OF(firefox_function, function);
	const char **string;
	size_t strings, string_room;
	struct text_pool texts;
	struct id_map at; /* what is known, by list, to its index + 1 */
};

/* Empties it, for the next thread. */
void firefox_thread_clear(struct firefox_thread *t);

/* The index of a stack, of a text. Negative: -ENOMEM. */
int64_t firefox_stack(struct firefox_thread *t, struct stack_reader *stacks, int64_t stack);
int64_t firefox_string(struct firefox_thread *t, const char *text);

/* Writes the members of the thread that are tables; times are ms since start_ns. */
void firefox_tables_write(const struct firefox_thread *t, int64_t start_ns, FILE *out);

/* The categories of frames: the origins of functions. The last one is NULL. */
struct firefox_category {
	const char *origin, *colour;
};
extern const struct firefox_category firefox_categories[];

#endif
