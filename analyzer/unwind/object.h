/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_UNWIND_OBJECT_H
#define HUD_ANALYZER_UNWIND_OBJECT_H

#include "analyzer/unwind/rows.h"
#include "format/elf/build_id.h"
#include "format/plan/plan.h"

#include <libelf.h>
#include <stdbool.h>

/*
 * The code of an ELF object and its call frame information. The object is read, not mapped, and
 * through its descriptor only: as hud-record's child hud-analyze may be unable to open any file.
 */
struct unwind_object {
	uint32_t machine;
	struct build_id id;
	struct hud_plan_segment segment[HUD_PLAN_SEGMENTS_MAX];
	size_t segments;
	uint64_t text_bytes; /* of executable sections, or without sections of `segment` */
	struct eh_frame frame[UNWIND_SECTIONS_MAX]; /* .debug_frame before .eh_frame */
	size_t frames;
	bool damaged;     /* one of the sections ends in the middle of an entry */
	uint64_t skipped; /* FDEs that could not be read */
	Elf *elf[2];      /* the object, and its separate debug file */
};

/*
 * `fd` must stay open, and `image` must stay. 0; -ENOEXEC: no ELF file; -EOPNOTSUPP: not 64-bit
 * x86-64 or AArch64; -EINVAL: nothing that can be loaded (an object file, a separate debug file);
 * -EFBIG, -ENOMEM.
 */
int unwind_object_open(struct unwind_object *o, int fd);
int unwind_object_open_memory(struct unwind_object *o, void *image, size_t bytes);
/* Adds the .debug_frame of a separate debug file. 0; -EINVAL: its build-id differs; -ENOMEM. */
int unwind_object_add_debug(struct unwind_object *o, int fd);
void unwind_object_close(struct unwind_object *o);

#endif
