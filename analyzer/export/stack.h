/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_EXPORT_STACK_H
#define HUD_ANALYZER_EXPORT_STACK_H

#include "analyzer/export/format.h"

/* The frames of stacks (sql/export/frames.sql), one stack after the other. */

/* Texts are valid until the next frame. */
struct stack_frame {
	int64_t id;       /* frame.id; 0: the one frame of a stack that is not known */
	const char *name; /* the function, folded for people */
	const char *full; /* demangled in full */
	const char *file; /* NULL: not known */
	int64_t line;     /* 0: not known */
	bool inlined;     /* into the frame before it, its caller */
	int64_t binary;   /* binary.id; 0: the kernel's, or not known */
	uint64_t offset;  /* in the file of the binary */
	const char *origin;
	int64_t decl_line; /* 0: not known */
};

struct stack_reader {
	const struct export *export;
	sqlite3_stmt *q, *one; /* the frames of a stack; one frame */
	bool nameless;         /* the frame of a stack that is not known is next */
	int step;              /* SQLite's code */
};

/* Says why not. To be closed after an error too. */
enum exit_status stack_reader_open(struct stack_reader *r, const struct export *e);
void stack_reader_close(struct stack_reader *r);

/* Begins a stack; 0: one that is not known. */
void stack_begin(struct stack_reader *r, int64_t stack);

/* The next frame, the outermost first. False: it was the last, or there was an error. */
bool stack_next(struct stack_reader *r, struct stack_frame *out);

/* A frame by its id; false: it does not exist, or there was an error. */
bool stack_frame_find(struct stack_reader *r, int64_t id, struct stack_frame *out);

/* Was there an error? Says so. */
enum exit_status stack_reader_status(const struct stack_reader *r);

#endif
