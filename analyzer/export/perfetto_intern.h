/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_EXPORT_PERFETTO_INTERN_H
#define HUD_ANALYZER_EXPORT_PERFETTO_INTERN_H

#include "analyzer/base/id_map.h"
#include "analyzer/base/text_pool.h"
#include "analyzer/export/perfetto_wire.h"
#include "analyzer/export/proto.h"
#include "analyzer/export/stack.h"

/* Names and stacks, each written once: with the first packet that refers to it. */

struct perfetto {
	const struct export *e;
	FILE *out;
	bool begun; /* the first packet was written */
	struct proto packet;
	struct proto interned; /* what is new in this packet */
	struct text_pool texts;
	struct id_map names; /* list and text (its address in `texts`) to iid */
	uint64_t last_iid[INTERNED_LISTS];
	struct id_map written; /* list and iid of frames, stacks and mappings */
	struct stack_reader stacks;
};

/* Writes the mappings, which frames refer to. To be closed after an error too. */
enum exit_status perfetto_intern_open(struct perfetto *p);
void perfetto_intern_close(struct perfetto *p);

/* The number of a text in one of the lists. 0: out of memory. */
uint64_t perfetto_name(struct perfetto *p, uint32_t list, const char *text);

/* The same for the name of an argument, which lives as long as the trace is written. */
uint64_t perfetto_arg_name(struct perfetto *p, const char *name);

/* Makes sure that a stack is in the trace, with its own id as its number. False: out of memory. */
bool perfetto_stack(struct perfetto *p, int64_t stack);

#endif
