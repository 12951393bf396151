/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_FORMAT_CAPTURE_DEFINITIONS_H
#define HUD_FORMAT_CAPTURE_DEFINITIONS_H

#include "format/capture/address_space.h"
#include "format/capture/definition_table.h"
#include "format/wire/definitions.h"
#include "format/wire/records.h"

/* All definitions of a capture so far; later chunks may have to repeat them. */
struct definitions {
	struct definition_table string;
	struct definition_table process;
	struct definition_table mapping;
	struct definition_table thread;
	struct definition_table user_stack;
	struct definition_table kernel_stack;
	struct address_space *space; /* one for each process, in the order of ids */
	size_t spaces;
	uint64_t scratch[(sizeof(struct hud_string) + HUD_STRING_BYTES_MAX) / 8];
};

_Static_assert(sizeof(struct hud_string) + HUD_STRING_BYTES_MAX >=
		       sizeof(struct hud_user_stack) + 8 * HUD_STACK_FRAMES_MAX,
	       "a stack fits where a string does");

void definitions_init(struct definitions *d, uint64_t seed);
void definitions_free(struct definitions *d);

/* As the functions of the same names in format/capture/writer.h. Ids or negative errnos. */
int64_t definitions_string(struct definitions *d, const char *text);
int64_t definitions_process(struct definitions *d, const struct hud_process *process);
int64_t definitions_mapping(struct definitions *d, const struct hud_mapping *mapping);
int definitions_thread(struct definitions *d, const struct hud_thread *thread);
int64_t definitions_user_stack(struct definitions *d, uint32_t process, const uint64_t *address,
			       size_t frames, uint16_t stop, uint32_t frame_pointer_from);
int64_t definitions_kernel_stack(struct definitions *d, const uint32_t *function, size_t frames,
				 uint16_t stop);

/* NULL: not defined. `process` matters to threads only, whose id is the tid. */
struct definition *definitions_find(const struct definitions *d, enum reference_kind kind,
				    uint32_t id, uint32_t process);

/* NULL: no such process. */
const struct address_space *definitions_space(const struct definitions *d, uint32_t process);

/* True: all that the record refers to is defined, except threads, which may have no name. */
bool definitions_hold(const struct definitions *d, const struct hud_record *record);

/* Memory that the stacks hold, and freeing it. */
size_t definitions_stack_bytes(const struct definitions *d);
void definitions_forget_stacks(struct definitions *d);

#endif
