/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_IMAGE_FUNCTIONS_H
#define HUD_ANALYZER_IMAGE_FUNCTIONS_H

#include "analyzer/image/image.h"
#include "analyzer/unwind/object.h"

/* Where the functions of an object begin and end, which unwind information says without names. */
struct plan_function {
	uint64_t start;
	uint64_t end;
};

struct plan_functions {
	struct plan_function *item; /* by start; none overlaps the next */
	size_t count;
	bool by_frame_setup; /* there is no unwind information: these keep a frame pointer */
};

/*
 * By the unwind information; in code for x86-64 without any, by the instructions that set up a
 * frame pointer, with which functions begin there. 0 or -ENOMEM.
 */
int plan_functions_read(struct plan_functions *out, const struct unwind_object *object,
			const struct plan_image *image);
void plan_functions_close(struct plan_functions *functions);

/* The function that holds an address; NULL: none is known. */
const struct plan_function *plan_functions_at(const struct plan_functions *functions,
					      uint64_t address);
/* The function that begins at an address; NULL: none is known. */
const struct plan_function *plan_functions_from(const struct plan_functions *functions,
						uint64_t address);

#endif
