/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_DESCENT_DRIVER_H
#define HUD_ANALYZER_DESCENT_DRIVER_H

#include "analyzer/descent/draft.h"
#include "analyzer/descent/scan.h"
#include "analyzer/image/image.h"

/* Futures that functions drive themselves, in their frames on the stack. */
struct main_list {
	struct hud_plan_task_main *at;
	size_t count, room;
	uint64_t searched; /* entries and bytes of code, for all of them: files may be hostile */
};

/* A place in the frame of a function: so far from a register. */
struct driver_place {
	uint32_t base; /* HUD_MAIN_BY_FP or HUD_MAIN_BY_SP */
	int32_t offset;
};

/* What is searched, and for what: a value of this type. */
struct driver_search {
	const struct descent_scan *scan;
	const struct plan_image *image;
	uint64_t *searched;       /* of the list */
	struct dwarf_entry code;  /* searched: a function, or one inlined in it */
	struct dwarf_entry scope; /* in which the value is */
	struct dwarf_entry type;
	const char *path;    /* of the type */
	uint64_t frame_base; /* the frame's register in DWARF; UINT64_MAX: none */
};

/* Adds those of a function, with a node of their type. 0 or -ENOMEM. */
int driver_read(struct main_list *out, struct draft *d, const struct descent_scan *scan,
		const struct descent_driver *driver, const struct plan_image *image);
/* By address, as a plan has them: what would overlap is left out. */
void main_list_sort(struct main_list *l);

/* A distance from a register, as DW_OP_fbreg or DW_OP_bregN at the front. False: it is no such. */
bool driver_place_read(struct byte_reader *expression, uint64_t frame_base,
		       struct driver_place *out);
/*
 * driver_code.c: where compilers leave the variable without a place, by what else they tell of it.
 * False: nothing, or what contradicts itself.
 */
bool driver_place_search(const struct driver_search *search, struct driver_place *out);

#endif
