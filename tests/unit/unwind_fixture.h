/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_TESTS_UNWIND_FIXTURE_H
#define HUD_TESTS_UNWIND_FIXTURE_H

/*
 * bpf/unwind.h compiled for user space: steps read a process that stands still, or what was copied
 * of its memory. walk() is unwind_frame() of bpf/unwind.bpf.h with a plan's own arrays for maps.
 */
#include "tests/unit/plan_fixture.h"

#include "format/wire.h"

#include <inttypes.h>
#include <stdbool.h>
#include <sys/types.h>

enum { FRAMES_MAX = 255, REGIONS_MAX = 256, MAPPINGS_MAX = 256 };

struct memory_region {
	uint64_t start;
	uint64_t bytes;
	uint8_t *data;
};

/* Regions that were copied; or, with none of them, a live process through /proc/PID/mem. */
struct memory {
	struct memory_region region[REGIONS_MAX];
	size_t regions;
	int live;
};

static inline int memory_read(void *context, uint64_t *to, uint64_t address)
{
	const struct memory *m = context;

	for (size_t i = 0; i < m->regions; i++) {
		const struct memory_region *r = &m->region[i];

		if (address < r->start || address - r->start > r->bytes - sizeof(*to))
			continue;
		memcpy(to, r->data + (address - r->start), sizeof(*to));
		return 0;
	}
	if (m->regions)
		return 1;
	return pread(m->live, to, sizeof(*to), (off_t)address) != (ssize_t)sizeof(*to);
}

#define UNWIND_READ(context, to, address) memory_read(context, to, address)
#include "bpf/unwind.h"

struct mapped {
	uint64_t start;
	uint64_t end;
	uint64_t bias;
	const struct plan *plan; /* NULL: none */
};

struct space {
	struct mapped at[MAPPINGS_MAX];
	size_t count;
};

struct walked {
	uint64_t address[FRAMES_MAX];
	uint32_t frames;
	uint32_t stop;
	uint32_t frame_pointer_from;
	uint32_t types; /* bit: a rule of this type was used */
};

static inline const struct mapped *space_find(const struct space *s, uint64_t pc)
{
	for (size_t i = 0; i < s->count; i++) {
		if (pc >= s->at[i].start && pc < s->at[i].end)
			return &s->at[i];
	}
	return NULL;
}

static inline void walk(const struct space *s, struct memory *m, struct unwind_registers r,
			struct walked *w)
{
	static const struct hud_plan_rule by_frame_pointer = {.type = HUD_RULE_NONE};

	*w = (struct walked) {0};
	while (!w->stop) {
		uint64_t pc = r.exact ? r.pc : r.pc - 1;
		const struct mapped *at = space_find(s, pc);
		const struct hud_plan_rule *rule = NULL;

		w->address[w->frames++] = r.pc;
		if (!at) {
			w->stop = HUD_STOP_NO_MAPPING;
			return;
		}
		if (at->plan)
			rule = plan_find(at->plan, pc - at->bias);
		if ((!rule || rule->type == HUD_RULE_NONE) && !w->frame_pointer_from)
			w->frame_pointer_from = w->frames;
		rule = rule ? rule : &by_frame_pointer;
		w->types |= 1u << rule->type;
		w->stop = unwind_step(m, rule, &r);
		if (!w->stop && w->frames == FRAMES_MAX)
			w->stop = HUD_STOP_DEPTH;
	}
}

#endif
