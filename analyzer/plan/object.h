/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_PLAN_OBJECT_H
#define HUD_ANALYZER_PLAN_OBJECT_H

#include "analyzer/unwind/rows.h"
#include "format/build_id.h"
#include "format/plan.h"

#include <libelf.h>
#include <stdbool.h>

/*
 * What of an ELF object goes into its plan. It is read, never mapped, and needs nothing but the
 * descriptor: hud-analyze may be allowed to open nothing at all.
 */
struct plan_object {
	uint32_t machine;
	struct build_id id;
	struct hud_plan_segment segment[HUD_PLAN_SEGMENTS_MAX];
	size_t segments;
	uint64_t text_bytes; /* in executable sections; there are none: in the segments */
	struct eh_frame frame[UNWIND_SECTIONS_MAX]; /* .debug_frame before .eh_frame */
	size_t frames;
	bool damaged;     /* one of them ends in the middle of an entry */
	uint64_t skipped; /* FDEs that could not be read */
	Elf *elf[2];      /* the object, and its separate debug file */
};

/*
 * -ENOEXEC: no ELF file; -EOPNOTSUPP: not 64-bit x86-64 or AArch64; -EINVAL: nothing that can be
 * loaded (an object file, a separate debug file); -EFBIG, -ENOMEM.
 */
int plan_object_open(struct plan_object *o, int fd);
int plan_object_open_memory(struct plan_object *o, void *image, size_t bytes);
/* Adds the .debug_frame of a separate debug file. -EINVAL: of another build. */
int plan_object_add_debug(struct plan_object *o, int fd);
void plan_object_close(struct plan_object *o);

#endif
